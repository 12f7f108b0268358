/*
 * Protects: that a plan holds all that was drawn: applied from a copy, without the settings that it
 * was drawn from, it gives the same bits; and that its fields lie in the ranges that plan.h
 * documents, for every preset.
 */
#include "core/augment/plan.h"

#include <stdio.h>
#include <string.h>

#include "core/augment/augment.h"
#include "core/augment/augment_ops.h"
#include "core/base/arena.h"
#include "core/run/keys.h"
#include "tests/check.h"

enum { HEIGHT = 24, WIDTH = 20, SIZE = HEIGHT * WIDTH * 3, OUT = 22, DRAWN = 200 };

static const char *const presets[] = {"cifar",   "imagenet", "byol", "simclr",
				      "simsiam", "digits",   "none"};
enum { PRESETS = sizeof presets / sizeof *presets };

static struct augment view_of(const char *preset, int view, int channels)
{
	const struct augment_source source = {
	    HEIGHT, WIDTH, channels, {0.1, 0.2, 0.3}, {0.4, 0.5, 0.6}};
	char text[40];
	const struct recipe_set set[] = {{text}, {"augment.size=22"}};
	struct augment a = {0};
	struct recipe r;
	struct error err;

	snprintf(text, sizeof text, "augment.preset=%s", preset);
	CU_ASSERT_EQUAL_FATAL(recipe_load(&r, keys_schema(), NULL, set, 2, &err), 0);
	CU_ASSERT_EQUAL(augment_from_recipe(&a, &r, view, &source, &err), 0);
	recipe_release(&r);
	return a;
}

/* Calls fn for 200 plans of each preset, view and number of channels. */
static void each_plan(void (*fn)(const struct augment *a, const struct augment_plan *p,
				 uint64_t sample, void *ctx),
		      void *ctx)
{
	for (int i = 0; i < PRESETS; i++)
		for (int v = 0; v < 2; v++)
			for (int channels = 1; channels <= 3; channels += 2) {
				struct augment a = view_of(presets[i], v, channels);

				for (uint64_t s = 0; s < DRAWN; s++) {
					struct augment_plan p;
					struct rng rng;

					memset(&p, (int)s, sizeof p);
					rng_init(&rng, 7, RNG_AUGMENT, 0, s);
					augment_draw(&a, &rng, &p);
					fn(&a, &p, s, ctx);
				}
			}
}

static int is_flag(int x)
{
	return x == 0 || x == 1;
}

/* The ranges of plan.h, and those of the settings. */
static void check_ranges(const struct augment *a, const struct augment_plan *p, uint64_t sample,
			 void *ctx)
{
	int seen[JITTER_OPS] = {0}, colour = a->fixed.channels == 3;

	(void)sample;
	(void)ctx;
	CU_ASSERT(p->box.top >= 0 && p->box.left >= 0 && p->box.height >= 1 && p->box.width >= 1);
	CU_ASSERT(p->box.top + p->box.height <= HEIGHT && p->box.left + p->box.width <= WIDTH);
	CU_ASSERT(is_flag(p->flip) && is_flag(p->rotate) && is_flag(p->gray) && is_flag(p->blur) &&
		  is_flag(p->solarize));
	CU_ASSERT(colour || !p->gray);
	CU_ASSERT(p->jitter >= 0 && p->jitter <= JITTER_OPS);
	for (int i = 0; i < JITTER_OPS; i++) {
		int what = p->order[i];

		if (i >= p->jitter) {
			CU_ASSERT_EQUAL(what, -1);
			continue;
		}
		CU_ASSERT_FATAL(what >= 0 && what < JITTER_OPS);
		CU_ASSERT_EQUAL(seen[what]++, 0);
		CU_ASSERT(colour || what == JITTER_BRIGHTNESS || what == JITTER_CONTRAST);
	}
	CU_ASSERT(p->factor[JITTER_BRIGHTNESS] >= 0 && p->factor[JITTER_CONTRAST] >= 0 &&
		  p->factor[JITTER_SATURATION] >= 0);
	CU_ASSERT(p->factor[JITTER_HUE] >= -a->hue && p->factor[JITTER_HUE] <= a->hue);
	CU_ASSERT(p->degrees >= -a->rotate_degrees && p->degrees <= a->rotate_degrees);
	CU_ASSERT(p->sigma >= a->blur_sigma[0] && p->sigma <= a->blur_sigma[1]);
	CU_ASSERT(p->sigma > 0 && p->degrees >= -180 && p->degrees <= 180);
}

