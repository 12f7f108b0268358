/*
 * Replays a corpus through a target, then mutations of it: the same ones for the same seed. For
 * compilers without libFuzzer, and for tests that must not depend on chance.
 *
 * usage: f-NAME [-n MUTATIONS] [-s SEED] FILE|FOLDER...
 *
 * What makes the target fail is written to crash-NAME here.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "tests/fuzz/fuzz.h"

void __sanitizer_set_report_fd(void *fd) __attribute__((weak));
void __sanitizer_set_death_callback(void (*fn)(void)) __attribute__((weak));

const char *__asan_default_options(void);

/* One allocation of more is a finding, as it is for libFuzzer (fuzz.sh). */
const char *__asan_default_options(void)
{
	return "max_allocation_size_mb=" FUZZ_MALLOC_MB;
}

enum { SIZE_MAX_INPUT = 1 << 20, SLACK = 4096 };

struct input {
	char *name;
	struct strbuf bytes;
};

static struct {
	struct input *list;
	int n;
} corpus;
static struct rng draws;
static FILE *talk;
static const char *program;
static const uint8_t *running; /* the input that the target has now, or NULL */
static size_t running_size;
static char running_what[600];

/* May be called from a signal handler. */
static void died(void)
{
	char path[300];
	int fd;

	if (!running)
		return;
	snprintf(path, sizeof path, "crash-%s", program);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	if (fd >= 0 && write(fd, running, running_size) == (ssize_t)running_size)
		fprintf(talk, "failed: %s; it is in %s\n", running_what, path);
	running = NULL;
}

static void on_signal(int number)
{
	died();
	signal(number, SIG_DFL);
	raise(number);
}

static void run(const uint8_t *data, size_t size)
{
	uint8_t *copy = xmalloc(size ? size : 1); /* so that sanitizers see where it ends */

	memcpy(copy, data, size);
	running = copy;
	running_size = size;
	LLVMFuzzerTestOneInput(copy, size);
	running = NULL;
	free(copy);
}

static uint32_t below(size_t n)
{
	return rng_below(&draws, (uint32_t)n);
}

static size_t insert(uint8_t *data, size_t size, size_t max_size, size_t at, const void *what,
		     size_t n)
{
	if (n > max_size - size)
		return size;
	memmove(data + at + n, data + at, size - at);
	memcpy(data + at, what, n);
	return size + n;
}

static size_t cut(uint8_t *data, size_t size, size_t at, size_t n)
{
	memmove(data + at, data + at + n, size - at - n);
	return size - n;
}

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size)
{
	static const uint8_t odd[] = {0, 1, 0x7f, 0x80, 0xff, '/', '.', '0', '-', '\n', '"', '['};
	uint8_t piece[64];
	size_t at = size ? below(size) : 0,
	       n = size ? 1 + below(size - at < 64 ? size - at : 64) : 0;

	if (!size)
		return insert(data, size, max_size, 0, odd, sizeof odd);
	for (size_t i = 0; i < sizeof piece; i++)
		piece[i] = (uint8_t)rng_u32(&draws);
	switch (below(8)) {
	case 0:
		data[at] ^= (uint8_t)(1 << below(8));
		return size;
	case 1:
		data[at] = odd[below(sizeof odd)];
		return size;
	case 2:
		memcpy(data + at, piece, n < 8 ? n : 8);
		return size;
	case 3:
		memmove(data + at, data + below(size - n + 1), n);
		return size;
	case 4:
		return cut(data, size, at, n);
	case 5:
		return insert(data, size, max_size, at, piece, 1 + below(8));
	case 6:
		memcpy(piece, data + at, n);
		return insert(data, size, max_size, below(size), piece, n);
	default:
		return below(4) ? size : at;
	}
}

static void add_file(const char *path)
{
	struct input *in;
	struct error err = {0};

	corpus.list = xrealloc(corpus.list, (size_t)(corpus.n + 1) * sizeof *corpus.list);
	in = &corpus.list[corpus.n++];
	*in = (struct input){xstrdup(path), STRBUF_INIT};
	if (fs_read(path, &in->bytes, &err) || in->bytes.len > SIZE_MAX_INPUT) {
		fprintf(talk, "%s: %s\n", path, err.code ? err.msg : "too large");
		exit(2);
	}
}

static void add(const char *path)
{
	struct dirent **entry;
	int n = scandir(path, &entry, NULL, alphasort);

	if (n < 0)
		add_file(path);
	for (int i = 0; i < n; i++) {
		char inside[4400];

		snprintf(inside, sizeof inside, "%s/%s", path, entry[i]->d_name);
		if (entry[i]->d_name[0] != '.' && !fs_is_dir(inside))
			add_file(inside);
		free(entry[i]);
	}
	if (n >= 0)
		free(entry);
}

static void mutate(uint64_t seed, long i, uint8_t *data)
{
	const struct input *in;
	size_t size;

	rng_init(&draws, seed, RNG_TEST, 0, (uint64_t)i);
	in = &corpus.list[below((size_t)corpus.n)];
	size = in->bytes.len;
	memcpy(data, in->bytes.buf, size);
	for (uint32_t k = 1 + below(3); k; k--)
		size = LLVMFuzzerCustomMutator(data, size, SIZE_MAX_INPUT + SLACK, rng_u32(&draws));
	snprintf(running_what, sizeof running_what, "mutation %ld of seed %llu, of %s", i,
		 (unsigned long long)seed, in->name);
	run(data, size);
}

/* What the code under test prints is thrown away; sanitizers, and we, still reach standard error.
 */
static void silence(void)
{
	int null = open("/dev/null", O_WRONLY), fd = fcntl(2, F_DUPFD_CLOEXEC, 10);

	talk = fd < 0 ? stderr : fdopen(fd, "w");
	setvbuf(talk, NULL, _IOLBF, 0);
	if (__sanitizer_set_report_fd)
		__sanitizer_set_report_fd((void *)(intptr_t)fd);
	dup2(null, 1);
	dup2(null, 2);
	close(null);
}

static void watch(void)
{
	static const int signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};

	atexit(died); /* the code under test may end the process, too */
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(died);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		if (!__sanitizer_set_death_callback || signals[i] == SIGABRT)
			signal(signals[i], on_signal);
}

int main(int argc, char **argv)
{
	uint8_t *data = xmalloc(SIZE_MAX_INPUT + SLACK);
	long mutations = 0, seed = 1;
	int c;

	program = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
	while ((c = getopt(argc, argv, "n:s:")) != -1) {
		if (c == '?')
			return 2;
		*(c == 'n' ? &mutations : &seed) = strtol(optarg, NULL, 10);
	}
	LLVMFuzzerInitialize(&argc, &argv);
	silence();
	watch();
	for (int i = optind; i < argc; i++)
		add(argv[i]);
	if (!corpus.n)
		return 2;
	for (int i = 0; i < corpus.n; i++) {
		snprintf(running_what, sizeof running_what, "%s", corpus.list[i].name);
		run((const uint8_t *)corpus.list[i].bytes.buf, corpus.list[i].bytes.len);
	}
	for (long i = 0; i < mutations; i++)
		mutate((uint64_t)seed, i, data);
	fprintf(talk, "%d files and %ld mutations of them\n", corpus.n, mutations);
	for (int i = 0; i < corpus.n; i++) {
		strbuf_release(&corpus.list[i].bytes);
		free(corpus.list[i].name);
	}
	free(corpus.list);
	free(data);
	return 0;
}
