/* Protects: an interrupted import of image files is continued, and gives the bytes of one that was
 * not interrupted, at any number of threads, wherever it stopped and whatever became of the source
 * and of what it left. */
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "core/base/log.h"
#include "core/base/parallel.h"
#include "core/data/partial.h"
#include "tests/unit/data/photos.h"

enum { PHOTOS = 1300, SIZE = 12 }; /* in three batches: see folder_batch.c */

struct set {
	struct files f;
	char out[300];        /* where the import writes */
	char whole[HASH_HEX]; /* hash of an import at once, by one thread */
	uint32_t stop_at;     /* files looked at, or images written; the import stops then */
	uint32_t looked_at;
	enum dataset_stage stage;
	int kill;           /* and its process ends at once */
	uint32_t continued; /* of the last import */
};

static int watch(void *ctx, const struct dataset_progress *p)
{
	struct set *s = ctx;

	if (!p)
		return 0;
	s->continued = p->continued;
	s->looked_at += p->stage == STAGE_READ;
	if (p->stage != s->stage ||
	    (s->stage == STAGE_READ ? s->looked_at : p->images) < s->stop_at)
		return 0;
	if (s->kill)
		raise(SIGKILL);
	return 1;
}

static const char *name_of(uint32_t i)
{
	static char name[64];

	snprintf(name, sizeof name, "d/%s/c%u/%05u.jpg", i % 9 == 8 ? "test" : "train", i % 7, i);
	return name;
}

/* One file in a hundred is no image, and one is cut short. */
static void put(struct set *s, uint32_t i)
{
	if (i % 100 == 50)
		files_put(&s->f, name_of(i), "no image", 8);
	else
		photos_put(&s->f, name_of(i), i);
	if (i % 100 == 70)
		CU_ASSERT_EQUAL_FATAL(truncate(s->f.path, 300), 0);
}

/* Imports the folder `name` into s->out: 0, and the hash in s->f.hash; or -1. */
static int import(struct set *s, const char *name, int continues, int size)
{
	struct dataset_report report = {.skipped = STRBUF_INIT};
	struct dataset_import_opts opts = {.size = size,
					   .skip_bad = 1,
					   .bad_max = UINT32_MAX,
					   .bad_percent = 100,
					   .continues = continues,
					   .worth = 1,
					   .progress = watch,
					   .ctx = s,
					   .report = &report};
	char path[600], tmp[600];

	snprintf(path, sizeof path, "%s/%s", s->f.dir, name);
	s->continued = s->looked_at = 0;
	memset(&s->f.err, 0, sizeof s->f.err);
	if (dataset_import(path, &opts, s->out, tmp, sizeof tmp, s->f.hash, &s->f.err))
		return -1;
	unlink(tmp);
	dataset_import_forget(&report);
	strbuf_release(&report.skipped);
	return 0;
}

static void setup(struct set *s)
{
	memset(s, 0, sizeof *s);
	files_open(&s->f);
	log_set_level(LOG_QUIET);
	for (uint32_t i = 0; i < PHOTOS; i++)
		put(s, i);
	snprintf(s->out, sizeof s->out, "%s/out", s->f.dir);
	CU_ASSERT_EQUAL_FATAL(fs_mkdirs(s->out, NULL), 0);
	s->stop_at = UINT32_MAX;
	parallel_set_threads(1);
	CU_ASSERT_EQUAL_FATAL(import(s, "d", 0, SIZE), 0);
	memcpy(s->whole, s->f.hash, HASH_HEX);
}

static void stop(struct set *s, enum dataset_stage stage, uint32_t images)
{
	s->stage = stage;
	s->stop_at = images;
	CU_ASSERT_EQUAL(import(s, "d", 1, SIZE), -1);
	CU_ASSERT_EQUAL(s->f.err.code, ERR_PREEMPTED);
	s->stop_at = UINT32_MAX;
}

static int count_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)path;
	(void)st;
	(void)ftw;
	return type == FTW_F;
}

static int is_empty(const struct set *s)
{
	return nftw(s->out, count_one, 4, FTW_PHYS) == 0;
}

/* The next import takes over at least so many images, and its bytes are those of a whole one. */
static void continues(struct set *s, uint32_t at_least)
{
	CU_ASSERT_EQUAL(import(s, "d", 1, SIZE), 0);
	CU_ASSERT_STRING_EQUAL(s->f.hash, s->whole);
	CU_ASSERT(s->continued >= at_least);
	CU_ASSERT(is_empty(s));
}

