/*
 * Encoders: from images {N, H, W, C} to features {N, D}. One file a family (resnet.c, convnet.c,
 * flat.c), each with a `const struct encoder_arch` (arch.h), which also holds the hyperparameters that
 * only this family has; the table in encoder.c lists them. An encoder declares its parameters under PREFIX ("encoder." or "target.encoder.") with torchvision's
 * names, so that an exported file loads by name into a torchvision-shaped model.
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
	int zero_gamma;   /* last norm of every residual block starts at 0 */
	int height, width_px, channels; /* of the input images */
	/* From which an architecture's init() reads keys that only it has; NULL: their defaults. Not
	 * kept by encoder_new(). */
	const struct recipe *recipe;
};

struct encoder;

/* The encoder.* rows of the recipe that all architectures share. */
extern const struct hparam encoder_hparams[];

/* The i-th table of keys that only some architectures have, and when they apply; 0 past the end. */
int encoder_group(int i, struct hparam_group *out);

/* The name of the i-th architecture; NULL past the end. For recipe_schema.choice, "encoder.arch". */
const char *encoder_name(int i);

/* Other defaults that an architecture brings (the width of a convnet is not a ResNet's): ended by
 * {0}, NULL if none or no such architecture. For recipe_schema.defaults(), key "encoder.arch". */
const struct hparam_default *encoder_defaults(const char *arch);

/* The spec that a recipe asks for, on images of height x width x channels. Its texts are the
 * recipe's. */
void encoder_spec_from_recipe(struct encoder_spec *s, const struct recipe *r, int height, int width,
			      int channels);

/* Declares the encoder's parameters in *p (trainable unless `frozen`: a target network). The struct
 * lives in p's arena. ERR_USAGE if the spec makes no sense (image too small for the stem ...). */
struct encoder *encoder_new(const struct encoder_spec *spec, struct params *p, const char *prefix,
			    enum param_part part, int frozen, struct error *err);

int encoder_dim(const struct encoder *e); /* D of the features */

struct tensor *encoder_forward(const struct encoder *e, struct tape *t, struct tensor *images);

#endif
