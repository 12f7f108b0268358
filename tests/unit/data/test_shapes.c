/* Protects: `shapes` is the same for ever, image by image; and pixels alone do not solve it. */
#include "core/eval/knn.h"
#include "tests/unit/data/files.h"

static void make(struct files *f, uint64_t seed, uint32_t n_train, uint32_t n_test)
{
	char tmp[600];

	if (f->data.map.data)
		dataset_close(&f->data);
	CU_ASSERT_EQUAL_FATAL(
	    dataset_shapes(seed, n_train, n_test, f->dir, tmp, sizeof tmp, f->hash, &f->err), 0);
	CU_ASSERT_EQUAL_FATAL(dataset_open(&f->data, tmp, &f->err), 0);
	unlink(tmp);
}

static void test_pinned(void)
{
	struct files f;
	uint8_t image[3072];

	files_open(&f);
	make(&f, 1, 200, 50);
	CU_ASSERT_STRING_EQUAL(f.hash,
			       "7ac25732b4f77dc20f51bec4abf215917acfd2275f0832e155726b160f06eda2");
	CU_ASSERT(f.data.height == 32 && f.data.channels == 3 && f.data.classes == 10);
	memcpy(image, f.data.pixels[SPLIT_TRAIN] + 99 * 3072, 3072);
	make(&f, 1, 100, 7); /* image 99 is the same, however many there are */
	CU_ASSERT_EQUAL(memcmp(image, f.data.pixels[SPLIT_TRAIN] + 99 * 3072, 3072), 0);
	CU_ASSERT_NOT_EQUAL(memcmp(image, f.data.pixels[SPLIT_TEST], 3072), 0);
	make(&f, 2, 100, 7);
	CU_ASSERT_NOT_EQUAL(memcmp(image, f.data.pixels[SPLIT_TRAIN] + 99 * 3072, 3072), 0);
	for (int i = 0; i < 100; i++)
		CU_ASSERT_EQUAL(f.data.labels[SPLIT_TRAIN][i], i % 10);
	files_close(&f);
}

static void features(const struct dataset *d, int split, real *x, int *label)
{
	for (uint32_t i = 0; i < d->n[split]; i++) {
		label[i] = d->labels[split][i];
		for (int k = 0; k < 3072; k++)
			x[i * 3072 + (uint32_t)k] = d->pixels[split][i * 3072 + (uint32_t)k] - 128;
	}
}

/* As it is by default: 10,000 to train on; 500 of the test images. */
static void test_pixels(void)
{
	enum { N = 10000, M = 500 };
	real *train = malloc(sizeof *train * N * 3072), *test = malloc(sizeof *test * M * 3072);
	int *label = malloc(sizeof *label * (N + M));
	struct knn_result r = {0};
	struct files f;

	files_open(&f);
	make(&f, 1, N, M);
	features(&f.data, SPLIT_TRAIN, train, label);
	features(&f.data, SPLIT_TEST, test, label + N);
	knn_classify(train, label, N, test, label + N, M, 3072, 10, 20, 0.07, NULL, NULL, &r);
	fprintf(stderr, "(kNN on pixels: %.1f %%) ", r.top1);
	CU_ASSERT(r.top1 <= 35);
	CU_ASSERT(r.top1 > 5);
	free(train);
	free(test);
	free(label);
	files_close(&f);
}

static int stop_at_once(void *ctx, const struct dataset_progress *p)
{
	(void)ctx;
	(void)p;
	return 1;
}

static void test_stopped(void)
{
	struct dataset_import_opts opts = {.progress = stop_at_once};
	struct files f;
	char tmp[600];

	files_open(&f);
	CU_ASSERT_EQUAL(
	    dataset_shapes_watched(1, 1000, 0, &opts, f.dir, tmp, sizeof tmp, f.hash, &f.err), -1);
	CU_ASSERT_EQUAL(f.err.code, ERR_PREEMPTED);
	CU_ASSERT_EQUAL(nftw(f.dir, files_count_one, 4, FTW_PHYS), 0);
	CU_ASSERT_EQUAL(dataset_shapes(1, 0, 5, f.dir, tmp, sizeof tmp, f.hash, &f.err), -1);
	CU_ASSERT_EQUAL(f.err.code, ERR_USAGE);
	files_close(&f);
}

int main(void)
{
	static const struct check_case cases[] = {{"deterministic by seed and image", test_pinned},
						  {"pixels do not solve it", test_pixels},
						  {"stopped: nothing is left", test_stopped},
						  {0}};

	return check_run("data/shapes", cases);
}
