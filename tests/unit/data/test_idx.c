/* Protects: IDX images meet their labels, whatever their files are called and whichever comes
 * first. */
#include "tests/unit/data/files.h"

static void put_images(struct files *f, const char *name, uint32_t magic, uint32_t n, uint32_t h,
		       uint32_t w, size_t bytes)
{
	struct strbuf s = STRBUF_INIT;

	files_be32(&s, magic);
	files_be32(&s, n);
	files_be32(&s, h);
	files_be32(&s, w);
	for (size_t i = 0; i < bytes; i++)
		strbuf_addc(&s, (char)(i * 5 + n));
	files_put(f, name, s.buf, s.len);
	strbuf_release(&s);
}

static void put_labels(struct files *f, const char *name, uint32_t n, int first, size_t bytes)
{
	struct strbuf s = STRBUF_INIT;

	files_be32(&s, 0x801);
	files_be32(&s, n);
	for (size_t i = 0; i < bytes; i++)
		strbuf_addc(&s, (char)(first + (int)i));
	files_put(f, name, s.buf, s.len);
	strbuf_release(&s);
}

static void test_mnist(void)
{
	struct files f;

	files_open(&f);
	put_images(&f, "d/train-images-idx3-ubyte", 0x803, 3, 4, 5, 60);
	put_labels(&f, "d/train-labels-idx1-ubyte", 3, 7, 3);
	put_images(&f, "d/t10k-images.idx3-ubyte", 0x803, 2, 4, 5, 40);
	put_labels(&f, "d/t10k-labels.idx1-ubyte", 2, 0, 2);
	CU_ASSERT_EQUAL_FATAL(files_import(&f, "d", 0), 0);
	CU_ASSERT(f.data.height == 4 && f.data.width == 5 && f.data.channels == 1);
	CU_ASSERT(f.data.n[SPLIT_TRAIN] == 3 && f.data.n[SPLIT_TEST] == 2);
	CU_ASSERT_EQUAL(f.data.classes, 10);
	CU_ASSERT_STRING_EQUAL(f.data.class_name[9], "9");
	for (int i = 0; i < 60; i++)
		CU_ASSERT_EQUAL(f.data.pixels[SPLIT_TRAIN][i], (uint8_t)(i * 5 + 3));
	CU_ASSERT_EQUAL(f.data.pixels[SPLIT_TEST][39], 39 * 5 + 2);
	CU_ASSERT(f.data.labels[SPLIT_TRAIN][0] == 7 && f.data.labels[SPLIT_TRAIN][2] == 9);
	CU_ASSERT(f.data.labels[SPLIT_TEST][0] == 0 && f.data.labels[SPLIT_TEST][1] == 1);
	files_close(&f);
}

/* EMNIST: more classes than ten, under longer names only. */
static void test_emnist(void)
{
	struct files f;

	files_open(&f);
	put_images(&f, "d/emnist-letters-train-images-idx3-ubyte", 0x803, 30, 1, 1, 30);
	put_labels(&f, "d/emnist-letters-train-labels-idx1-ubyte", 30, 1, 30);
	CU_ASSERT_EQUAL_FATAL(files_import(&f, "d", 0), 0);
	CU_ASSERT_EQUAL(f.data.classes, 31);
	CU_ASSERT_EQUAL(f.data.labels[SPLIT_TRAIN][29], 30);
	put_images(&f, "m/train-images-idx3-ubyte", 0x803, 30, 1, 1, 30);
	put_labels(&f, "m/train-labels-idx1-ubyte", 30, 1, 30);
	files_refused(&f, "m", 0, ERR_FAILED, "label 9 is 10, out of range: 0 to 9");
	files_close(&f);
}

static void test_bad(void)
{
	static const char images[] = "d/train-images-idx3-ubyte",
			  labels[] = "d/train-labels-idx1-ubyte";
	static const struct {
		uint32_t magic, n, h, w;
		size_t bytes;
		const char *why;
	} bad[] = {
	    {0x803, 3, 2, 2, 12, "3 images in train-images-idx3-ubyte, but 2 labels"},
	    {0x803, 2, 2, 2, 7, "it should hold 2 images, but holds 1"},
	    {0x803, 2, 2, 2, 9, "longer than its header says"},
	    {0x803, 2, 0, 2, 8, "impossible image size"},
	    {0x803, 2, 2, 4097, 8, "impossible image size"},
	    {0x803, 2, 0x80000000u, 0x80000000u, 8, "impossible image size"},
	    {0x803, 0xffffffffu, 4096, 4096, 8, "it should hold 4294967295 images, but holds 0"},
	    {0x803, 0xffffffffu, 1, 2, 8, "it should hold 4294967295 images, but holds 4"},
	    {0x801, 2, 2, 2, 8, "not an IDX file"},
	    {0xd03, 2, 2, 2, 8, "not an IDX file"}, /* floats */
	};
	struct files f;

	files_open(&f);
	put_labels(&f, labels, 2, 0, 2);
	for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
		put_images(&f, images, bad[i].magic, bad[i].n, bad[i].h, bad[i].w, bad[i].bytes);
		files_refused(&f, "d", 0, ERR_FAILED, bad[i].why);
	}
	put_images(&f, images, 0x803, 2, 2, 2, 8);
	put_labels(&f, labels, 2, 9, 2);
	files_refused(&f, "d", 0, ERR_FAILED, "label 1 is 10, out of range");
	put_labels(&f, labels, 3, 0, 2);
	files_refused(&f, "d", 0, ERR_FAILED, "truncated: it should hold 3 labels, but holds 2");
	put_labels(&f, labels, 0xffffffffu, 0, 2);
	files_refused(&f, "d", 0, ERR_FAILED, "truncated");
	files_close(&f);
}

int main(void)
{
	static const struct check_case cases[] = {{"MNIST", test_mnist},
						  {"EMNIST", test_emnist},
						  {"counts, sizes, magic, labels", test_bad},
						  {0}};

	return check_run("data/idx", cases);
}
