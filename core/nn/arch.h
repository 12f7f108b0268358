/*
 * What a family of encoders is made of, for the files of this folder alone: the entry that
 * encoder.c lists, and the convolution and the batch norm that the families share.
 */
#ifndef SSL_NN_ARCH_H
#define SSL_NN_ARCH_H

#include "core/nn/encoder.h"

/* Where and as what an encoder declares its parameters. */
struct declare {
	struct params *params;
	const char *prefix;
	enum param_part part;
	int frozen;
};

struct encoder_arch {
	const char *name;
	const struct hparam_default *defaults; /* ended by {0}, or NULL */
	const struct hparam *hparams; /* "encoder.*" that only its family has; ended by {0}, or NULL */
	/* When the family's keys apply: with any of these architectures, "vit_tiny|vit_small"; NULL:
	 * with every encoder, since recipes have recorded them so from the first version on. */
	const char *hparams_with;
	/* Declares the parameters; sets e->net (in the params' arena) and e->dim. */
	int (*init)(struct encoder *e, const struct declare *d, struct error *err);
	struct tensor *(*forward)(const struct encoder *e, struct tape *t, struct tensor *images);
};

struct encoder {
	const struct encoder_arch *arch;
	struct encoder_spec spec; /* stem is settled: never "auto"; texts in the params' arena */
	int dim;
	void *net;
};

/* A convolution without bias, "PREFIX NAME.weight" {k, k, in, out}, N(0, 2 / fan_out). */
struct conv {
	struct param *weight;
	int stride, padding;
};
void conv_init(struct conv *c, const struct declare *d, const char *name, int in, int out,
	       int kernel, int stride);
struct tensor *conv_forward(const struct conv *c, struct tape *t, struct tensor *x);

/* Batch norm with gamma, beta and running statistics, named as torchvision's; gamma starts at 0
 * when zero_gamma. */
struct norm {
	struct param *gamma, *beta, *mean, *var;
};
void norm_init(struct norm *n, const struct declare *d, const char *name, int channels,
	       int zero_gamma);
/* [relu] (norm(x) [+ residual]); residual may be NULL. */
struct tensor *norm_forward(const struct norm *n, struct tape *t, struct tensor *x,
			    struct tensor *residual, int relu);

#endif
