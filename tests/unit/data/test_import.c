/* Protects: one content, one file, whatever it came in; --size; stopping anywhere leaves nothing;
 * and a dataset file that is not whole is refused. */
#include <fcntl.h>

#include "tests/unit/data/files.h"

static void add(struct files *f, struct strbuf *tar, const char *name, int r)
{
	struct strbuf png = STRBUF_INIT;
	uint8_t rows[300];
	char path[600];

	for (int i = 0; i < 300; i++)
		rows[i] = (uint8_t)(r + i * 3);
	files_png(&png, 10, 10, 8, 2, rows, 30);
	files_tar_add(tar, name, '0', "", png.buf, png.len);
	snprintf(path, sizeof path, "d/%s", name);
	files_put(f, path, png.buf, png.len);
	strbuf_release(&png);
}

static void test_containers(void)
{
	static const char *const names[] = {"train/b/1.png", "test/b/3.png", "train/a/2.png",
					    "unlabeled/5.png", "train/a/1.png"};
	struct strbuf tar = STRBUF_INIT, back = STRBUF_INIT, gz = STRBUF_INIT;
	char hash[HASH_HEX];
	struct files f;

	files_open(&f);
	for (int i = 0; i < 5; i++)
		add(&f, &tar, names[i], 40 * i);
	for (int i = 4; i >= 0; i--)
		add(&f, &back, names[i], 40 * i);
	files_tar_end(&tar);
	files_tar_end(&back);
	CU_ASSERT_EQUAL_FATAL(files_import(&f, "d", 0), 0);
	memcpy(hash, f.hash, sizeof hash);
	CU_ASSERT(f.data.n[0] == 3 && f.data.n[1] == 1 && f.data.n[2] == 1);
	files_put(&f, "t.tar", tar.buf, tar.len);
	CU_ASSERT_EQUAL(files_import(&f, "t.tar", 0), 0);
	CU_ASSERT_STRING_EQUAL(f.hash, hash);
	files_put(&f, "b.tar", back.buf, back.len);
	CU_ASSERT_EQUAL(files_import(&f, "b.tar", 0), 0);
	CU_ASSERT_STRING_EQUAL(f.hash, hash);
	files_gzip(&gz, back.buf, back.len);
	files_put(&f, "anything", gz.buf, gz.len);
	CU_ASSERT_EQUAL(files_import(&f, "anything", 0), 0);
	CU_ASSERT_STRING_EQUAL(f.hash, hash);
	CU_ASSERT_EQUAL(files_import(&f, "d", 5), 0);
	CU_ASSERT(f.data.width == 5 && f.data.height == 5);
	CU_ASSERT_STRING_NOT_EQUAL(f.hash, hash);
	CU_ASSERT_EQUAL(files_import(&f, "d", 10), 0); /* the size that they have */
	CU_ASSERT_STRING_EQUAL(f.hash, hash);
	files_refused(&f, "d", 4097, ERR_USAGE, "size: 4097 is out of range");
	files_refused(&f, "d", -1, ERR_USAGE, "size: -1 is out of range");
	files_refused(&f, "none", 0, ERR_USAGE, "No such file");
	strbuf_release(&tar);
	strbuf_release(&back);
	strbuf_release(&gz);
	files_close(&f);
}

static void put_cifar(struct files *f, const char *name, int n)
{
	struct strbuf s = STRBUF_INIT;

	for (int i = 0; i < n; i++) {
		strbuf_addc(&s, (char)(i % 10));
		files_fill(&s, i, 3072);
	}
	files_put(f, name, s.buf, s.len);
	strbuf_release(&s);
}

/* Enlarged images go to the spool in several pieces: none is lost or exchanged. */
static void test_enlarged(void)
{
	struct files f;

	files_open(&f);
	put_cifar(&f, "d/data_batch_1.bin", 60);
	CU_ASSERT_EQUAL_FATAL(files_import(&f, "d", 1024), 0); /* 3 MB an image, 10 a piece */
	CU_ASSERT_EQUAL_FATAL(f.data.n[SPLIT_TRAIN], 60);
	for (int i = 0; i < 60; i++) {
		const uint8_t *p = f.data.pixels[SPLIT_TRAIN] + (size_t)i * 3 * 1024 * 1024;

		CU_ASSERT(p[0] == i && p[3 * 1024 * 1024 - 1] == i);
		CU_ASSERT_EQUAL(f.data.labels[SPLIT_TRAIN][i], i % 10);
	}
	files_close(&f);
}

struct stopper {
	int left; /* calls until it stops */
};

static int stop_after(void *ctx, const struct dataset_progress *p)
{
	struct stopper *s = ctx;

	return p && s->left-- <= 0;
}

/* Whenever the caller says stop, also while the dataset file is being written. */
static void test_stopped(void)
{
	struct stopper s;
	struct dataset_import_opts opts = {.progress = stop_after, .ctx = &s};
	char path[600], tmp[600], out[600];
	struct files f;
	int n, ret = -1;

	files_open(&f);
	put_cifar(&f, "d/data_batch_1.bin", 800);
	put_cifar(&f, "d/test_batch.bin", 3);
	files_put(&f, "d/notes.txt", "x", 1);
	snprintf(path, sizeof path, "%s/d", f.dir);
	snprintf(out, sizeof out, "%s/out", f.dir);
	CU_ASSERT_EQUAL_FATAL(fs_mkdirs(out, NULL), 0);
	for (n = 0; n < 100 && ret; n++) {
		s.left = n;
		f.err.code = 0;
		ret = dataset_import(path, &opts, out, tmp, sizeof tmp, f.hash, &f.err);
		CU_ASSERT(!ret || f.err.code == ERR_PREEMPTED);
		if (ret)
			CU_ASSERT_EQUAL(nftw(out, files_count_one, 4, FTW_PHYS), 0);
	}
	CU_ASSERT(n > 5 && n < 100); /* three files, two of images, and pieces of the writing */
	files_close(&f);
}

