/* Protects: STL-10's columns become rows, its labels start at 0, its unlabeled images have none. */
#include "tests/unit/data/files.h"

static int pixel(int image, int k, int y, int x)
{
	return (image * 11 + k * 85 + y * 2 + x * 5) & 255;
}

static void put(struct files *f, const char *name, int first, int n)
{
	struct strbuf s = STRBUF_INIT;

	for (int i = first; i < first + n; i++)
		for (int k = 0; k < 3; k++)
			for (int x = 0; x < 96; x++)
				for (int y = 0; y < 96; y++)
					strbuf_addc(&s, (char)pixel(i, k, y, x));
	files_put(f, name, s.buf, s.len);
	strbuf_release(&s);
}

static int image_is(const uint8_t *p, int image)
{
	for (int y = 0; y < 96; y++)
		for (int x = 0; x < 96; x++)
			for (int k = 0; k < 3; k++)
				if (*p++ != pixel(image, k, y, x))
					return 0;
	return 1;
}

static void test_stl10(void)
{
	static const char names[] =
	    "airplane\nbird\ncar\ncat\ndeer\ndog\nhorse\nmonkey\nship\ntruck\n";
	enum { BYTES = 96 * 96 * 3 };
	struct files f;

	files_open(&f);
	put(&f, "d/train_X.bin", 0, 2);
	files_put(&f, "d/train_y.bin", "\x0a\x01", 2);
	put(&f, "d/test_X.bin", 2, 1);
	files_put(&f, "d/test_y.bin", "\x04", 1);
	put(&f, "d/unlabeled_X.bin", 3, 3);
	files_put(&f, "d/class_names.txt", names, strlen(names));
	CU_ASSERT_EQUAL_FATAL(files_import(&f, "d", 0), 0);
	CU_ASSERT(f.data.n[SPLIT_TRAIN] == 2 && f.data.n[SPLIT_TEST] == 1);
	CU_ASSERT_EQUAL(f.data.n[SPLIT_UNLABELED], 3);
	CU_ASSERT(f.data.height == 96 && f.data.width == 96 && f.data.channels == 3);
	CU_ASSERT(f.data.labels[SPLIT_TRAIN][0] == 9 && f.data.labels[SPLIT_TRAIN][1] == 0);
	CU_ASSERT_EQUAL(f.data.labels[SPLIT_TEST][0], 3);
	CU_ASSERT_STRING_EQUAL(f.data.class_name[3], "cat");
	CU_ASSERT(image_is(f.data.pixels[SPLIT_TRAIN] + BYTES, 1));
	CU_ASSERT(image_is(f.data.pixels[SPLIT_TEST], 2));
	for (int i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(f.data.labels[SPLIT_UNLABELED][i], -1);
		CU_ASSERT(image_is(f.data.pixels[SPLIT_UNLABELED] + i * BYTES, 3 + i));
	}
	files_put(&f, "d/test_y.bin", "\x0b", 1);
	files_refused(&f, "d", 0, ERR_FAILED, "label 0 is 11, out of range: 1 to 10");
	files_put(&f, "d/test_y.bin", "\x01\x01", 2);
	files_refused(&f, "d", 0, ERR_FAILED, "1 images in test_X.bin, but 2 labels");
	remove(f.path);
	files_refused(&f, "d", 0, ERR_USAGE, "test_y.bin is missing");
	files_close(&f);
}

/* Only what has no labels. */
static void test_unlabeled(void)
{
	struct files f;

	files_open(&f);
	put(&f, "d/unlabeled_X.bin", 0, 2);
	CU_ASSERT_EQUAL_FATAL(files_import(&f, "d", 32), 0);
	CU_ASSERT(f.data.n[SPLIT_TRAIN] == 0 && f.data.n[SPLIT_UNLABELED] == 2);
	CU_ASSERT_EQUAL(f.data.width, 32);
	files_close(&f);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"STL-10: columns, labels, splits, names", test_stl10},
	    {"STL-10: unlabeled images alone", test_unlabeled},
	    {0}};

	return check_run("data/stl10", cases);
}
