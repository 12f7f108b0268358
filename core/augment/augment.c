/*
 * Draws the plan of an image's augmentation and applies it. Every recorded result depends on the
 * order of the draws. All of them are made, whether they are used or not, so that a change of one
 * probability does not change the other draws. An image uses 40 uniform numbers u (24 bits each):
 *
 *      0        crop?                  26        jitter?
 *      1 - 20   ten tries of area,     27 - 30   brightness, contrast, saturation, hue
 *               aspect                 31        order of these four
 *     21, 22    top, left              32        gray?
 *     23        flip?                  33, 34    blur?, sigma
 *     24, 25    rotate?, angle         35        solarize?
 *                                      36 - 39   for future operations
 *
 * The order of the operations: crop and resize, flip, rotate, jitter, gray, blur, solarize,
 * normalise.
 */
#include "core/augment/augment_ops.h"

#include <math.h>
#include <string.h>

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
	struct image_box box = {0, 0, a->height, a->width};
	double aspect = (double)a->width / a->height;

	if (aspect < a->crop_ratio[0])
		box.height = (int)lround(a->width / a->crop_ratio[0]);
	else if (aspect > a->crop_ratio[1])
		box.width = (int)lround(a->height * a->crop_ratio[1]);
	box.height = box.height > 1 ? box.height : 1;
	box.width = box.width > 1 ? box.width : 1;
	box.top = (a->height - box.height) / 2;
	box.left = (a->width - box.width) / 2;
	return box;
}

/* torchvision's RandomResizedCrop: uniform area, log-uniform aspect, ten tries. */
static struct image_box random_box(const struct augment *a, const double *u)
{
	double area = (double)a->height * a->width;
	double lo = log(a->crop_ratio[0]), hi = log(a->crop_ratio[1]);

