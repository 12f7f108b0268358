/* Protects: which image of a folder is in which split and class, and in which order; what fits
 * nowhere. */
#include "core/base/log.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "tests/unit/data/files.h"

static int first_is(const struct files *f, int split, uint32_t i, int r, int g, int b)
{
	size_t image = (size_t)f->data.height * (size_t)f->data.width * 3;
	const uint8_t *p = f->data.pixels[split] + i * image;

	return p[0] == r && p[1] == g && p[2] == b;
}

static void test_splits(void)
{
	struct files f;

	files_open(&f);
	files_put_png(&f, "d/set/train/dog/a.png", 2, 2, 1, 2, 3);
	files_put_png(&f, "d/set/train/cat/b.png", 2, 2, 4, 5, 6);
	files_put_png(&f, "d/set/train/cat/a.PNG", 2, 2, 7, 8, 9);
	files_put_png(&f, "d/set/train/cat/deep/er/c.png", 2, 2, 10, 11, 12);
	files_put_png(&f, "d/set/test/dog/x.png", 2, 2, 13, 14, 15);
	files_put_png(&f, "d/set/unlabeled/z/y.png", 2, 2, 16, 17, 18);
	files_put_png(&f, "d/set/unlabeled/a.jpeg", 2, 2, 19, 20, 21); /* the bytes tell */
	files_put(&f, "d/set/notes.txt", "x", 1);
	files_put(&f, "d/set/train/.DS_Store", "x", 1);
	files_put(&f, "d/set/train/cat/._a.png", "x", 1);
	CU_ASSERT_EQUAL_FATAL(files_import(&f, "d", 0), 0);
	CU_ASSERT(f.data.n[SPLIT_TRAIN] == 4 && f.data.n[SPLIT_TEST] == 1);
	CU_ASSERT_EQUAL(f.data.n[SPLIT_UNLABELED], 2);
	CU_ASSERT_EQUAL(f.data.classes, 2);
	CU_ASSERT_STRING_EQUAL(f.data.class_name[0], "cat");
	CU_ASSERT_STRING_EQUAL(f.data.class_name[1], "dog");
	CU_ASSERT(first_is(&f, SPLIT_TRAIN, 0, 7, 8, 9) && f.data.labels[SPLIT_TRAIN][0] == 0);
	CU_ASSERT(first_is(&f, SPLIT_TRAIN, 1, 4, 5, 6) && f.data.labels[SPLIT_TRAIN][1] == 0);
	CU_ASSERT(first_is(&f, SPLIT_TRAIN, 2, 10, 11, 12) && f.data.labels[SPLIT_TRAIN][2] == 0);
	CU_ASSERT(first_is(&f, SPLIT_TRAIN, 3, 1, 2, 3) && f.data.labels[SPLIT_TRAIN][3] == 1);
	CU_ASSERT(first_is(&f, SPLIT_TEST, 0, 13, 14, 15) && f.data.labels[SPLIT_TEST][0] == 1);
	CU_ASSERT(first_is(&f, SPLIT_UNLABELED, 0, 19, 20, 21));
	CU_ASSERT(first_is(&f, SPLIT_UNLABELED, 1, 16, 17, 18));
	CU_ASSERT_EQUAL(f.data.labels[SPLIT_UNLABELED][0], -1);
	files_close(&f);
}

