/*
 * The operations one by one, on planar images: `channels` planes of height x width `real` in [0,
 * 1], one after the other. Definitions are torchvision's (golden: image_ops). They work in place
 * where they can; `scratch` is image_scratch() bytes, 64-byte aligned. Only augment.c and tests use
 * this.
 */
#ifndef SSL_AUGMENT_AUGMENT_OPS_H
#define SSL_AUGMENT_AUGMENT_OPS_H

#include <stddef.h>
#include <stdint.h>

#include "core/augment/augment.h"
#include "core/base/real.h"
#include "core/base/rng.h"

struct image_box {
	int top, left, height, width;
};

/* Bytes that any operation wants as scratch, for images (before and after a crop) of at most
 * height x width. */
size_t image_scratch(int height, int width);

/* The box of an 8-bit HWC image `width` pixels wide, as planes of value / 255. */
void image_load(const uint8_t *image, int width, int channels, struct image_box box, real *out);

/* Planes to HWC, (x - mean) / std per channel. */
void image_store(const real *planes, int channels, size_t pixels, const double *mean,
		 const double *std, real *out);

/* The box of `in` (height x width), resized to out_height x out_width: bilinear, half-pixel
 * centres, no antialias (torch interpolate, align_corners = False). */
void image_crop(const real *in, int channels, int height, int width, struct image_box box,
		real *out, int out_height, int out_width, void *scratch);

/* Left and right exchanged. */
void image_flip(real *x, int channels, int height, int width);

/* Turned about the centre, counter-clockwise positive; bilinear, zeros from outside. */
void image_rotate(real *x, int channels, int height, int width, double degrees, void *scratch);

/* clamp(factor x) */
void image_brightness(real *x, int channels, size_t pixels, double factor);

/* clamp(factor x + (1 - factor) m), m the mean of the grey image over all pixels. */
void image_contrast(real *x, int channels, size_t pixels, double factor);

/* clamp(factor x + (1 - factor) grey(x)). Three channels. */
void image_saturation(real *x, size_t pixels, double factor);

/* Adds `turns` (in [-0.5, 0.5]) to the hue in HSV. Three channels. */
void image_hue(real *x, size_t pixels, double turns);

/* All channels become grey = .2989 R + .587 G + .114 B. Three channels. */
void image_gray(real *x, size_t pixels);

/* Values from threshold on become 1 - value. */
void image_solarize(real *x, int channels, size_t pixels, double threshold);

/* Gaussian blur with an odd kernel, borders reflected (without repeating the edge). The kernel is
 * made smaller where the image is too small to be reflected. */
void image_blur(real *x, int channels, int height, int width, int kernel, double sigma,
		void *scratch);

/* The kernel's size for images of a side: a tenth of it, odd, at least 3 (SimCLR: 10 % of the
 * side). */
int image_blur_kernel(int side);

enum jitter { JITTER_BRIGHTNESS, JITTER_CONTRAST, JITTER_SATURATION, JITTER_HUE, JITTER_OPS };

/* All that is random about one image, drawn before anything is computed. */
struct augment_plan {
	struct image_box box;
	int flip, rotate, jitter, gray, blur, solarize; /* 1: do it */
	double degrees, factor[JITTER_OPS], sigma;
	int order[JITTER_OPS]; /* of the jitter's operations */
};

/* Always takes the same number of draws from rng, in the order listed in augment.c. */
void augment_draw(const struct augment *a, struct rng *rng, struct augment_plan *plan);

/* Carries out a plan. */
void augment_apply(const struct augment *a, const struct augment_plan *plan, const uint8_t *image,
		   real *out, void *scratch);

#endif
