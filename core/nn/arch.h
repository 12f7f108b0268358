/*
 * The interface of a family of encoders, and the convolution and batch norm that the families
 * share. Internal to core/nn/.
 */
#ifndef SSL_NN_ARCH_H
#define SSL_NN_ARCH_H

#include "core/nn/encoder.h"

/* The arguments with which an encoder declares its parameters. */
struct declare {
	struct params *params;
	const char *prefix;
	enum param_part part;
	int frozen;
};

struct encoder_arch {
	const char *name;
	const struct hparam_default *defaults; /* ended by {0}, or NULL */
	const struct hparam *hparams; /* keys of its family only; ended by {0}, or NULL */
	/* The architectures with which the family's keys apply, "vit_tiny|vit_small"; NULL: they
	 * apply to every encoder, as recipes have recorded them since the first version. */
	const char *hparams_with;
	/* Declares the parameters; sets e->net (memory from the params' arena) and e->dim. */
	int (*init)(struct encoder *e, const struct declare *d, struct error *err);
	struct tensor *(*forward)(const struct encoder *e, struct tape *t, struct tensor *images);
};

struct encoder {
	const struct encoder_arch *arch;
	struct encoder_spec spec; /* stem is never "auto"; texts in the params' arena */
	int dim;   /* D of the features */
	void *net; /* the family's own struct */
};

/* A convolution without bias; its parameter "PREFIX NAME.weight" {k, k, in, out} is initialised
 * from N(0, 2 / fan_out). */
struct conv {
	struct param *weight;
	int stride, padding;
};
void conv_init(struct conv *c, const struct declare *d, const char *name, int in, int out,
	       int kernel, int stride);
struct tensor *conv_forward(const struct conv *c, struct tape *t, struct tensor *x);

/* Batch norm with gamma, beta and running statistics, named as in torchvision. With zero_gamma,
 * gamma is initialised to 0. */
struct norm {
	struct param *gamma, *beta, *mean, *var;
};
void norm_init(struct norm *n, const struct declare *d, const char *name, int channels,
	       int zero_gamma);
/* [relu](norm(x) [+ residual]); residual may be NULL. */
struct tensor *norm_forward(const struct norm *n, struct tape *t, struct tensor *x,
			    struct tensor *residual, int relu);

#endif