static void test_without_words(void)
{
	struct files f;

	files_open(&f);
	files_put_png(&f, "a/x/cat/1.png", 2, 2, 1, 2, 3); /* folders of classes alone */
	files_put_png(&f, "a/x/dog/1.png", 2, 2, 4, 5, 6);
	CU_ASSERT_EQUAL_FATAL(files_import(&f, "a", 0), 0);
	CU_ASSERT(f.data.n[SPLIT_TRAIN] == 2 && f.data.classes == 2);
	files_put_png(&f, "b/1.png", 2, 2, 1, 2, 3); /* no folders */
	files_put_png(&f, "b/2.png", 2, 2, 4, 5, 6);
	CU_ASSERT_EQUAL_FATAL(files_import(&f, "b", 0), 0);
	CU_ASSERT(f.data.n[SPLIT_UNLABELED] == 2 && f.data.classes == 0);
	files_put_png(&f, "c/train/k/1.png", 2, 2, 1, 2, 3); /* val/ stands in for test/ */
	files_put_png(&f, "c/val/k/2.png", 2, 2, 4, 5, 6);
	CU_ASSERT_EQUAL_FATAL(files_import(&f, "c", 0), 0);
	CU_ASSERT(f.data.n[SPLIT_TEST] == 1 && first_is(&f, SPLIT_TEST, 0, 4, 5, 6));
	files_put_png(&f, "e/train/k/1.png", 2, 2, 1, 2, 3); /* one class, one split */
	CU_ASSERT_EQUAL_FATAL(files_import(&f, "e", 0), 0);
	CU_ASSERT(f.data.n[SPLIT_TRAIN] == 1 && f.data.classes == 1);
	CU_ASSERT_STRING_EQUAL(f.data.class_name[0], "k");
	files_close(&f);
}

/* Grey alone: one channel. One colour image among them: three. */
static void test_grey(void)
{
	static const uint8_t rows[4] = {1, 2, 3, 4};
	struct strbuf png = STRBUF_INIT;
	struct files f;

	files_open(&f);
	files_png(&png, 2, 2, 8, 0, rows, 2);
	files_put(&f, "d/train/k/1.png", png.buf, png.len);
	CU_ASSERT_EQUAL_FATAL(files_import(&f, "d", 0), 0);
	CU_ASSERT_EQUAL(f.data.channels, 1);
	CU_ASSERT_EQUAL(memcmp(f.data.pixels[SPLIT_TRAIN], rows, 4), 0);
	files_put_png(&f, "d/train/k/2.png", 2, 2, 9, 8, 7);
	CU_ASSERT_EQUAL_FATAL(files_import(&f, "d", 0), 0);
	CU_ASSERT_EQUAL(f.data.channels, 3);
	CU_ASSERT(first_is(&f, SPLIT_TRAIN, 0, 1, 1, 1) && first_is(&f, SPLIT_TRAIN, 1, 9, 8, 7));
	strbuf_release(&png);
	files_close(&f);
}

/* More images than a batch, of several sizes: each stays with its name. */
static void test_many(void)
{
	struct files f;
	char name[64];

	files_open(&f);
	for (int i = 0; i < 1100; i++) {
		snprintf(name, sizeof name, "d/train/c%d/%04d.png", i % 2, i);
		files_put_png(&f, name, 2 + i % 3, 3, i & 255, i >> 8, 77);
	}
	files_refused(&f, "d", 0, ERR_USAGE, "images of different sizes");
	CU_ASSERT_EQUAL_FATAL(files_import(&f, "d", 2), 0);
	CU_ASSERT_EQUAL_FATAL(f.data.n[SPLIT_TRAIN], 1100);
	for (int k = 0; k < 1100; k++) {
		int i = k < 550 ? 2 * k : 2 * (k - 550) + 1;

		CU_ASSERT(first_is(&f, SPLIT_TRAIN, (uint32_t)k, i & 255, i >> 8, 77));
		CU_ASSERT_EQUAL(f.data.labels[SPLIT_TRAIN][k], i % 2);
	}
	files_close(&f);
}

