/*
 * Protects: properties that the golden file with its single image cannot test: identities, ranges,
 * other sizes and channels, and that the draws depend only on (seed, epoch, sample).
 */
#include "core/augment/augment.h"
#include "core/augment/augment_ops.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "tests/check.h"

enum { SIDE = 17, MOST = 3 * 64 * 64 };

static const double tight = REAL_IS_DOUBLE ? 1e-12 : 1e-6;

struct bench {
	struct arena arena;
	uint8_t *image;
	real *x, *y;
	void *scratch;
};

static struct bench bench_new(void)
{
	struct bench b = {.arena = ARENA_INIT};
	struct rng rng;

	b.image = arena_alloc(&b.arena, MOST);
	b.x = arena_alloc(&b.arena, MOST * sizeof *b.x);
	b.y = arena_alloc(&b.arena, MOST * sizeof *b.y);
	b.scratch = arena_alloc(&b.arena, image_scratch(64, 64));
	rng_init(&rng, 1, RNG_TEST, 0, 0);
	for (int i = 0; i < MOST; i++)
		b.image[i] = (uint8_t)rng_below(&rng, 256);
	for (int i = 0; i < MOST; i++)
		b.x[i] = b.y[i] = b.image[i] / (real)255;
	return b;
}

static double distance(const real *a, const real *b, size_t n)
{
	double most = 0;

	for (size_t i = 0; i < n; i++)
		most = fmax(most, fabs((double)a[i] - (double)b[i]));
	return most;
}

/* All probabilities 1, an odd input size, and another output size. */
static struct augment everything(int channels)
{
	return (struct augment){.crop_p = 1,
				.crop_scale = {0.08, 1},
				.crop_ratio = {0.75, 4.0 / 3},
				.flip_p = 0.5,
				.rotate_p = 1,
				.rotate_degrees = 180,
				.jitter_p = 1,
				.brightness = 0.8,
				.contrast = 0.8,
				.saturation = 0.8,
				.hue = 0.5,
				.gray_p = 0.2,
				.blur_p = 1,
				.blur_sigma = {0.1, 2},
				.solarize_p = 0.5,
				.fixed = {.solarize_threshold = 0.5,
					  .std = {1, 1, 1, 1},
					  .height = 19,
					  .width = 33,
					  .channels = channels,
					  .out_height = 21,
					  .out_width = 18}};
}

static void test_identities(void)
{
	struct bench b = bench_new();
	struct image_box whole = {0, 0, SIDE, SIDE};
	size_t pixels = SIDE * SIDE, n = 3 * pixels;

	image_flip(b.x, 3, SIDE, SIDE);
	CU_ASSERT(distance(b.x, b.y, n) > 0.1);
	image_flip(b.x, 3, SIDE, SIDE);
	CU_ASSERT_EQUAL(distance(b.x, b.y, n), 0);
	image_hue(b.x, pixels, 0);
	CU_ASSERT(distance(b.x, b.y, n) <= tight);
	image_hue(b.x, pixels, 0.3);
	CU_ASSERT(distance(b.x, b.y, n) > 0.1);
	image_hue(b.x, pixels, -0.3);
	CU_ASSERT(distance(b.x, b.y, n) <= 10 * tight);
	image_brightness(b.x, 3, pixels, 1);
	image_contrast(b.x, 3, pixels, 1);
	image_saturation(b.x, pixels, 1);
	CU_ASSERT(distance(b.x, b.y, n) <= 10 * tight);
	image_rotate(b.x, 3, SIDE, SIDE, 0, b.scratch);
	CU_ASSERT(distance(b.x, b.y, n) <= 10 * tight);
	for (int i = 0; i < 4; i++)
		image_rotate(b.x, 3, SIDE, SIDE, 90, b.scratch);
	CU_ASSERT(distance(b.x, b.y, n) <= 100 * tight);
	image_blur(b.x, 3, SIDE, SIDE, 5, 0.01, b.scratch);
	CU_ASSERT(distance(b.x, b.y, n) <= 100 * tight);
	memcpy(b.x, b.y, n * sizeof *b.x);
	image_crop(b.y, 3, SIDE, SIDE, whole, b.x, SIDE, SIDE, b.scratch);
	CU_ASSERT_EQUAL(distance(b.x, b.y, n), 0);
	arena_release(&b.arena);
}