static void close_set(struct set *s)
{
	parallel_set_threads(1);
	files_close(&s->f);
}

static void test_stopped(void)
{
	static const struct {
		enum dataset_stage stage;
		uint32_t images, there;
	} at[] = {{STAGE_READ, 1, 0},
		  {STAGE_READ, 750, 512},
		  {STAGE_READ, PHOTOS - 100, 1024},
		  {STAGE_WRITE, 0, PHOTOS},
		  {STAGE_WRITE, 1000, PHOTOS}};
	struct set s;

	setup(&s);
	for (unsigned i = 0; i < sizeof at / sizeof *at; i++) {
		parallel_set_threads(1 + (int)i % 3);
		stop(&s, at[i].stage, at[i].images);
		parallel_set_threads(1 + (int)(i + 1) % 3);
		continues(&s, at[i].there);
	}
	for (int threads = 1; threads <= 3; threads++) {
		parallel_set_threads(threads);
		CU_ASSERT_EQUAL(import(&s, "d", 0, SIZE), 0);
		CU_ASSERT_STRING_EQUAL(s.f.hash, s.whole);
	}
	stop(&s, STAGE_READ, 600); /* several times */
	stop(&s, STAGE_READ, 1100);
	stop(&s, STAGE_WRITE, 100);
	continues(&s, PHOTOS);
	close_set(&s);
}

static void test_not_worth(void)
{
	struct dataset_import_opts opts = {.continues = 1, .worth = 1 << 30, .size = SIZE};
	char path[600], tmp[600];
	struct set s;

	setup(&s);
	snprintf(path, sizeof path, "%s/d", s.f.dir);
	CU_ASSERT_EQUAL(dataset_import(path, &opts, s.out, tmp, sizeof tmp, s.f.hash, &s.f.err),
			-1);
	CU_ASSERT_EQUAL(s.f.err.code, ERR_FAILED); /* the bad files */
	CU_ASSERT(is_empty(&s));
	opts.worth = 1;
	CU_ASSERT_EQUAL(dataset_import(path, &opts, s.out, tmp, sizeof tmp, s.f.hash, &s.f.err),
			-1);
	continues(&s, PHOTOS); /* with --skip-bad, nothing has to be read again */
	close_set(&s);
}

/* kill -9 at several places, in a process of its own. */
static void test_killed(void)
{
	static const uint32_t at[] = {350, 600, 1100};
	struct set s;

	setup(&s);
	for (unsigned i = 0; i < sizeof at / sizeof *at; i++) {
		pid_t child = fork();
		int status = 0;

		if (!child) {
			s.kill = 1;
			s.stage = STAGE_READ;
			s.stop_at = at[i];
			import(&s, "d", 1, SIZE);
			_exit(0);
		}
		CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
		CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	}
	continues(&s, 512);
	close_set(&s);
}

