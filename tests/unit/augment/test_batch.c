/* Protects: a batch depends only on (seed, epoch, number), not on the number of threads or on
 * earlier batches. */
#include "core/augment/batch.h"

#include <math.h>
#include <string.h>

#include "core/base/parallel.h"
#include "tests/check.h"

enum { N = 50, SIDE = 9, SIZE = SIDE * SIDE * 3, BATCH = 19 };

struct fixture {
	uint8_t pixels[N * SIZE];
	int16_t labels[N];
	uint32_t index[N];
	struct dataset data;
	struct loader loader;
	struct augment view[2];
	struct arena arena;
	struct batcher batcher;
};

static void setup(struct fixture *f)
{
	struct rng rng;

	memset(f, 0, sizeof *f);
	rng_init(&rng, 1, RNG_TEST, 0, 0);
	for (int i = 0; i < N * SIZE; i++)
		f->pixels[i] = (uint8_t)rng_below(&rng, 256);
	for (int i = 0; i < N; i++) {
		f->labels[i] = (int16_t)(i % 7);
		f->index[i] = (uint32_t)i;
	}
	f->data = (struct dataset){.height = SIDE, .width = SIDE, .channels = 3, .classes = 7};
	f->data.n[SPLIT_TRAIN] = N - 10; /* the last ten are unlabeled */
	f->data.n[SPLIT_UNLABELED] = 10;
	f->data.pixels[SPLIT_TRAIN] = f->pixels;
	f->data.pixels[SPLIT_UNLABELED] = f->pixels + (N - 10) * SIZE;
	f->data.labels[SPLIT_TRAIN] = f->labels;
	loader_init(&f->loader, &f->arena, &f->data, f->index, N, BATCH, 11);
	f->view[0] = (struct augment){.crop_p = 1,
				      .crop_scale = {0.2, 1},
				      .crop_ratio = {0.75, 1.33},
				      .flip_p = 0.5,
				      .jitter_p = 1,
				      .brightness = 0.4,
				      .hue = 0.1,
				      .fixed = {.std = {1, 1, 1, 1},
						.height = SIDE,
						.width = SIDE,
						.channels = 3,
						.out_height = SIDE,
						.out_width = SIDE}};
	f->view[1] = f->view[0];
	batcher_init(&f->batcher, &f->arena, &f->loader, f->view, 2);
}

static void test_threads(void)
{
	static struct fixture f, g;
	size_t bytes = 2 * BATCH * SIZE * sizeof(real);

	parallel_set_threads(1);
	setup(&f);
	loader_epoch(&f.loader, 3);
	batcher_fill(&f.batcher, 1);
	parallel_set_threads(3);
	setup(&g);
	batcher_fill(&g.batcher, 0);
	loader_epoch(&g.loader, 3);
	batcher_fill(&g.batcher, 0);
	CU_ASSERT_NOT_EQUAL(memcmp(f.batcher.x, g.batcher.x, bytes), 0);
	batcher_fill(&g.batcher, 1);
	CU_ASSERT_EQUAL(memcmp(f.batcher.x, g.batcher.x, bytes), 0);
	CU_ASSERT_EQUAL(memcmp(f.batcher.labels, g.batcher.labels, BATCH * sizeof(int)), 0);
	parallel_set_threads(1);
	arena_release(&f.arena);
	arena_release(&g.arena);
}

/* View v of image i is drawn from sample 2 i + v, and is stored after all of view v - 1, as its
 * plan is. */
static void test_layout(void)
{
	static struct fixture f;
	static real want[SIZE];
	void *scratch;

	setup(&f);
	scratch = arena_alloc(&f.arena, augment_scratch(&f.view->fixed));
	batcher_fill(&f.batcher, 0);
	for (int v = 0; v < 2; v++)
		for (int i = 0; i < BATCH; i++) {
			uint32_t number;
			int label;
			const uint8_t *image = loader_image(&f.loader, 0, i, &label, &number);
			struct augment_plan plan = {0};
			struct rng rng;

			batch_draw(f.view, 2, v, 11, 0, number, &plan);
			CU_ASSERT_EQUAL(
			    memcmp(&plan.box, &f.batcher.plan[v * BATCH + i].box, sizeof plan.box),
			    0);
			CU_ASSERT_EQUAL(plan.flip, f.batcher.plan[v * BATCH + i].flip);

			rng_init(&rng, 11, RNG_AUGMENT, 0, 2 * (uint64_t)number + (uint64_t)v);
			augment_image(&f.view[v], image, &rng, want, scratch);
			CU_ASSERT_EQUAL(
			    memcmp(want, f.batcher.x + (v * BATCH + i) * SIZE, sizeof want), 0);
			CU_ASSERT_EQUAL(f.batcher.labels[i],
					number < N - 10 ? f.labels[number] : -1);
		}
	arena_release(&f.arena);
}

static void test_source(void)
{
	static struct fixture f;
	struct augment_source s, t;

	setup(&f);
	parallel_set_threads(2);
	augment_source_of(&s, &f.data);
	CU_ASSERT(s.height == SIDE && s.width == SIDE && s.channels == 3);
	for (int c = 0; c < 3; c++) {
		double sum = 0, square = 0;
		int n = (N - 10) * SIDE * SIDE;

		for (int i = 0; i < n; i++) {
			double v = f.pixels[3 * i + c] / 255.0;

			sum += v;
			square += v * v;
		}
		CU_ASSERT_DOUBLE_EQUAL(s.mean[c], sum / n, 1e-12);
		CU_ASSERT_DOUBLE_EQUAL(s.std[c], sqrt(square / n - sum / n * sum / n), 1e-12);
	}
	parallel_set_threads(1);
	augment_source_of(&t, &f.data);
	CU_ASSERT_EQUAL(memcmp(&s, &t, sizeof s), 0);
	arena_release(&f.arena);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"the same bits with any number of threads and after any other batch", test_threads},
	    {"views, plans, images and labels are in the right places", test_layout},
	    {"mean and std of the training images are exact", test_source},
	    {0}};

	return check_run("augment/batch", cases);
}
