/* Protects: CIFAR's planes become pixels, its labels classes, its files one order. */
#include "tests/unit/data/files.h"

/* Pixel (y, x) of channel k, different in each. */
static int pixel(int image, int k, int y, int x)
{
	return (image * 31 + k * 85 + y * 7 + x * 3) & 255;
}

static void record(struct strbuf *out, int image, int labels, int label)
{
	files_fill(out, 19, (size_t)labels - 1); /* coarse */
	strbuf_addc(out, (char)label);
	for (int k = 0; k < 3; k++)
		for (int y = 0; y < 32; y++)
			for (int x = 0; x < 32; x++)
				strbuf_addc(out, (char)pixel(image, k, y, x));
}

static int image_is(const uint8_t *p, int image)
{
	for (int y = 0; y < 32; y++)
		for (int x = 0; x < 32; x++)
			for (int k = 0; k < 3; k++)
				if (*p++ != pixel(image, k, y, x))
					return 0;
	return 1;
}

static void put(struct files *f, const char *name, int first, int n, int labels)
{
	struct strbuf s = STRBUF_INIT;

	for (int i = first; i < first + n; i++)
		record(&s, i, labels, i % 10);
	files_put(f, name, s.buf, s.len);
	strbuf_release(&s);
}

static void test_cifar10(void)
{
	static const char names[] =
	    "plane\r\ncar\r\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n";
	struct files f;

	files_open(&f);
	put(&f, "d/x/data_batch_10.bin", 5, 2, 1); /* by number, not by name */
	put(&f, "d/x/data_batch_2.bin", 2, 3, 1);
	put(&f, "d/x/data_batch_1.bin", 0, 2, 1);
	put(&f, "d/x/test_batch.bin", 7, 4, 1);
	files_put(&f, "d/x/batches.meta.txt", names, strlen(names));
	CU_ASSERT_EQUAL_FATAL(files_import(&f, "d", 0), 0);
	CU_ASSERT(f.data.height == 32 && f.data.width == 32 && f.data.channels == 3);
	CU_ASSERT(f.data.n[SPLIT_TRAIN] == 7 && f.data.n[SPLIT_TEST] == 4);
	CU_ASSERT_EQUAL(f.data.n[SPLIT_UNLABELED], 0);
	for (int i = 0; i < 11; i++) {
		int s = i < 7 ? SPLIT_TRAIN : SPLIT_TEST, at = i < 7 ? i : i - 7;

		CU_ASSERT_EQUAL(f.data.labels[s][at], i % 10);
		CU_ASSERT(image_is(f.data.pixels[s] + at * 3072, i));
	}
	CU_ASSERT_EQUAL(f.data.classes, 10);
	CU_ASSERT_STRING_EQUAL(f.data.class_name[0], "plane");
	CU_ASSERT_STRING_EQUAL(f.data.class_name[9], "truck");
	files_close(&f);
}

/* More records than a batch of the reader. */
static void test_many(void)
{
	struct files f;

	files_open(&f);
	put(&f, "d/data_batch_1.bin", 0, 1400, 1);
	CU_ASSERT_EQUAL_FATAL(files_import(&f, "d", 0), 0);
	CU_ASSERT_EQUAL_FATAL(f.data.n[SPLIT_TRAIN], 1400);
	for (int i = 0; i < 1400; i++)
		CU_ASSERT(image_is(f.data.pixels[SPLIT_TRAIN] + i * 3072, i) &&
			  f.data.labels[SPLIT_TRAIN][i] == i % 10);
	files_close(&f);
}

static void test_cifar100(void)
{
	struct strbuf s = STRBUF_INIT;
	struct files f;

	files_open(&f);
	record(&s, 1, 2, 99);
	files_put(&f, "d/train.bin", s.buf, s.len);
	strbuf_clear(&s);
	record(&s, 2, 2, 0);
	files_put(&f, "d/test.bin", s.buf, s.len);
	CU_ASSERT_EQUAL_FATAL(files_import(&f, "d", 0), 0);
	CU_ASSERT_EQUAL(f.data.classes, 100);
	CU_ASSERT_EQUAL(f.data.labels[SPLIT_TRAIN][0], 99);
	CU_ASSERT_EQUAL(f.data.labels[SPLIT_TEST][0], 0);
	CU_ASSERT(image_is(f.data.pixels[SPLIT_TRAIN], 1));
	s.buf[1] = 100;
	files_put(&f, "d/test.bin", s.buf, s.len);
	files_refused(&f, "d", 0, ERR_FAILED, "test.bin: record 0: label 100 is out of range");
	strbuf_release(&s);
	files_close(&f);
}

static void test_bad(void)
{
	struct strbuf s = STRBUF_INIT;
	struct files f;

	files_open(&f);
	record(&s, 0, 1, 3);
	record(&s, 1, 1, 10);
	files_put(&f, "d/data_batch_1.bin", s.buf, s.len);
	files_refused(&f, "d", 0, ERR_FAILED, "record 1: label 10 is out of range: 0 to 9");
	files_put(&f, "d/data_batch_1.bin", s.buf, s.len - 1);
	files_refused(&f, "d", 0, ERR_FAILED, "truncated or not CIFAR-10: 1 records");
	files_put(&f, "d/data_batch_1.bin", s.buf, 0);
	files_refused(&f, "d", 0, ERR_USAGE, "empty");
	files_put(&f, "d/data_batch_1.bin", s.buf, 3073);
	files_put(&f, "d/x/data_batch_1.bin", s.buf, 3073);
	files_refused(&f, "d", 0, ERR_FAILED, "x/data_batch_1.bin: occurs twice");
	strbuf_release(&s);
	files_close(&f);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"CIFAR-10: pixels, labels, names, order of the files", test_cifar10},
	    {"CIFAR-10: more than one batch of the reader", test_many},
	    {"CIFAR-100: the fine label", test_cifar100},
	    {"labels out of range, cut records, nothing, twice", test_bad},
	    {0}};

	return check_run("data/cifar", cases);
}
