/*
 * Views: images that are cropped, distorted and normalised as a plan says. The plan of an image is
 * everything that was drawn at random to augment it, in the form in which it is applied. The structs
 * hold numbers only, so that they can be copied to a device and applied there.
 *
 * The operations, in the order in which they are applied: crop and resize, mirror, rotate, colour
 * jitter, grey, blur, solarize, normalise. Their formulas are beside the CPU's code for them, in
 * core/augment.
 */
#ifndef SSL_TENSOR_KERNELS_VIEWS_H
#define SSL_TENSOR_KERNELS_VIEWS_H

#include <stdint.h>

#include "core/tensor/tensor.h"

struct image_box {
	int top, left, height, width;
};

enum jitter { JITTER_BRIGHTNESS, JITTER_CONTRAST, JITTER_SATURATION, JITTER_HUE, JITTER_OPS };

struct augment_plan {
	/* The part of the image that is kept, and resized to out_height x out_width: in pixels,
	 * inside the image, at least 1 x 1. Without a crop it is the whole image. */
	struct image_box box;
	int flip;     /* 0 or 1: mirror left and right */
	int rotate;   /* 0 or 1: rotate by `degrees` */
	int jitter;   /* 0 .. JITTER_OPS: the number of jitter operations */
	int gray;     /* 0 or 1: set all channels to grey; 1 only with three channels */
	int blur;     /* 0 or 1: blur with `sigma` */
	int solarize; /* 0 or 1: invert the values at or above solarize_threshold */
	/* The jitter operations in the order in which they are applied, each at most once (enum
	 * jitter); -1 in the places after the first `jitter`. Saturation and hue occur only with
	 * three channels. */
	int order[JITTER_OPS];
	/* The strength of each jitter operation, at the place of its enum. Brightness, contrast and
	 * saturation: a factor >= 0, 1 changes nothing. Hue: turns of the colour circle, in
	 * [-0.5, 0.5], 0 changes nothing. Read for the operations in `order`. */
	double factor[JITTER_OPS];
	double degrees; /* in [-180, 180], counter-clockwise; read if `rotate` is 1 */
	double sigma;   /* of the Gaussian, in pixels of the output, > 0; read if `blur` is 1 */
};

/* What is the same for all images of a view. */
struct augment_fixed {
	double mean[4], std[4];    /* normalisation of each channel, of values in [0, 1]; std > 0 */
	double solarize_threshold; /* in [0, 1] */
	int height, width, channels; /* of the dataset's images; pixels; 1 to 4 channels */
	int out_height, out_width;   /* of the view, in pixels */
};

/* Images in the memory of a device. */
struct view_images {
	const uint8_t *pixels;  /* {., height, width, channels}, 8 bits a value */
	const uint32_t *number; /* {n}: which of them view i is made of; NULL: image i */
};

/* x {n, out_height, out_width, channels}, of ELEMENT_REAL: the normalised views of n images. plan {n}, in the
 * memory of the device; NULL: the plan in which nothing was drawn, for evaluation. The CPU's table has no
 * such kernel: there core/augment makes views in the memory of the host. A view of a device differs from
 * the CPU's by rounding only, except for a value that a solarize_threshold other than 1/2 divides. */
void views_apply(const struct augment_fixed *f, const struct view_images *images,
		 const struct augment_plan *plan, struct tensor *x);

#endif
