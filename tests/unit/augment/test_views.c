/*
 * Protects: a batch and single views have the same bits whether the host makes them or a device,
 * from images that stay on the device or from those of the batch alone; and that images stay there
 * only if they take at most half of the free memory.
 */
#include "core/augment/views.h"

#include <string.h>

#include "core/augment/batch.h"
#include "core/base/parallel.h"
#include "tests/check.h"
#include "tests/unit/run/far.h"

enum { TRAIN = 30, UNLABELED = 12, N = TRAIN + UNLABELED, HEIGHT = 9, WIDTH = 7, BATCH = 19 };
enum { SIZE = HEIGHT * WIDTH * 3, SIDE = 8, OUT = SIDE * SIDE * 3 };

struct fixture {
	uint8_t train[TRAIN * SIZE], unlabeled[UNLABELED * SIZE];
	int16_t labels[TRAIN];
	uint32_t index[N];
	struct dataset data;
	struct loader loader;
	struct augment view[2];
	struct arena arena;
};

static void setup(struct fixture *f)
{
	struct rng rng;

	memset(f, 0, sizeof *f);
	parallel_set_threads(2);
	rng_init(&rng, 1, RNG_TEST, 0, 0);
	for (int i = 0; i < TRAIN * SIZE; i++)
		f->train[i] = (uint8_t)rng_below(&rng, 256);
	for (int i = 0; i < UNLABELED * SIZE; i++)
		f->unlabeled[i] = (uint8_t)rng_below(&rng, 256);
	for (uint32_t i = 0; i < N; i++)
		f->index[i] = i;
	f->data = (struct dataset){.height = HEIGHT, .width = WIDTH, .channels = 3, .classes = 2};
	f->data.n[SPLIT_TRAIN] = TRAIN;
	f->data.n[SPLIT_UNLABELED] = UNLABELED;
	f->data.pixels[SPLIT_TRAIN] = f->train;
	f->data.pixels[SPLIT_UNLABELED] = f->unlabeled;
	f->data.labels[SPLIT_TRAIN] = f->labels;
	loader_init(&f->loader, &f->arena, &f->data, f->index, N, BATCH, 11);
	f->view[0] = (struct augment){.crop_p = 1,
				      .crop_scale = {0.2, 1},
				      .crop_ratio = {0.75, 1.33},
				      .flip_p = 0.5,
				      .jitter_p = 0.8,
				      .contrast = 0.4,
				      .blur_p = 0.5,
				      .blur_sigma = {0.1, 2},
				      .fixed = {.std = {1, 1, 1, 1},
						.height = HEIGHT,
						.width = WIDTH,
						.channels = 3,
						.out_height = SIDE,
						.out_width = SIDE}};
	f->view[1] = f->view[0];
	f->view[1].solarize_p = 0.5;
}

/* The views of batch k of an epoch on a device. */
static void batch_on(struct fixture *f, const struct device *device, int stay, int k, real *x)
{
	struct batcher b;
	struct tape t;

	loader_epoch(&f->loader, 2);
	tape_init(&t, device);
	batcher_init(&b, &f->arena, &f->loader, f->view, 2);
	if (stay) {
		device_images_init(&b.resident, &f->data, device);
		CU_ASSERT_PTR_NOT_NULL(b.resident.pixels);
	}
	tensor_read(batcher_next(&b, k, &t), x);
	CU_ASSERT(b.number[0] < N && b.labels[0] == (b.number[0] < TRAIN ? 0 : -1));
	device_images_release(&b.resident);
	tape_release(&t);
}

static void test_batches(void)
{
	static real here[2 * BATCH * OUT], there[2 * BATCH * OUT], gathered[2 * BATCH * OUT];
	const struct device *far_away = far_begin();
	static struct fixture f;

	setup(&f);
	for (int k = 0; k < 2; k++) {
		batch_on(&f, &device_cpu, 0, k, here);
		batch_on(&f, far_away, 1, k, there);
		batch_on(&f, far_away, 0, k, gathered);
		CU_ASSERT(!memcmp(here, there, sizeof here));
		CU_ASSERT(!memcmp(here, gathered, sizeof here));
	}
	far_end();
	arena_release(&f.arena);
}

static void views_on(struct fixture *f, const struct device *device,
		     const struct augment_plan *plan, real *x)
{
	const uint8_t *image[BATCH];
	struct tape t;

	for (int i = 0; i < BATCH; i++)
		image[i] = f->train + (i * 5 + 3) % TRAIN * SIZE;
	tape_init(&t, device);
	tensor_read(views_make(&t, &f->view->fixed, plan, image, BATCH), x);
	tape_release(&t);
}

static void test_views(void)
{
	static real here[BATCH * OUT], there[BATCH * OUT], want[OUT];
	struct augment_plan plan[BATCH];
	static struct fixture f;
	void *scratch;

	setup(&f);
	for (int i = 0; i < BATCH; i++)
		batch_draw(f.view, 2, 1, 3, 0, (uint32_t)i, &plan[i]);
	for (int drawn = 0; drawn < 2; drawn++) {
		views_on(&f, &device_cpu, drawn ? plan : NULL, here);
		views_on(&f, far_begin(), drawn ? plan : NULL, there);
		CU_ASSERT(!memcmp(here, there, sizeof here));
		far_end();
	}
	scratch = arena_alloc(&f.arena, augment_scratch(&f.view->fixed));
	augment_apply(&f.view->fixed, &plan[1], f.train + 8 * SIZE, want, scratch);
	CU_ASSERT(!memcmp(want, here + OUT, sizeof want));
	arena_release(&f.arena);
}

static size_t little_memory(const struct device *d)
{
	(void)d;
	return 2 * N * SIZE - 1;
}

static void test_memory(void)
{
	struct device small = *far_begin();
	struct device_images m;
	static struct fixture f;

	setup(&f);
	small.free_bytes = little_memory;
	device_images_init(&m, &f.data, &small);
	CU_ASSERT_PTR_NULL(m.pixels);
	device_images_release(&m);
	device_images_init(&m, &f.data, &device_cpu);
	CU_ASSERT_PTR_NULL(m.pixels);
	far_end();
	arena_release(&f.arena);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"batches of a device equal those of the host", test_batches},
	    {"so do views of single images", test_views},
	    {"images stay on a device that has memory for them", test_memory},
	    {0}};

	return check_run("augment/views", cases);
}
