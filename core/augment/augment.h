/*
 * Augmentations of the papers, vectorised, on one image at a time: 8-bit HWC in, normalised `real`
 * NHWC out. One file an operation; their definitions are torchvision's (golden: image_ops). Each
 * has a probability and ranges, per view: view B may differ from view A (BYOL's asymmetric blur and
 * solarize). What is drawn depends on (seed, epoch, image, view) alone.
 */
#ifndef SSL_AUGMENT_AUGMENT_H
#define SSL_AUGMENT_AUGMENT_H

#include <stdint.h>

#include "core/base/real.h"
#include "core/base/rng.h"
#include "core/recipe/hparam.h"
#include "core/recipe/recipe.h"

/* The settings of one view; ranges are [lo, hi]. */
struct augment {
	double crop_p, crop_scale[2],
	    crop_ratio[2]; /* random resized crop: share of the area, aspect */
	double flip_p;
	double rotate_p, rotate_degrees; /* angle uniform in [-degrees, degrees] */
	double jitter_p, brightness, contrast, saturation,
	    hue; /* factor in [1-b, 1+b]; hue in turns */
	double gray_p;
	double blur_p, blur_sigma[2];
	double solarize_p, solarize_threshold;
	double mean[4], std[4]; /* normalisation per channel, of values in [0, 1] */
	int height, width, channels, out_height, out_width;
};

/* The augment.* rows. View B has all probabilities and ranges once more as augment.b.*: a number,
 * or "same" (the default): as view A. The presets: cifar imagenet byol simclr simsiam digits none;
 * each lists what differs from the rows' defaults, which are the cifar preset. */
extern const struct hparam augment_hparams[];
const struct hparam_default *augment_preset(const char *name);

/* What comes in: the images' size, and the statistics of all their values for `normalize: dataset`.
 */
struct augment_source {
	int height, width, channels;
	double mean[4], std[4];
};

/* What must hold between the keys: no range's minimum above its maximum. -1 with ERR_USAGE and the
 * key to blame (recipe_schema.check). */
int augment_check(const struct recipe *r, const char **key, struct error *err);

/* Fills one view's settings (view 0 = A, any other = B) from a resolved recipe. augment.size other
 * than 0 makes out_height = out_width = size. ERR_USAGE when a range's minimum is above its
 * maximum. */
int augment_from_recipe(struct augment *a, const struct recipe *r, int view,
			const struct augment_source *source, struct error *err);

/* Bytes of scratch that augment_image() wants, a multiple of 64. */
unsigned long augment_scratch(const struct augment *a);

/* Augments one image. `rng` is at the start of its (seed, RNG_AUGMENT, epoch, sample) stream; it
 * gives the same number of draws whatever the settings (list: augment.c). `scratch` is
 * augment_scratch() bytes, 64-byte aligned. */
void augment_image(const struct augment *a, const uint8_t *image, struct rng *rng, real *out,
		   void *scratch);

/* Only the normalisation (and resize to out size): evaluation. */
void augment_plain(const struct augment *a, const uint8_t *image, real *out, void *scratch);

#endif
