/* The augment.* keys of a recipe, and the settings of a view from a resolved recipe. */
#include "core/augment/augment.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The defaults are the preset cifar, which is solo-learn's VICReg on CIFAR: the only one of its
 * CIFAR recipes in which both views have the same augmentations. */
const struct hparam augment_hparams[] = {
    {"augment.preset", HP_ENUM, "cifar", 0, 0, "cifar|imagenet|byol|simclr|simsiam|digits|none",
     "the preset, which sets the defaults of the other augment.* keys"},
    {"augment.size", HP_INT, "0", 0, 1024, NULL,
     "side of the images that the encoder sees, in pixels; 0: the dataset's own size"},
    {"augment.normalize", HP_ENUM, "dataset", 0, 0, "dataset|cifar|imagenet|half|none",
     "mean and standard deviation for normalisation: dataset = those of the training images; "
     "cifar, imagenet = published ones; half = 0.5 and 0.5; none = no normalisation"},
    {"augment.crop_p", HP_REAL, "1", 0, 1, NULL, "probability of a random resized crop"},
    {"augment.crop_min", HP_REAL, "0.2", 0.001, 1, NULL,
     "smallest share of the area that a crop keeps (VICReg in solo-learn on CIFAR; SimCLR, BYOL: "
     "0.08)"},
    {"augment.crop_max", HP_REAL, "1", 0.001, 1, NULL,
     "largest share of the area that a crop keeps"},
    {"augment.ratio_min", HP_REAL, "0.75", 0.1, 10, NULL, "smallest width / height of a crop"},
    {"augment.ratio_max", HP_REAL, "1.3333333333333333", 0.1, 10, NULL,
     "largest width / height of a crop"},
    {"augment.flip_p", HP_REAL, "0.5", 0, 1, NULL, "probability of a horizontal flip"},
    {"augment.rotate_p", HP_REAL, "0", 0, 1, NULL,
     "probability of a rotation (no published method rotates)"},
    {"augment.rotate_degrees", HP_REAL, "15", 0, 180, NULL,
     "largest angle of a rotation, drawn from [-rotate_degrees, rotate_degrees]"},
    {"augment.jitter_p", HP_REAL, "0.8", 0, 1, NULL,
     "probability of colour jitter, whose operations are applied in random order"},
    {"augment.brightness", HP_REAL, "0.4", 0, 4, NULL,
     "brightness is multiplied by a factor from [1 - brightness, 1 + brightness]"},
    {"augment.contrast", HP_REAL, "0.4", 0, 4, NULL,
     "contrast is multiplied by a factor from [1 - contrast, 1 + contrast]"},
    {"augment.saturation", HP_REAL, "0.2", 0, 4, NULL,
     "saturation is multiplied by a factor from [1 - saturation, 1 + saturation]"},
    {"augment.hue", HP_REAL, "0.1", 0, 0.5, NULL, "hue is rotated by [-hue, hue] of a full turn"},
    {"augment.gray_p", HP_REAL, "0.2", 0, 1, NULL, "probability of conversion to grey"},
    {"augment.blur_p", HP_REAL, "0", 0, 1, NULL,
     "probability of Gaussian blur, with a kernel of 10 % of the side (papers: none on CIFAR)"},
    {"augment.blur_sigma_min", HP_REAL, "0.1", 0.01, 20, NULL,
     "smallest sigma of the blur, in pixels"},
    {"augment.blur_sigma_max", HP_REAL, "2", 0.01, 20, NULL,
     "largest sigma of the blur, in pixels"},
    {"augment.solarize_p", HP_REAL, "0.1", 0, 1, NULL,
     "probability of solarization: values at or above the threshold are inverted"},
    {"augment.solarize_threshold", HP_REAL, "0.5", 0, 1, NULL,
     "threshold of solarization, for values in [0, 1]"},
    {"augment.b.crop_p", HP_REAL, "same", 0, 1, "same", "crop_p of view B"},
    {"augment.b.crop_min", HP_REAL, "same", 0.001, 1, "same", "crop_min of view B"},
    {"augment.b.crop_max", HP_REAL, "same", 0.001, 1, "same", "crop_max of view B"},
    {"augment.b.ratio_min", HP_REAL, "same", 0.1, 10, "same", "ratio_min of view B"},
    {"augment.b.ratio_max", HP_REAL, "same", 0.1, 10, "same", "ratio_max of view B"},
    {"augment.b.flip_p", HP_REAL, "same", 0, 1, "same", "flip_p of view B"},
    {"augment.b.rotate_p", HP_REAL, "same", 0, 1, "same", "rotate_p of view B"},
    {"augment.b.rotate_degrees", HP_REAL, "same", 0, 180, "same", "rotate_degrees of view B"},
    {"augment.b.jitter_p", HP_REAL, "same", 0, 1, "same", "jitter_p of view B"},
    {"augment.b.brightness", HP_REAL, "same", 0, 4, "same", "brightness of view B"},
    {"augment.b.contrast", HP_REAL, "same", 0, 4, "same", "contrast of view B"},
    {"augment.b.saturation", HP_REAL, "same", 0, 4, "same", "saturation of view B"},
    {"augment.b.hue", HP_REAL, "same", 0, 0.5, "same", "hue of view B"},
    {"augment.b.gray_p", HP_REAL, "same", 0, 1, "same", "gray_p of view B"},
    {"augment.b.blur_p", HP_REAL, "same", 0, 1, "same", "blur_p of view B"},
    {"augment.b.blur_sigma_min", HP_REAL, "same", 0.01, 20, "same", "blur_sigma_min of view B"},
    {"augment.b.blur_sigma_max", HP_REAL, "same", 0.01, 20, "same", "blur_sigma_max of view B"},
    {"augment.b.solarize_p", HP_REAL, "same", 0, 1, "same", "solarize_p of view B"},
    {"augment.b.solarize_threshold", HP_REAL, "same", 0, 1, "same", "solarize_threshold of view B"},
    {0},
};