static void test_grey_and_solarize(void)
{
	struct bench b = bench_new();
	size_t pixels = SIDE * SIDE;

	image_saturation(b.x, pixels, 0);
	image_gray(b.y, pixels);
	CU_ASSERT(distance(b.x, b.y, 3 * pixels) <= tight);
	CU_ASSERT_EQUAL(distance(b.y, b.y + pixels, pixels), 0);
	CU_ASSERT_EQUAL(distance(b.y, b.y + 2 * pixels, pixels), 0);
	b.x[0] = (real)0.5;
	b.x[1] = (real)0.25;
	b.x[2] = 1;
	image_solarize(b.x, 1, 3, 0.5);
	CU_ASSERT_EQUAL(b.x[0], (real)0.5);
	CU_ASSERT_EQUAL(b.x[1], (real)0.25);
	CU_ASSERT_EQUAL(b.x[2], 0);
	arena_release(&b.arena);
}

/* A kernel wider than the image, for images down to one pixel; blur does not change a constant
 * image. */
static void test_small_images(void)
{
	struct bench b = bench_new();

	for (int side = 1; side < 7; side++) {
		size_t n = (size_t)side * (size_t)(side + 1);

		for (size_t i = 0; i < n; i++)
			b.x[i] = b.y[i] = (real)0.75;
		image_blur(b.x, 1, side, side + 1, 9, 2, b.scratch);
		CU_ASSERT(distance(b.x, b.y, n) <= tight);
		image_crop(b.x, 1, side, side + 1, (struct image_box){0, 0, 1, 1}, b.y, 5, 3,
			   b.scratch);
		CU_ASSERT_DOUBLE_EQUAL(b.y[14], 0.75, tight);
	}
	CU_ASSERT_EQUAL(image_blur_kernel(8), 3);
	CU_ASSERT_EQUAL(image_blur_kernel(32), 3);
	CU_ASSERT_EQUAL(image_blur_kernel(96), 9);
	CU_ASSERT_EQUAL(image_blur_kernel(224), 23);
	arena_release(&b.arena);
}

static void augment_one(const struct augment *a, struct bench *b, uint32_t epoch, uint64_t sample,
			real *out)
{
	void *scratch = arena_alloc(&b->arena, augment_scratch(&a->fixed));
	struct rng rng;

	rng_init(&rng, 3, RNG_AUGMENT, epoch, sample);
	memset(scratch, (int)(sample + 1), augment_scratch(&a->fixed));
	augment_image(a, b->image, &rng, out, scratch);
}

static void test_range_and_draws(void)
{
	struct bench b = bench_new();

	for (int channels = 1; channels <= 3; channels += 2) {
		struct augment a = everything(channels);
		size_t n = (size_t)(a.fixed.out_height * a.fixed.out_width * channels);
		double lo = 1, hi = 0;

		for (uint64_t s = 0; s < 200; s++) {
			augment_one(&a, &b, 1, s, b.x);
			for (size_t i = 0; i < n; i++) {
				lo = fmin(lo, (double)b.x[i]);
				hi = fmax(hi, (double)b.x[i]);
			}
		}
		CU_ASSERT(lo >= -tight && lo < 0.1);
		CU_ASSERT(hi <= 1 + tight && hi > 0.9);
		augment_one(&a, &b, 1, 7, b.x);
		augment_one(&a, &b, 1, 8, b.y);
		CU_ASSERT(distance(b.x, b.y, n) > 0.01);
		augment_one(&a, &b, 2, 7, b.y);
		CU_ASSERT(distance(b.x, b.y, n) > 0.01);
		augment_one(&a, &b, 1, 7, b.y);
		CU_ASSERT_EQUAL(memcmp(b.x, b.y, n * sizeof *b.x), 0);
	}
	arena_release(&b.arena);
}