	for (int i = 0; i < CROP_TRIES; i++) {
		double target =
		    area * between(a->crop_scale[0], a->crop_scale[1], u[DRAW_TRIES + 2 * i]);
		double aspect = exp(between(lo, hi, u[DRAW_TRIES + 2 * i + 1]));
		struct image_box box;

		box.width = (int)lround(sqrt(target * aspect));
		box.height = (int)lround(sqrt(target / aspect));
		if (box.width < 1 || box.height < 1 || box.width > a->width ||
		    box.height > a->height)
			continue;
		box.top = (int)(u[DRAW_TOP] * (a->height - box.height + 1));
		box.left = (int)(u[DRAW_LEFT] * (a->width - box.width + 1));
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

void augment_draw(const struct augment *a, struct rng *rng, struct augment_plan *plan)
{
	double u[DRAWS];

	for (int i = 0; i < DRAWS; i++)
		u[i] = rng_uniform(rng);
	plan->box = (struct image_box){0, 0, a->height, a->width};
	if (u[DRAW_CROP] < a->crop_p)
		plan->box = random_box(a, u);
	plan->flip = u[DRAW_FLIP] < a->flip_p;
	plan->rotate = u[DRAW_ROTATE] < a->rotate_p && a->rotate_degrees > 0;
	plan->degrees = between(-a->rotate_degrees, a->rotate_degrees, u[DRAW_ANGLE]);
	plan->jitter = u[DRAW_JITTER] < a->jitter_p;
	plan->factor[JITTER_BRIGHTNESS] = factor(a->brightness, u[DRAW_FACTORS]);
	plan->factor[JITTER_CONTRAST] = factor(a->contrast, u[DRAW_FACTORS + 1]);
	plan->factor[JITTER_SATURATION] = factor(a->saturation, u[DRAW_FACTORS + 2]);
	plan->factor[JITTER_HUE] = between(-a->hue, a->hue, u[DRAW_FACTORS + 3]);
	permutation((int)(u[DRAW_ORDER] * 24), plan->order);
	plan->gray = u[DRAW_GRAY] < a->gray_p;
	plan->blur = u[DRAW_BLUR] < a->blur_p;
	plan->sigma = between(a->blur_sigma[0], a->blur_sigma[1], u[DRAW_SIGMA]);
	plan->solarize = u[DRAW_SOLARIZE] < a->solarize_p;
}

/* Applies one jitter operation. An operation of strength 0 is skipped, and so are saturation and
 * hue of images that do not have three channels. */
static void jitter_one(const struct augment *a, const struct augment_plan *plan, int what, real *x,
		       size_t pixels)
{
	double f = plan->factor[what];

	if (what == JITTER_BRIGHTNESS && a->brightness > 0)
		image_brightness(x, a->channels, pixels, f);
	else if (what == JITTER_CONTRAST && a->contrast > 0)
		image_contrast(x, a->channels, pixels, f);
	else if (what == JITTER_SATURATION && a->saturation > 0 && a->channels == 3)
		image_saturation(x, pixels, f);
	else if (what == JITTER_HUE && a->hue > 0 && a->channels == 3)
		image_hue(x, pixels, f);
}

static size_t padded(size_t n)
{
	return (n + 15) & ~(size_t)15;
}

size_t image_scratch(int height, int width)
{
	size_t h = (size_t)height, w = (size_t)width, side = h < w ? h : w;
	size_t crop = h * w + 3 * (h + w), turn = (h + 3) * (w + 3),
	       blur = side + h * (w + 2 * side);
	size_t most = crop > turn ? crop : turn;

	return sizeof(real) * padded(most > blur ? most : blur);
}

static size_t box_size(const struct augment *a, int h, int w)
{
	return padded((size_t)a->channels * (size_t)h * (size_t)w);
}

unsigned long augment_scratch(const struct augment *a)
{
	int h = a->height > a->out_height ? a->height : a->out_height;
	int w = a->width > a->out_width ? a->width : a->out_width;

	return sizeof(real) *
		   (box_size(a, a->height, a->width) + box_size(a, a->out_height, a->out_width)) +
	       image_scratch(h, w);
}

/* Crops the box and resizes it. The scratch memory holds the planes of the box, the planes of the
 * output, and the memory of the operations (*work). Returns the planes of the output, which are
 * those of the box if the size does not change. */
static real *crop_planes(const struct augment *a, struct image_box box, const uint8_t *image,
			 real *scratch, void **work)
{
	real *in = scratch, *x = in + box_size(a, a->height, a->width);
	struct image_box whole = {0, 0, box.height, box.width};

	*work = x + box_size(a, a->out_height, a->out_width);
	image_load(image, a->width, a->channels, box, in);
	if (box.height == a->out_height && box.width == a->out_width)
		return in;
	image_crop(in, a->channels, box.height, box.width, whole, x, a->out_height, a->out_width,
		   *work);
	return x;
}

void augment_apply(const struct augment *a, const struct augment_plan *plan, const uint8_t *image,
		   real *out, void *scratch)
{
	size_t pixels = (size_t)a->out_height * (size_t)a->out_width;
	int h = a->out_height, w = a->out_width, side = h < w ? h : w;
	void *work;
	real *x = crop_planes(a, plan->box, image, scratch, &work);

	if (plan->flip)
		image_flip(x, a->channels, h, w);
	if (plan->rotate)
		image_rotate(x, a->channels, h, w, plan->degrees, work);
	if (plan->jitter)
		for (int i = 0; i < JITTER_OPS; i++)
			jitter_one(a, plan, plan->order[i], x, pixels);
	if (plan->gray && a->channels == 3)
		image_gray(x, pixels);
	if (plan->blur)
		image_blur(x, a->channels, h, w, image_blur_kernel(side), plan->sigma, work);
	if (plan->solarize)
		image_solarize(x, a->channels, pixels, a->solarize_threshold);
	image_store(x, a->channels, pixels, a->mean, a->std, out);
}

void augment_image(const struct augment *a, const uint8_t *image, struct rng *rng, real *out,
		   void *scratch)
{
	struct augment_plan plan;

	augment_draw(a, rng, &plan);
	augment_apply(a, &plan, image, out, scratch);
}

void augment_plain(const struct augment *a, const uint8_t *image, real *out, void *scratch)
{
	struct augment_plan plan = {.box = {0, 0, a->height, a->width}};

	augment_apply(a, &plan, image, out, scratch);
}