/* The value for a view: augment.NAME, or for view B augment.b.NAME unless that is "same". */
static const struct recipe_value *row(const struct recipe *r, int view, const char *name)
{
	char key[64];

	snprintf(key, sizeof key, "augment.%s%s", view ? "b." : "", name);
	for (int i = 0; i < r->n; i++)
		if (!strcmp(r->value[i].hp->name, key))
			return view && !strcmp(r->value[i].text, "same") ? row(r, 0, name)
									 : &r->value[i];
	BUG("the recipe has no %s", key);
}

static double setting(const struct recipe *r, int view, const char *name)
{
	return strtod(row(r, view, name)->text, NULL);
}

static void range(const struct recipe *r, int view, const char *lo, const char *hi, double out[2])
{
	out[0] = setting(r, view, lo);
	out[1] = setting(r, view, hi);
}

int augment_check(const struct recipe *r, const char **key, struct error *err)
{
	static const char *const pair[][2] = {{"crop_min", "crop_max"},
					      {"ratio_min", "ratio_max"},
					      {"blur_sigma_min", "blur_sigma_max"}};

	for (int i = 0; i < 6; i++) {
		const struct recipe_value *lo = row(r, i / 3, pair[i % 3][0]);
		const struct recipe_value *hi = row(r, i / 3, pair[i % 3][1]);

		if (strtod(lo->text, NULL) <= strtod(hi->text, NULL))
			continue;
		*key = lo->hp->name;
		return error_set(err, ERR_USAGE, "%s: %s is above %s, which is %s", lo->hp->name,
				 lo->text, hi->hp->name, hi->text);
	}
	return 0;
}

static void normalisation(struct augment_fixed *f, const char *which,
			  const struct augment_source *s)
{
	static const struct {
		const char *name;
		double mean[3], std[3];
	} published[] = {
	    {"cifar", {0.4914, 0.4822, 0.4465}, {0.2470, 0.2435, 0.2616}}, /* solo-learn */
	    {"imagenet", {0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}},    /* torchvision */
	    {"half", {0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}},
	    {"none", {0, 0, 0}, {1, 1, 1}},
	};

	for (int c = 0; c < 4; c++) {
		f->mean[c] = s->mean[c];
		f->std[c] =
		    s->std[c] > 1e-6 ? s->std[c] : 1; /* all pixels of the channel are equal */
		for (unsigned i = 0; i < sizeof published / sizeof *published; i++)
			if (!strcmp(which, published[i].name)) {
				f->mean[c] = published[i].mean[c % 3];
				f->std[c] = published[i].std[c % 3];
			}
	}
}

int augment_from_recipe(struct augment *a, const struct recipe *r, int view,
			const struct augment_source *source, struct error *err)
{
	struct augment v = {.fixed = {.height = source->height,
				      .width = source->width,
				      .channels = source->channels,
				      .out_height = source->height,
				      .out_width = source->width}};
	int size = (int)recipe_int(r, "augment.size");
	const char *key;

	if (augment_check(r, &key, err))
		return -1;
	if (size)
		v.fixed.out_height = v.fixed.out_width = size;
	v.crop_p = setting(r, view, "crop_p");
	v.flip_p = setting(r, view, "flip_p");
	v.rotate_p = setting(r, view, "rotate_p");
	v.rotate_degrees = setting(r, view, "rotate_degrees");
	v.jitter_p = setting(r, view, "jitter_p");
	v.brightness = setting(r, view, "brightness");
	v.contrast = setting(r, view, "contrast");
	v.saturation = setting(r, view, "saturation");
	v.hue = setting(r, view, "hue");
	v.gray_p = setting(r, view, "gray_p");
	v.blur_p = setting(r, view, "blur_p");
	v.solarize_p = setting(r, view, "solarize_p");
	v.fixed.solarize_threshold = setting(r, view, "solarize_threshold");
	range(r, view, "crop_min", "crop_max", v.crop_scale);
	range(r, view, "ratio_min", "ratio_max", v.crop_ratio);
	range(r, view, "blur_sigma_min", "blur_sigma_max", v.blur_sigma);
	normalisation(&v.fixed, recipe_text(r, "augment.normalize"), source);
	*a = v;
	return 0;
}
