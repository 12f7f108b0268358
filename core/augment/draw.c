/*
 * Draws the plan of an image's augmentation. Every recorded result depends on the order of the
 * draws. All of them are made, whether they are used or not, so that a change of one probability
 * does not change the other draws. An image uses 40 uniform numbers u (24 bits each):
 *
 *      0        crop?                  26        jitter?
 *      1 - 20   ten tries of area,     27 - 30   brightness, contrast, saturation, hue
 *               aspect                 31        order of these four
 *     21, 22    top, left              32        gray?
 *     23        flip?                  33, 34    blur?, sigma
 *     24, 25    rotate?, angle         35        solarize?
 *                                      36 - 39   for future operations
 */
#include "core/augment/augment.h"

#include <math.h>

enum {
	DRAW_CROP = 0,
	DRAW_TRIES = 1,
	DRAW_TOP = 21,
	DRAW_LEFT = 22,
	DRAW_FLIP = 23,
	DRAW_ROTATE = 24,
	DRAW_ANGLE = 25,
	DRAW_JITTER = 26,
	DRAW_FACTORS = 27,
	DRAW_ORDER = 31,
	DRAW_GRAY = 32,
	DRAW_BLUR = 33,
	DRAW_SIGMA = 34,
	DRAW_SOLARIZE = 35,
	DRAWS = 40,
	CROP_TRIES = 10,
};

static double between(double lo, double hi, double u)
{
	return lo + (hi - lo) * u;
}

/* The largest central box whose aspect is allowed, for the case that no try fits. */
static struct image_box central_box(const struct augment *a)
{
	struct image_box box = {0, 0, a->fixed.height, a->fixed.width};
	double aspect = (double)a->fixed.width / a->fixed.height;

	if (aspect < a->crop_ratio[0])
		box.height = (int)lround(a->fixed.width / a->crop_ratio[0]);
	else if (aspect > a->crop_ratio[1])
		box.width = (int)lround(a->fixed.height * a->crop_ratio[1]);
	box.height = box.height > 1 ? box.height : 1;
	box.width = box.width > 1 ? box.width : 1;
	box.top = (a->fixed.height - box.height) / 2;
	box.left = (a->fixed.width - box.width) / 2;
	return box;
}

/* torchvision's RandomResizedCrop: uniform area, log-uniform aspect, ten tries. */
static struct image_box random_box(const struct augment *a, const double *u)
{
	double area = (double)a->fixed.height * a->fixed.width;
	double lo = log(a->crop_ratio[0]), hi = log(a->crop_ratio[1]);

	for (int i = 0; i < CROP_TRIES; i++) {
		double target =
		    area * between(a->crop_scale[0], a->crop_scale[1], u[DRAW_TRIES + 2 * i]);
		double aspect = exp(between(lo, hi, u[DRAW_TRIES + 2 * i + 1]));
		struct image_box box;

		box.width = (int)lround(sqrt(target * aspect));
		box.height = (int)lround(sqrt(target / aspect));
		if (box.width < 1 || box.height < 1 || box.width > a->fixed.width ||
		    box.height > a->fixed.height)
			continue;
		box.top = (int)(u[DRAW_TOP] * (a->fixed.height - box.height + 1));
		box.left = (int)(u[DRAW_LEFT] * (a->fixed.width - box.width + 1));
		return box;
	}
	return central_box(a);
}

/* A factor from [1 - strength, 1 + strength], but not below 0. */
static double factor(double strength, double u)
{
	return between(strength < 1 ? 1 - strength : 0, 1 + strength, u);
}

/* The permutation of four elements with number 0 .. 23. */
static void permutation(int number, int order[JITTER_OPS])
{
	for (int i = 0; i < JITTER_OPS; i++)
		order[i] = i;
	for (int i = JITTER_OPS - 1; i > 0; i--) {
		int j = number % (i + 1), t = order[i];

		number /= i + 1;
		order[i] = order[j];
		order[j] = t;
	}
}

/* An operation of strength 0 is left out, and so are saturation and hue of images that do not have
 * three channels. */
static int has_jitter(const struct augment *a, int what)
{
	if (what == JITTER_BRIGHTNESS)
		return a->brightness > 0;
	if (what == JITTER_CONTRAST)
		return a->contrast > 0;
	return a->fixed.channels == 3 && (what == JITTER_HUE ? a->hue : a->saturation) > 0;
}

static void draw_jitter(const struct augment *a, const double *u, struct augment_plan *plan)
{
	int order[JITTER_OPS];

	plan->factor[JITTER_BRIGHTNESS] = factor(a->brightness, u[DRAW_FACTORS]);
	plan->factor[JITTER_CONTRAST] = factor(a->contrast, u[DRAW_FACTORS + 1]);
	plan->factor[JITTER_SATURATION] = factor(a->saturation, u[DRAW_FACTORS + 2]);
	plan->factor[JITTER_HUE] = between(-a->hue, a->hue, u[DRAW_FACTORS + 3]);
	permutation((int)(u[DRAW_ORDER] * 24), order);
	plan->jitter = 0;
	if (u[DRAW_JITTER] < a->jitter_p)
		for (int i = 0; i < JITTER_OPS; i++)
			if (has_jitter(a, order[i]))
				plan->order[plan->jitter++] = order[i];
	for (int i = plan->jitter; i < JITTER_OPS; i++)
		plan->order[i] = -1;
}

void augment_draw(const struct augment *a, struct rng *rng, struct augment_plan *plan)
{
	double u[DRAWS];

	for (int i = 0; i < DRAWS; i++)
		u[i] = rng_uniform(rng);
	plan->box = (struct image_box){0, 0, a->fixed.height, a->fixed.width};
	if (u[DRAW_CROP] < a->crop_p)
		plan->box = random_box(a, u);
	plan->flip = u[DRAW_FLIP] < a->flip_p;
	plan->rotate = u[DRAW_ROTATE] < a->rotate_p && a->rotate_degrees > 0;
	plan->degrees = between(-a->rotate_degrees, a->rotate_degrees, u[DRAW_ANGLE]);
	draw_jitter(a, u, plan);
	plan->gray = u[DRAW_GRAY] < a->gray_p && a->fixed.channels == 3;
	plan->blur = u[DRAW_BLUR] < a->blur_p;
	plan->sigma = between(a->blur_sigma[0], a->blur_sigma[1], u[DRAW_SIGMA]);
	plan->solarize = u[DRAW_SOLARIZE] < a->solarize_p;
}

void augment_image(const struct augment *a, const uint8_t *image, struct rng *rng, real *out,
		   void *scratch)
{
	struct augment_plan plan;

	augment_draw(a, rng, &plan);
	augment_apply(&a->fixed, &plan, image, out, scratch);
}