static void test_ranges(void)
{
	each_plan(check_ranges, NULL);
}

struct applied {
	struct arena arena;
	uint8_t image[SIZE];
	real x[3 * OUT * OUT], y[3 * OUT * OUT];
	void *scratch;
};

/* The operations one by one, chosen from the settings as well as from the plan: what a version did
 * in which a plan held less. */
static void by_settings(const struct augment *a, const struct augment_plan *p, struct applied *s)
{
	const struct augment_fixed *f = &a->fixed;
	const int c = f->channels, colour = c == 3;
	const struct image_box whole = {0, 0, p->box.height, p->box.width};
	const size_t pixels = OUT * OUT;
	real box[SIZE], x[3 * OUT * OUT];

	image_load(s->image, WIDTH, c, p->box, box);
	image_crop(box, c, p->box.height, p->box.width, whole, x, OUT, OUT, s->scratch);
	if (p->flip)
		image_flip(x, c, OUT, OUT);
	if (p->rotate)
		image_rotate(x, c, OUT, OUT, p->degrees, s->scratch);
	for (int i = 0; i < JITTER_OPS; i++) {
		const double factor = p->order[i] >= 0 ? p->factor[p->order[i]] : 0;

		if (p->order[i] == JITTER_BRIGHTNESS && a->brightness > 0)
			image_brightness(x, c, pixels, factor);
		if (p->order[i] == JITTER_CONTRAST && a->contrast > 0)
			image_contrast(x, c, pixels, factor);
		if (p->order[i] == JITTER_SATURATION && a->saturation > 0 && colour)
			image_saturation(x, pixels, factor);
		if (p->order[i] == JITTER_HUE && a->hue > 0 && colour)
			image_hue(x, pixels, factor);
	}
	if (p->gray && colour)
		image_gray(x, pixels);
	if (p->blur)
		image_blur(x, c, OUT, OUT, image_blur_kernel(OUT), p->sigma, s->scratch);
	if (p->solarize)
		image_solarize(x, c, pixels, f->solarize_threshold);
	image_store(x, c, pixels, f->mean, f->std, s->y);
}

static void check_applied(const struct augment *a, const struct augment_plan *p, uint64_t sample,
			  void *ctx)
{
	struct applied *s = ctx;
	const struct augment_fixed f = a->fixed;
	const struct augment_plan copy = *p;
	const size_t bytes = (size_t)f.channels * OUT * OUT * sizeof *s->x;
	struct rng rng;

	memset(s->scratch, (int)sample, augment_scratch(&f));
	augment_apply(&f, &copy, s->image, s->x, s->scratch);
	rng_init(&rng, 7, RNG_AUGMENT, 0, sample);
	augment_image(a, s->image, &rng, s->y, s->scratch);
	CU_ASSERT_EQUAL(memcmp(s->x, s->y, bytes), 0);
	by_settings(a, p, s);
	CU_ASSERT_EQUAL(memcmp(s->x, s->y, bytes), 0);
}

static void test_applied(void)
{
	static struct applied s;
	struct augment a = view_of("byol", 0, 3);
	struct rng rng;

	s.scratch = arena_alloc(&s.arena, augment_scratch(&a.fixed));
	rng_init(&rng, 1, RNG_TEST, 0, 0);
	for (int i = 0; i < SIZE; i++)
		s.image[i] = (uint8_t)rng_below(&rng, 256);
	each_plan(check_applied, &s);
	arena_release(&s.arena);
}

/* What a preset never does is in none of its plans. */
static void check_none(const struct augment *a, const struct augment_plan *p, uint64_t sample,
		       void *ctx)
{
	int *seen = ctx;

	(void)sample;
	CU_ASSERT(a->jitter_p > 0 || !p->jitter);
	CU_ASSERT(a->rotate_p > 0 || !p->rotate);
	CU_ASSERT(a->blur_p < 1 || p->blur);
	CU_ASSERT(a->crop_p > 0 || (p->box.height == HEIGHT && p->box.width == WIDTH));
	seen[p->jitter]++;
}

static void test_operations(void)
{
	int seen[JITTER_OPS + 1] = {0};

	each_plan(check_none, seen);
	CU_ASSERT(seen[0] > 0 && seen[2] > 0 && seen[4] > 0); /* two: without three channels */
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"the fields lie in the documented ranges, for every preset", test_ranges},
	    {"a plan that is applied from a copy gives the same bits", test_applied},
	    {"a plan holds the operations that its settings allow", test_operations},
	    {0}};

	return check_run("augment/plan", cases);
}
