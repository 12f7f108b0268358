/*
 * Augmentation presets: the values that differ from the defaults of augment_hparams, which are the
 * preset cifar. The comment of each preset names its source.
 */
#include "core/augment/augment.h"

#include <string.h>

/* solo-learn, VICReg on CIFAR: crop .2-1, jitter .4 .4 .2 .1, solarize .1, no blur. */
static const struct hparam_default cifar[] = {{0}};

/* VICReg (2105.04906) appendix C.1: the symmetric form of BYOL's recipe. */
static const struct hparam_default imagenet[] = {
    {"augment.crop_min", "0.08"}, {"augment.blur_p", "0.5"}, {"augment.solarize_p", "0.1"}, {0}};

/* BYOL (2006.07733) and the code of Barlow Twins and VICReg: blur and solarize differ by view. */
static const struct hparam_default byol[] = {
    {"augment.crop_min", "0.08"}, {"augment.blur_p", "1"},         {"augment.solarize_p", "0"},
    {"augment.b.blur_p", "0.1"},  {"augment.b.solarize_p", "0.2"}, {0}};

/* SimCLR (2002.05709) at strength 1; its code halves the strength on CIFAR. */
static const struct hparam_default simclr[] = {
    {"augment.crop_min", "0.08"}, {"augment.brightness", "0.8"},
    {"augment.contrast", "0.8"},  {"augment.saturation", "0.8"},
    {"augment.hue", "0.2"},       {"augment.blur_p", "0.5"},
    {"augment.solarize_p", "0"},  {0}};

/* SimSiam (2011.10566), which uses the augmentations of MoCo v2. */
static const struct hparam_default simsiam[] = {
    {"augment.saturation", "0.4"}, {"augment.blur_p", "0.5"}, {"augment.solarize_p", "0"}, {0}};

/* For handwritten digits (our choice): no mirroring, since a mirrored digit is not a digit; no
 * colour operations; mild rotation and crops. */
static const struct hparam_default digits[] = {
    {"augment.crop_min", "0.5"}, {"augment.flip_p", "0"},
    {"augment.rotate_p", "0.8"}, {"augment.rotate_degrees", "20"},
    {"augment.saturation", "0"}, {"augment.hue", "0"},
    {"augment.gray_p", "0"},     {"augment.blur_p", "0.2"},
    {"augment.solarize_p", "0"}, {0}};

/* The unchanged image: for a supervised baseline, and to measure the effect of augmentation. */
static const struct hparam_default none[] = {{"augment.crop_p", "0"},     {"augment.flip_p", "0"},
					     {"augment.jitter_p", "0"},   {"augment.gray_p", "0"},
					     {"augment.solarize_p", "0"}, {0}};

const struct hparam_default *augment_preset(const char *name)
{
	static const struct {
		const char *name;
		const struct hparam_default *rows;
	} presets[] = {
	    {"cifar", cifar},     {"imagenet", imagenet}, {"byol", byol}, {"simclr", simclr},
	    {"simsiam", simsiam}, {"digits", digits},     {"none", none},
	};

	for (unsigned i = 0; i < sizeof presets / sizeof *presets; i++)
		if (!strcmp(name, presets[i].name))
			return presets[i].rows;
	return NULL;
}
