/*
 * The individual operations, on planar images: `channels` consecutive planes of height x width
 * `real` in [0, 1]. They are defined as in torchvision (golden values: image_ops). All but the crop
 * work in place. `scratch` is image_scratch() bytes, 64-byte aligned. Internal to core/augment/ and
 * its tests.
 */
#ifndef SSL_AUGMENT_AUGMENT_OPS_H
#define SSL_AUGMENT_AUGMENT_OPS_H

#include <stddef.h>
#include <stdint.h>

#include "core/augment/plan.h"
#include "core/base/real.h"

/* The bytes of scratch that suffice for every operation on images (before and after a crop) of at
 * most height x width. */
size_t image_scratch(int height, int width);

/* Converts the box of an 8-bit HWC image that is `width` pixels wide to planes of value / 255. */
void image_load(const uint8_t *image, int width, int channels, struct image_box box, real *out);

/* Converts planes to HWC and normalises each channel, (x - mean) / std. */
void image_store(const real *planes, int channels, size_t pixels, const double *mean,
		 const double *std, real *out);

/* Resizes the box of `in` (height x width) to out_height x out_width: bilinear, with half-pixel
 * centres and without antialiasing (torch interpolate with align_corners = False). */
void image_crop(const real *in, int channels, int height, int width, struct image_box box,
		real *out, int out_height, int out_width, void *scratch);

/* Mirrors left and right. */
void image_flip(real *x, int channels, int height, int width);

/* Rotates about the centre, counter-clockwise for positive angles: bilinear, with zeros outside. */
void image_rotate(real *x, int channels, int height, int width, double degrees, void *scratch);

/* clamp(factor x) */
void image_brightness(real *x, int channels, size_t pixels, double factor);

/* clamp(factor x + (1 - factor) m), where m is the mean of the grey image over all pixels. */
void image_contrast(real *x, int channels, size_t pixels, double factor);

/* clamp(factor x + (1 - factor) grey(x)). Three channels. */
void image_saturation(real *x, size_t pixels, double factor);

/* Adds `turns` (in [-0.5, 0.5]) to the hue in HSV. Three channels. */
void image_hue(real *x, size_t pixels, double turns);

/* Sets all channels to grey = .2989 R + .587 G + .114 B. Three channels. */
void image_gray(real *x, size_t pixels);

/* Replaces values at or above the threshold by 1 - value. */
void image_solarize(real *x, int channels, size_t pixels, double threshold);

/* Gaussian blur with an odd kernel; borders are reflected without repeating the edge. The kernel is
 * reduced if the image is too small to be reflected. */
void image_blur(real *x, int channels, int height, int width, int kernel, double sigma,
		void *scratch);

/* The kernel size for images of this side: 10 % of the side as in SimCLR, odd, at least 3. */
int image_blur_kernel(int side);

#endif