static void test_bad(void)
{
	struct files f;
	char name[400];

	files_open(&f);
	files_put_png(&f, "d/train/cat/1.png", 2, 2, 1, 2, 3);
	files_put_png(&f, "d/test/cow/1.png", 2, 2, 1, 2, 3);
	files_refused(&f, "d", 0, ERR_FAILED, "class cow has test images but none in train");
	remove(f.path);
	files_put_png(&f, "d/train/1.png", 2, 2, 1, 2, 3);
	files_refused(&f, "d", 0, ERR_USAGE,
		      "in train/ 1 image (train/1.png) lies beside 1 folder (cat/)");
	remove(f.path);
	files_put_png(&f, "d/other/x/1.png", 2, 2, 1, 2, 3);
	files_refused(&f, "d", 0, ERR_USAGE,
		      "train/ is a split, but other/ (first image: other/x/1.png) is not");
	remove(f.path);
	files_put(&f, "d/train/cat/2.jpg", "\xff\xd8\xff\xe0", 4);
	files_refused(&f, "d", 0, ERR_FAILED, "train/cat/2.jpg: not a JPEG that can be read");
	files_put(&f, "d/train/cat/2.jpg", "", 0);
	files_refused(&f, "d", 0, ERR_FAILED, "train/cat/2.jpg: empty");
	remove(f.path);
	memset(name, 'a', 255); /* the longest that file systems have */
	memcpy(name, "d/train/", 8);
	snprintf(name + 255, sizeof name - 255, "/1.png");
	files_put_png(&f, name, 2, 2, 1, 2, 3);
	CU_ASSERT_EQUAL(files_import(&f, "d", 0), 0);
	files_close(&f);
}

/* Of many files over several batches some are bad, the first of all among them: they are all
 * counted in one pass; left out, the dataset is that of a folder without them, at any number of
 * threads. */
static void test_left_out(void)
{
	struct dataset_report report = {0};
	struct dataset_import_opts opts = {
	    .skip_bad = 1, .bad_max = UINT32_MAX, .bad_percent = 100, .report = &report};
	char name[64], hash[HASH_HEX];
	struct files f;

	files_open(&f);
	for (int i = 0; i < 1300; i++) {
		snprintf(name, sizeof name, "d/train/c%d/%04d.png", i % 3, i);
		if (i % 13 == 0)
			files_put(&f, name, "no image", i % 2 ? 8 : 0);
		else
			files_put_png(&f, name, 3, 2, i & 255, i >> 8, 77);
		name[0] = 'e';
		if (i % 13)
			files_put_png(&f, name, 3, 2, i & 255, i >> 8, 77);
	}
	files_put(&f, "d/train/bad/x.png", "\x89PNG\r\n\x1a\n", 8); /* a class of bad ones alone */
	files_refused(&f, "d", 0, ERR_FAILED, "101 of 1301 image files cannot be read");
	CU_ASSERT_EQUAL_FATAL(files_import(&f, "e", 0), 0);
	memcpy(hash, f.hash, sizeof hash);
	for (int threads = 1; threads <= 4; threads += 3) {
		parallel_set_threads(threads);
		CU_ASSERT_EQUAL_FATAL(files_import_opts(&f, "d", &opts), 0);
		CU_ASSERT_STRING_EQUAL(f.hash, hash);
		CU_ASSERT(f.data.n[SPLIT_TRAIN] == 1200 && f.data.classes == 3);
		CU_ASSERT(report.bad == 101 && report.n[SPLIT_TRAIN] == 1200);
		CU_ASSERT_PTR_NOT_NULL(strstr(report.skipped.buf, "{\"file\":\"train/bad/x.png\""));
		strbuf_release(&report.skipped);
	}
	opts.bad_max = 100;
	CU_ASSERT_EQUAL(files_import_opts(&f, "d", &opts), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(f.err.msg, "more than --skip-bad allows"));
	opts.bad_max = 101;
	opts.bad_percent = 7.7; /* 101 of 1301 are 7.76 */
	CU_ASSERT_EQUAL(files_import_opts(&f, "d", &opts), -1);
	opts.bad_percent = 7.8;
	CU_ASSERT_EQUAL(files_import_opts(&f, "d", &opts), 0);
	strbuf_release(&report.skipped);
	files_close(&f);
}

/* One whose head is that of another size, and which is cut, is bad, and no image of another size.
 */
