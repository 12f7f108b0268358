#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/log.h"
#include "core/base/parallel.h"

static char dir[256];
static int talk = 2; /* standard error as it was */

static void end(void)
{
	fs_remove_tree(dir);
}

void fuzz_begin(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof dir, "%s/ssl-fuzz.XXXXXX",
		 tmp                         ? tmp
		 : !access("/dev/shm", W_OK) ? "/dev/shm"
					     : "/tmp");
	if (!mkdtemp(dir)) {
		perror(dir);
		exit(1);
	}
	atexit(end);
	log_set_level(LOG_QUIET);
	parallel_set_threads(1);
	talk = fcntl(2, F_DUPFD_CLOEXEC, 10);
}

const char *fuzz_dir(void)
{
	return dir;
}

const char *fuzz_path(char path[FUZZ_PATH], const char *name)
{
	snprintf(path, FUZZ_PATH, "%s/%s", dir, name);
	return path;
}

void fuzz_put(const char *name, const void *data, size_t n)
{
	char path[FUZZ_PATH];
	FILE *f = fopen(fuzz_path(path, name), "wb");

	if (!f || fwrite(data, 1, n, f) != n || fclose(f))
		fuzz_fail("%s cannot be written", path);
}

void fuzz_fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vdprintf(talk, fmt, ap);
	va_end(ap);
	dprintf(talk, "\n");
	abort();
}

void fuzz_check_error(const struct error *err)
{
	if ((err->code < ERR_NO || err->code > ERR_CELLS) && err->code != ERR_PREEMPTED)
		fuzz_fail("an error of code %d: %s", (int)err->code, err->msg);
	if (!err->msg[0] || strpbrk(err->msg, "\n\r"))
		fuzz_fail("an error that is not one line: '%s'", err->msg);
}

uint32_t fuzz_sum(const uint8_t *data, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum = sum * 31 + data[i];
	return sum ^ sum >> 16;
}

const char *fuzz_odd_json(uint32_t i)
{
	static const char *const odd[] = {
	    "null",
	    "0",
	    "-1",
	    "1",
	    "2",
	    "9223372036854775807",
	    "-9223372036854775808",
	    "99999999",
	    "4294967296",
	    "2147483647",
	    "-2147483648",
	    "65536",
	    "0.5",
	    "-1e300",
	    "1e308",
	    "1e-320",
	    "\"\"",
	    "\"x\"",
	    "\"\\u0001\"",
	    "\"\xc3(\"",
	    "\"\xff\"",
	    "\"[\"",
	    "\"{\"",
	    "\"{}\"",
	    "\"[]\"",
	    "\"[[[[[[[[[[[[[[[[[[[[[[[[\"",
	    "\"1\"",
	    "\"nan\"",
	    "\"inf\"",
	    "\"-0\"",
	    "\"2026-01-31 12:00:00.000\"",
	    "\"done\"",
	    "\"running\"",
	    "\"failed\"",
	    "\"queued\"",
	    "\"../../x\"",
	    "\"a b\"",
	    "\"%s%n\"",
	    "\"'\"",
	    "\"{\\\"a\\\":\"",
	    "\"\\u001b[31m\"",
	    "\"0000000000000000000000000000000000000000000000000000000000000000\"",
	    "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\""};

	return i < sizeof odd / sizeof *odd ? odd[i] : NULL;
}

size_t fuzz_take(uint8_t *data, size_t size, size_t max_size, const struct strbuf *from)
{
	if (from->len > max_size)
		return size;
	memcpy(data, from->buf, from->len);
	return from->len;
}