/* The file of what was left whose name ends so. */
static const char *left(struct set *s, const char *end)
{
	static char path[700];
	char command[700];
	FILE *in;

	snprintf(command, sizeof command, "ls %s/add-*%s", s->out, end);
	in = popen(command, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(in);
	CU_ASSERT_PTR_NOT_NULL_FATAL(fgets(path, sizeof path, in));
	pclose(in);
	path[strcspn(path, "\n")] = 0;
	return path;
}

static void damage(const char *path, off_t at)
{
	int fd = open(path, O_RDWR);
	uint8_t x = 0;

	CU_ASSERT_EQUAL(pread(fd, &x, 1, at), 1);
	x ^= 1;
	CU_ASSERT_EQUAL(pwrite(fd, &x, 1, at), 1);
	close(fd);
}

/* As a power failure leaves the files, or a disk with errors. */
static void test_damaged(void)
{
	const off_t image = SIZE * SIZE * 3;
	struct set s;

	setup(&s);
	stop(&s, STAGE_WRITE, 0);
	CU_ASSERT_EQUAL(truncate(left(&s, "journal"), 35001), 0);
	continues(&s, 250);
	stop(&s, STAGE_WRITE, 0);
	CU_ASSERT_EQUAL(truncate(left(&s, "journal"), 1), 0);
	continues(&s, 0);
	stop(&s, STAGE_WRITE, 0);
	damage(left(&s, "journal"), 45000);
	continues(&s, 250);
	stop(&s, STAGE_WRITE, 0);
	damage(left(&s, "pixels"), 750 * image + 7);
	continues(&s, 650);
	CU_ASSERT(s.continued <= 750);
	stop(&s, STAGE_WRITE, 0);
	CU_ASSERT_EQUAL(truncate(left(&s, "pixels"), 1000 * image), 0);
	continues(&s, 850);
	stop(&s, STAGE_WRITE, 0);
	CU_ASSERT_EQUAL(unlink(left(&s, "pixels")), 0);
	continues(&s, 0);
	close_set(&s);
}

/* A source that has changed is read from the first change on. */
static void test_changed(void)
{
	struct timespec old[2] = {{1000, 0}, {1000, 0}};
	struct set s;

	setup(&s);
	stop(&s, STAGE_WRITE, 0);
	put(&s, 505); /* the same content at another time */
	CU_ASSERT_EQUAL(utimensat(AT_FDCWD, s.f.path, old, 0), 0);
	continues(&s, 250);
	CU_ASSERT(s.continued < PHOTOS);
	stop(&s, STAGE_WRITE, 0);
	photos_put(&s.f, name_of(505), 9999); /* another content */
	CU_ASSERT_EQUAL(import(&s, "d", 1, SIZE), 0);
	CU_ASSERT_STRING_NOT_EQUAL(s.f.hash, s.whole);
	put(&s, 505);
	stop(&s, STAGE_WRITE, 0);
	photos_put(&s.f, "d/train/c3/00000.jpg", 1); /* one more */
	CU_ASSERT_EQUAL(import(&s, "d", 1, SIZE), 0);
	CU_ASSERT_STRING_NOT_EQUAL(s.f.hash, s.whole);
	stop(&s, STAGE_WRITE, 0);
	remove(s.f.path); /* one less */
	continues(&s, 250);
	close_set(&s);
}

/* Of other options and sources nothing is taken over. */
static void test_others(void)
{
	struct strbuf tar = STRBUF_INIT, file = STRBUF_INIT;
	struct set s;
	char path[600];

	setup(&s);
	stop(&s, STAGE_WRITE, 0);
	CU_ASSERT_EQUAL(import(&s, "d", 1, SIZE + 1), 0);
	CU_ASSERT(s.continued == 0 && !is_empty(&s));
	for (uint32_t i = 0; i < PHOTOS; i++) { /* an archive: continued as a folder is */
		snprintf(path, sizeof path, "%s/%s", s.f.dir, name_of(i));
		strbuf_clear(&file);
		CU_ASSERT_EQUAL_FATAL(fs_read(path, &file, &s.f.err), 0);
		files_tar_add(&tar, name_of(i), '0', "", file.buf, file.len);
	}
	files_tar_end(&tar);
	files_put(&s.f, "d.tar", tar.buf, tar.len);
	s.stage = STAGE_WRITE;
	s.stop_at = 0;
	CU_ASSERT_EQUAL(import(&s, "d.tar", 1, SIZE), -1);
	s.stop_at = UINT32_MAX;
	CU_ASSERT_EQUAL(import(&s, "d.tar", 1, SIZE), 0);
	CU_ASSERT_EQUAL(s.continued, PHOTOS);
	CU_ASSERT_STRING_EQUAL(s.f.hash, s.whole);
	continues(&s, PHOTOS);
	strbuf_release(&tar);
	strbuf_release(&file);
	close_set(&s);
}

/* Two imports at once: the second one cannot be continued, and takes nothing from the first. */
static void test_two(void)
{
	struct partial *p;
	struct spool spool;
	struct set s;
	char path[600];

	setup(&s);
	stop(&s, STAGE_READ, 750);
	snprintf(path, sizeof path, "%s/d", s.f.dir);
	p = partial_open(s.out, path, SIZE, &spool);
	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	CU_ASSERT_EQUAL(import(&s, "d", 1, SIZE), 0);
	CU_ASSERT_STRING_EQUAL(s.f.hash, s.whole);
	CU_ASSERT(s.continued == 0 && !is_empty(&s));
	partial_close(p, 1);
	spool_close(&spool);
	continues(&s, 512);
	close_set(&s);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"stopped anywhere, with 1, 2 and 3 threads", test_stopped},
	    {"killed", test_killed},
	    {"what is worth keeping", test_not_worth},
	    {"files that were cut short or damaged", test_damaged},
	    {"a source that has changed", test_changed},
	    {"another size; an archive", test_others},
	    {"two imports at once", test_two},
	    {0}};

	return check_run("data/partial", cases);
}