static void test_bad_head(void)
{
	struct dataset_import_opts opts = {.skip_bad = 1, .bad_max = 1, .bad_percent = 100};
	struct strbuf png = STRBUF_INIT;
	uint8_t rows[300] = {0};
	struct files f;

	files_open(&f);
	files_png(&png, 10, 10, 8, 2, rows, 30);
	files_put(&f, "d/a/0.png", png.buf, 60);
	files_put_png(&f, "d/a/1.png", 2, 2, 1, 2, 3);
	files_put_png(&f, "d/b/2.png", 2, 2, 4, 5, 6);
	CU_ASSERT_EQUAL_FATAL(files_import_opts(&f, "d", &opts), 0);
	CU_ASSERT(f.data.height == 2 && f.data.n[SPLIT_TRAIN] == 2);
	files_put(&f, "d/a/0.png", png.buf, png.len);
	CU_ASSERT_EQUAL(files_import_opts(&f, "d", &opts), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(f.err.msg, "images of different sizes"));
	strbuf_release(&png);
	files_close(&f);
}

struct seen {
	uint32_t n[SPLIT_COUNT];
	int bad; /* images whose class is no folder above them */
};

static void see(void *ctx, const struct dataset_item *item)
{
	struct seen *s = ctx;
	char folder[80];

	s->n[item->split]++;
	snprintf(folder, sizeof folder, "/%s/", item->class_name);
	if ((item->label >= 0) != (item->split != SPLIT_UNLABELED))
		s->bad++;
	else if (item->label >= 0 && !strstr(item->file, folder + 1))
		s->bad++;
}

/* A tree of up to 9 images below folders of such names. */
static void put_random_tree(struct files *f, struct rng *r)
{
	static const char *const words[] = {"train",  "Test",   "val",   "seg_train", "seg_test",
					    "images", "cat",    "dog",   "unlabeled", "a",
					    "b",      "train2", "masks", "trainA"};
	struct strbuf tar = STRBUF_INIT, png = STRBUF_INIT;
	static const uint8_t rows[12];
	int n = 1 + (int)rng_below(r, 9);

	files_png(&png, 2, 2, 8, 2, rows, 6);
	for (int i = 0; i < n; i++) {
		char name[100] = "", leaf[16];
		int depth = (int)rng_below(r, 4);

		for (int k = 0; k < depth; k++) {
			strcat(name, words[rng_below(r, sizeof words / sizeof *words)]);
			strcat(name, "/");
		}
		snprintf(leaf, sizeof leaf, "%d.png", i);
		strcat(name, leaf);
		files_tar_add(&tar, name, '0', "", png.buf, png.len);
	}
	files_tar_end(&tar);
	files_put(f, "t.tar", tar.buf, tar.len);
	strbuf_release(&tar);
	strbuf_release(&png);
}

/* Whatever the folders are called: refused with a reason, or each image in one split, its class a
 * folder above it. */
static void test_random(void)
{
	int taken = 0, refused = 0;
	struct files f;
	struct rng r;

	files_open(&f);
	rng_init(&r, 15, RNG_ORDER, 0, 0);
	log_set_level(LOG_QUIET);
	for (int i = 0; i < 1500; i++) {
		struct seen s = {{0}, 0};
		struct dataset_import_opts opts = {.each = see, .ctx = &s};

		opts.class_depth = i % 5 ? 0 : 1 + i / 5 % 3;
		opts.no_splits = i % 7 == 0;
		put_random_tree(&f, &r);
		if (files_import_opts(&f, "t.tar", &opts)) {
			CU_ASSERT(f.err.code == ERR_USAGE || f.err.code == ERR_FAILED);
			refused++;
			continue;
		}
		taken++;
		CU_ASSERT_EQUAL(s.bad, 0);
		for (int k = 0; k < SPLIT_COUNT; k++)
			CU_ASSERT_EQUAL(s.n[k], f.data.n[k]);
	}
	CU_ASSERT(taken > 100 && refused > 100);
	files_close(&f);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"splits, classes and order", test_splits},
	    {"without train/ and test/; val/", test_without_words},
	    {"grey images", test_grey},
	    {"more images than a batch, scaled", test_many},
	    {"what fits nowhere, and what is no image", test_bad},
	    {"bad images left out, at any number of threads", test_left_out},
	    {"a bad image of another size", test_bad_head},
	    {"folders of any names", test_random},
	    {0}};

	return check_run("data/folder", cases);
}