/* A change of one probability does not change the other draws. */
static void test_draws_are_apart(void)
{
	struct augment all = everything(3), few = all;

	few.crop_p = few.rotate_p = few.jitter_p = few.gray_p = few.blur_p = 0;
	few.fixed.height = few.fixed.width = 9;
	for (uint64_t s = 0; s < 50; s++) {
		struct augment_plan p, q;
		struct rng a, b;

		rng_init(&a, 3, RNG_AUGMENT, 0, s);
		b = a;
		augment_draw(&all, &a, &p);
		augment_draw(&few, &b, &q);
		CU_ASSERT_EQUAL(p.flip, q.flip);
		CU_ASSERT_EQUAL(p.solarize, q.solarize);
		CU_ASSERT_EQUAL(p.sigma, q.sigma);
		CU_ASSERT_EQUAL(rng_u32(&a), rng_u32(&b));
	}
}

static void test_plans(void)
{
	struct augment a = everything(3);
	int flips = 0, first[JITTER_OPS] = {0}, n = 4000;
	double area = 0;

	a.crop_scale[0] = 0.5;
	for (int s = 0; s < n; s++) {
		struct augment_plan p;
		struct rng rng;
		int seen = 0;

		rng_init(&rng, 5, RNG_AUGMENT, 0, (uint64_t)s);
		augment_draw(&a, &rng, &p);
		CU_ASSERT(p.box.top >= 0 && p.box.left >= 0);
		CU_ASSERT(p.box.top + p.box.height <= a.fixed.height &&
			  p.box.left + p.box.width <= a.fixed.width);
		area += p.box.height * p.box.width / (double)(a.fixed.height * a.fixed.width);
		flips += p.flip;
		first[p.order[0]]++;
		for (int i = 0; i < JITTER_OPS; i++)
			seen |= 1 << p.order[i];
		CU_ASSERT_EQUAL(seen, 15);
		CU_ASSERT(p.factor[JITTER_BRIGHTNESS] >= 0.2 && p.factor[JITTER_BRIGHTNESS] < 1.8);
	}
	CU_ASSERT_DOUBLE_EQUAL(flips / (double)n, 0.5, 0.04);
	CU_ASSERT(area / n > 0.5 && area / n < 0.8);
	for (int i = 0; i < JITTER_OPS; i++)
		CU_ASSERT_DOUBLE_EQUAL(first[i] / (double)n, 0.25, 0.04);
}

/* If no box with an allowed aspect fits, the largest central box is used. */
static void test_central_box(void)
{
	struct augment a = {.crop_p = 1, .crop_scale = {1, 1}, .crop_ratio = {1, 1}};
	struct augment_plan p;
	struct rng rng;

	a.fixed.height = 10;
	a.fixed.width = 40;
	rng_init(&rng, 5, RNG_AUGMENT, 0, 0);
	augment_draw(&a, &rng, &p);
	CU_ASSERT(p.box.height == 10 && p.box.width == 10 && p.box.top == 0 && p.box.left == 15);
	a.fixed.height = 40;
	a.fixed.width = 10;
	augment_draw(&a, &rng, &p);
	CU_ASSERT(p.box.height == 10 && p.box.width == 10 && p.box.top == 15 && p.box.left == 0);
}

static void test_plain(void)
{
	struct bench b = bench_new();
	struct augment a = everything(3);
	void *scratch = arena_alloc(&b.arena, augment_scratch(&a.fixed));

	a.fixed.out_height = a.fixed.height;
	a.fixed.out_width = a.fixed.width;
	for (int c = 0; c < 3; c++) {
		a.fixed.mean[c] = 0.1 * (c + 1);
		a.fixed.std[c] = 0.2 * (c + 1);
	}
	augment_plain(&a.fixed, b.image, b.x, scratch);
	for (int i = 0; i < a.fixed.height * a.fixed.width * 3; i++) {
		int c = i % 3;

		CU_ASSERT_DOUBLE_EQUAL(
		    b.x[i], (b.image[i] / 255.0 - a.fixed.mean[c]) / a.fixed.std[c], 10 * tight);
	}
	arena_release(&b.arena);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"operations at their identity parameters change nothing", test_identities},
	    {"grey and solarize", test_grey_and_solarize},
	    {"images smaller than a kernel", test_small_images},
	    {"values stay in [0, 1]; same draws, same bits; one and three channels",
	     test_range_and_draws},
	    {"every image uses the same number of draws", test_draws_are_apart},
	    {"boxes lie inside, orders are permutations, probabilities hold", test_plans},
	    {"a crop that never fits falls back to the central box", test_central_box},
	    {"evaluation only normalises", test_plain},
	    {0}};

	return check_run("augment/augment", cases);
}
