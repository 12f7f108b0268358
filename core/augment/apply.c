/* Applies the plan of an image. */
#include "core/augment/augment_ops.h"

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

static size_t box_size(const struct augment_fixed *f, int h, int w)
{
	return padded((size_t)f->channels * (size_t)h * (size_t)w);
}

unsigned long augment_scratch(const struct augment_fixed *f)
{
	int h = f->height > f->out_height ? f->height : f->out_height;
	int w = f->width > f->out_width ? f->width : f->out_width;

	return sizeof(real) *
		   (box_size(f, f->height, f->width) + box_size(f, f->out_height, f->out_width)) +
	       image_scratch(h, w);
}

/* Crops the box and resizes it. The scratch memory holds the planes of the box, the planes of the
 * output, and the memory of the operations (*work). Returns the planes of the output, which are
 * those of the box if the size does not change. */
static real *crop_planes(const struct augment_fixed *f, struct image_box box, const uint8_t *image,
			 real *scratch, void **work)
{
	real *in = scratch, *x = in + box_size(f, f->height, f->width);
	struct image_box whole = {0, 0, box.height, box.width};

	*work = x + box_size(f, f->out_height, f->out_width);
	image_load(image, f->width, f->channels, box, in);
	if (box.height == f->out_height && box.width == f->out_width)
		return in;
	image_crop(in, f->channels, box.height, box.width, whole, x, f->out_height, f->out_width,
		   *work);
	return x;
}

static void jitter_one(enum jitter what, double strength, int channels, real *x, size_t pixels)
{
	switch (what) {
	case JITTER_BRIGHTNESS:
		image_brightness(x, channels, pixels, strength);
		break;
	case JITTER_CONTRAST:
		image_contrast(x, channels, pixels, strength);
		break;
	case JITTER_SATURATION:
		image_saturation(x, pixels, strength);
		break;
	case JITTER_HUE:
		image_hue(x, pixels, strength);
		break;
	case JITTER_OPS:
		break;
	}
}

void augment_apply(const struct augment_fixed *f, const struct augment_plan *plan,
		   const uint8_t *image, real *out, void *scratch)
{
	size_t pixels = (size_t)f->out_height * (size_t)f->out_width;
	int h = f->out_height, w = f->out_width, side = h < w ? h : w;
	void *work;
	real *x = crop_planes(f, plan->box, image, scratch, &work);

	if (plan->flip)
		image_flip(x, f->channels, h, w);
	if (plan->rotate)
		image_rotate(x, f->channels, h, w, plan->degrees, work);
	for (int i = 0; i < plan->jitter; i++)
		jitter_one(plan->order[i], plan->factor[plan->order[i]], f->channels, x, pixels);
	if (plan->gray)
		image_gray(x, pixels);
	if (plan->blur)
		image_blur(x, f->channels, h, w, image_blur_kernel(side), plan->sigma, work);
	if (plan->solarize)
		image_solarize(x, f->channels, pixels, f->solarize_threshold);
	image_store(x, f->channels, pixels, f->mean, f->std, out);
}

void augment_plain(const struct augment_fixed *f, const uint8_t *image, real *out, void *scratch)
{
	struct augment_plan plan = {.box = {0, 0, f->height, f->width}};

	augment_apply(f, &plan, image, out, scratch);
}