static void open_is(const char *path, const char *why)
{
	struct error err = {0};
	struct dataset d;

	if (!dataset_open(&d, path, &err)) {
		dataset_close(&d);
		CU_FAIL("it opens");
		return;
	}
	CU_ASSERT_EQUAL(err.code, ERR_CORRUPT);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, why));
}

static void set_byte(const char *path, off_t at, uint8_t value)
{
	int fd = open(path, O_WRONLY);

	CU_ASSERT_EQUAL(pwrite(fd, &value, 1, at), 1);
	close(fd);
}

static void test_file(void)
{
	struct strbuf whole = STRBUF_INIT;
	char tmp[600];
	struct dataset d;
	struct files f;

	files_open(&f);
	CU_ASSERT_EQUAL_FATAL(dataset_shapes(1, 3, 2, f.dir, tmp, sizeof tmp, f.hash, &f.err), 0);
	CU_ASSERT_EQUAL_FATAL(fs_read(tmp, &whole, &f.err), 0);
	files_put(&f, "x", "", 0);
	open_is(f.path, "the file begins differently");
	files_put(&f, "x", whole.buf, whole.len - 1);
	open_is(f.path, "truncated, or longer than its header says");
	files_put(&f, "x", whole.buf, 128);
	open_is(f.path, "not a complete dataset file");
	/* every byte of the header counts */
	for (off_t at = 0; at < 128; at++) {
		files_put(&f, "x", whole.buf, whole.len);
		set_byte(f.path, at, (uint8_t)(whole.buf[at] ^ 0x40));
		open_is(f.path, "not a complete dataset file");
	}
	files_put(&f, "x", whole.buf, whole.len);
	CU_ASSERT_EQUAL_FATAL(dataset_open(&d, f.path, &f.err), 0);
	set_byte(f.path, (const uint8_t *)d.labels[SPLIT_TEST] - d.map.data, 10);
	dataset_close(&d);
	open_is(f.path, "a label out of range");
	files_put(&f, "x", whole.buf, whole.len);
	set_byte(f.path, 128 + 2, 0); /* in the class names */
	open_is(f.path, "damaged class names");
	strbuf_release(&whole);
	files_close(&f);
}

/* A file without a val split is what it was before there were such splits, to its hash; one with a
 * val split has a header of its own, of which every byte counts likewise. */
static void test_val(void)
{
	struct strbuf whole = STRBUF_INIT;
	char tmp[600];
	struct files f;

	files_open(&f);
	CU_ASSERT_EQUAL_FATAL(dataset_shapes(1, 40, 10, f.dir, tmp, sizeof tmp, f.hash, &f.err), 0);
	CU_ASSERT_STRING_EQUAL(f.hash,
			       "f23519d787be671be8aaf233ab979bdce879b1c2d6a35e211798506111f0cd91");
	files_put_png(&f, "d/train/k/1.png", 2, 2, 1, 2, 3);
	files_put_png(&f, "d/val/k/1.png", 2, 2, 4, 5, 6);
	files_put_png(&f, "d/val/k/2.png", 2, 2, 7, 8, 9);
	files_put_png(&f, "d/test/k/1.png", 2, 2, 10, 11, 12);
	CU_ASSERT_EQUAL_FATAL(files_import(&f, "d", 0), 0);
	CU_ASSERT(f.data.n[SPLIT_TRAIN] == 1 && f.data.n[SPLIT_TEST] == 1);
	CU_ASSERT_FATAL(f.data.n[SPLIT_VAL] == 2 && f.data.n[SPLIT_UNLABELED] == 0);
	CU_ASSERT(f.data.pixels[SPLIT_VAL][0] == 4 && f.data.pixels[SPLIT_VAL][12] == 7);
	CU_ASSERT(f.data.labels[SPLIT_VAL][1] == 0 && f.data.pixels[SPLIT_TEST][0] == 10);
	CU_ASSERT(f.data.map.data[8] == 2 && f.data.map.data[12] == 192);
	strbuf_add(&whole, f.data.map.data, f.data.map.size);
	for (off_t at = 0; at < 192; at++) {
		files_put(&f, "x", whole.buf, whole.len);
		set_byte(f.path, at, (uint8_t)(whole.buf[at] ^ 0x40));
		open_is(f.path, "not a complete dataset file");
	}
	for (size_t n = 0; n < whole.len; n += 64) {
		files_put(&f, "x", whole.buf, n);
		open_is(f.path, "not a complete dataset file");
	}
	strbuf_release(&whole);
	files_close(&f);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"one content, one hash", test_containers}, {"enlarged images", test_enlarged},
	    {"stopped anywhere", test_stopped},         {"the dataset file", test_file},
	    {"a val split of its own", test_val},       {0}};

	return check_run("data/import", cases);
}
