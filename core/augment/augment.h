/*
 * The augmentations of the papers, vectorised. One image at a time is converted from 8-bit HWC to
 * normalised `real` HWC. Each operation is one file, defined as in torchvision (golden values:
 * image_ops), and has a probability and ranges per view: view B may differ from view A, as in
 * BYOL's asymmetric blur and solarization. First a plan is drawn, then it is applied (plan.h). The
 * random draws depend only on (seed, epoch, image, view).
 */
#ifndef SSL_AUGMENT_AUGMENT_H
#define SSL_AUGMENT_AUGMENT_H

#include <stdint.h>

#include "core/augment/plan.h"
#include "core/base/real.h"
#include "core/base/rng.h"
#include "core/recipe/hparam.h"
#include "core/recipe/recipe.h"

/* The settings of one view; ranges are [lo, hi]. */
struct augment {
	double crop_p, crop_scale[2], crop_ratio[2]; /* random resized crop: area share, aspect */
	double flip_p;
	double rotate_p, rotate_degrees; /* angle uniform in [-degrees, degrees] */
	double jitter_p, brightness, contrast, saturation; /* b: factor in [1 - b, 1 + b] */
	double hue;                                        /* in turns */
	double gray_p;
	double blur_p, blur_sigma[2];
	double solarize_p;
	struct augment_fixed fixed;
};

/* The keys augment.*. All probabilities and ranges occur again as augment.b.* for view B, with a
 * number or "same" (the default), the value of view A. augment_preset() returns the values of a
 * preset (cifar imagenet byol simclr simsiam digits none) that differ from the defaults, ended by
 * {0}; NULL if there is no such preset. The defaults are the cifar preset. */
extern const struct hparam augment_hparams[];
const struct hparam_default *augment_preset(const char *name);

/* The input: the size of the images, and the mean and standard deviation of each channel, for
 * `normalize: dataset`. */
struct augment_source {
	int height, width, channels;
	double mean[4], std[4];
};

/* Checks that no minimum of a range is above its maximum. If one is, returns -1 with ERR_USAGE and
 * stores its key in *key (for recipe_schema.check). */
int augment_check(const struct recipe *r, const char **key, struct error *err);

/* Reads the settings of one view (0: view A, otherwise view B) from a resolved recipe. If
 * augment.size is not 0, fixed.out_height and fixed.out_width are set to it. ERR_USAGE if the minimum of a
 * range is above its maximum. */
int augment_from_recipe(struct augment *a, const struct recipe *r, int view,
			const struct augment_source *source, struct error *err);

/* Draws the plan of one image. The number and order of the draws do not depend on the settings;
 * draw.c lists them. */
void augment_draw(const struct augment *a, struct rng *rng, struct augment_plan *plan);

/* Augments one image: draws its plan and applies it. `rng` is at the start of the stream (seed,
 * RNG_AUGMENT, epoch, sample). The other arguments are those of augment_apply(). */
void augment_image(const struct augment *a, const uint8_t *image, struct rng *rng, real *out,
		   void *scratch);

#endif
