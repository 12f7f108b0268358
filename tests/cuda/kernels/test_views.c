/*
 * Protects: the batches of a run and the images of an evaluation, as a device makes them, in steps
 * that are captured too: they are the CPU's, and have the same bits from images that stay on the
 * device as from those of the batch alone.
 */
#include <stdlib.h>

#include "core/augment/batch.h"
#include "core/base/rng.h"
#include "tests/cuda/twin.h"

enum { TRAIN = 11, UNLABELED = 4, N = TRAIN + UNLABELED, HEIGHT = 9, WIDTH = 12, BATCH = 5 };
enum { SIZE = HEIGHT * WIDTH * 3, STEPS = 3 };

struct fixture {
	uint8_t pixels[N * SIZE];
	int16_t labels[TRAIN];
	uint32_t index[N];
	struct dataset data;
	struct loader loader;
	struct augment view[2];
	struct arena arena;
};

static struct augment view_of(int side, double solarize_p)
{
	return (struct augment){.crop_p = 1,
				.crop_scale = {0.2, 1},
				.crop_ratio = {0.75, 1.33},
				.flip_p = 0.5,
				.jitter_p = 0.8,
				.brightness = 0.4,
				.contrast = 0.4,
				.saturation = 0.2,
				.hue = 0.1,
				.gray_p = 0.2,
				.blur_p = 0.5,
				.blur_sigma = {0.1, 2},
				.solarize_p = solarize_p,
				.fixed = {.mean = {0.5, 0.5, 0.5},
					  .std = {0.25, 0.25, 0.25},
					  .solarize_threshold = 0.5,
					  .height = HEIGHT,
					  .width = WIDTH,
					  .channels = 3,
					  .out_height = side,
					  .out_width = side}};
}

static void setup(struct fixture *f, int side)
{
	struct rng rng;

	memset(f, 0, sizeof *f);
	rng_init(&rng, 1, RNG_TEST, 0, 0);
	for (int i = 0; i < N * SIZE; i++)
		f->pixels[i] = (uint8_t)rng_below(&rng, 256);
	for (uint32_t i = 0; i < N; i++)
		f->index[i] = i;
	f->data = (struct dataset){.height = HEIGHT, .width = WIDTH, .channels = 3, .classes = 1};
	f->data.n[SPLIT_TRAIN] = TRAIN;
	f->data.n[SPLIT_UNLABELED] = UNLABELED;
	f->data.pixels[SPLIT_TRAIN] = f->pixels;
	f->data.pixels[SPLIT_UNLABELED] = f->pixels + TRAIN * SIZE;
	f->data.labels[SPLIT_TRAIN] = f->labels;
	loader_init(&f->loader, &f->arena, &f->data, f->index, N, BATCH, 11);
	f->view[0] = view_of(side, 0);
	f->view[1] = view_of(side, 0.5);
}

/* An epoch of batches, each in a step of the device. Returns a digest of what the device made. */
static uint64_t check_batches(struct twin *t, int side, int stay)
{
	const uint64_t before = t->digest;
	uint64_t made;
	struct fixture *f = xcalloc(1, sizeof *f);
	const struct device *d = &t->c->device;
	struct batcher here, there;

	setup(f, side);
	batcher_init(&here, &f->arena, &f->loader, f->view, 2);
	batcher_init(&there, &f->arena, &f->loader, f->view, 2);
	t->digest = 0;
	if (stay) {
		device_images_init(&there.resident, &f->data, d);
		CU_ASSERT_PTR_NOT_NULL(there.resident.pixels);
	}
	for (int k = 0; k < STEPS; k++) {
		struct both x;

		d->begin(d);
		tape_reset(&t->here);
		tape_reset(&t->there);
		x.cpu = batcher_next(&here, k, &t->here);
		x.gpu = batcher_next(&there, k, &t->there);
		d->end(d);
		CU_ASSERT(!memcmp(here.labels, there.labels, BATCH * sizeof *here.labels));
		twin_compare(t, stay ? "resident" : "gathered", x, twin_tolerance());
	}
	device_images_release(&there.resident);
	arena_release(&f->arena);
	free(f);
	made = t->digest;
	t->digest = before ^ made;
	return made;
}

static void check_evaluation(struct twin *t, int side)
{
	const struct augment view = view_of(side, 0);
	struct fixture *f = xcalloc(1, sizeof *f);
	const uint8_t *image[BATCH];
	struct both x;

	setup(f, side);
	for (int i = 0; i < BATCH; i++)
		image[i] = f->pixels + (4 * i + 3) % N * SIZE;
	x.cpu = views_make(&t->here, &view.fixed, NULL, image, BATCH);
	x.gpu = views_make(&t->there, &view.fixed, NULL, image, BATCH);
	twin_compare(t, "an evaluation", x, twin_tolerance());
	arena_release(&f->arena);
	free(f);
}

static void all(struct twin *t)
{
	const int sides[] = {8, 64}, n = shim_watcher ? 1 : 2; /* 64: with scratch */

	for (int i = 0; i < n; i++) {
		CU_ASSERT(check_batches(t, sides[i], 0) == check_batches(t, sides[i], 1));
		check_evaluation(t, sides[i]);
	}
}

static void test_all(void)
{
	twin_run(all, 0);
}

int main(void)
{
	static const struct check_case cases[] = {{"batches and evaluations", test_all}, {0}};

	return check_run("cuda/kernels/views", cases);
}
