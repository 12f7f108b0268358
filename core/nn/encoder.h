/*
 * Encoders map images {N, H, W, C} to features {N, D}. Each family is one file (resnet.c,
 * convnet.c, flat.c) with a `const struct encoder_arch` (arch.h), which also holds the
 * hyperparameters of that family only; the table in encoder.c lists them. An encoder declares its
 * parameters under PREFIX ("encoder." or "target.encoder.") with torchvision's names, so that an
 * exported file can be loaded by name into a torchvision model.
 */
#ifndef SSL_NN_ENCODER_H
#define SSL_NN_ENCODER_H

#include "core/base/error.h"
#include "core/recipe/hparam.h"
#include "core/recipe/recipe.h"
#include "core/tensor/params.h"
#include "core/tensor/tape.h"

struct encoder_spec {
	const char *arch; /* encoder_name() */
	const char *stem; /* cifar: 3x3 stride 1, no max-pool; imagenet: 7x7 stride 2 + max-pool;
			     auto: cifar for images of at most 64 pixels */
	int width;        /* base width: 64 is the usual ResNet */
	int depth;        /* mlp, convnet: number of layers */
	int zero_gamma;   /* gamma of the last norm of every residual block starts at 0 */
	int height, width_px, channels; /* of the input images */
	/* The recipe from which an architecture's init() reads its own keys; NULL: their defaults.
	 * encoder_new() does not keep it. */
	const struct recipe *recipe;
};

struct encoder;

/* The keys encoder.* that all architectures share. */
extern const struct hparam encoder_hparams[];

/* The i-th table of keys that only some architectures have, and when they apply. Returns 0 past the
 * end. */
int encoder_group(int i, struct hparam_group *out);

/* The name of the i-th architecture; NULL past the end. For recipe_schema.choice,
 * "encoder.arch". */
const char *encoder_name(int i);

/* The defaults of other keys that belong to an architecture (a convnet has another width than a
 * ResNet), ended by {0}; NULL if there are none or the architecture is unknown. For
 * recipe_schema.defaults(), key "encoder.arch". */
const struct hparam_default *encoder_defaults(const char *arch);

/* Reads the spec from a recipe, for images of height x width x channels. Its texts belong to the
 * recipe. */
void encoder_spec_from_recipe(struct encoder_spec *s, const struct recipe *r, int height, int width,
			      int channels);

/* Declares the encoder's parameters in *p; they are trainable unless `frozen`, as in a target
 * network. The struct is allocated in p's arena. NULL with ERR_USAGE if the spec is invalid, for
 * instance if the images are too small for the stem. */
struct encoder *encoder_new(const struct encoder_spec *spec, struct params *p, const char *prefix,
			    enum param_part part, int frozen, struct error *err);

int encoder_dim(const struct encoder *e); /* D of the features */

/* The features {N, D} of images {N, H, W, C}, whose size must be that of the spec. */
struct tensor *encoder_forward(const struct encoder *e, struct tape *t, struct tensor *images);

#endif
