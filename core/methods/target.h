/*
 * A target network: a second encoder and projector, named "target.*" in the run's parameters. They
 * are not trained but follow the online ones as an exponential moving average. For BYOL and related
 * methods.
 */
#ifndef SSL_METHODS_TARGET_H
#define SSL_METHODS_TARGET_H

#include "core/methods/heads.h"

struct target {
	struct encoder *encoder;
	struct mlp projector;
	/* n pairs of a target's and the online parameter; without batch statistics */
	struct param **dst, **src;
	int n;
	const struct params *params; /* for their gate */
};

/* Declares the target. Call it after the online encoder and projector are declared. */
int target_init(struct target *tg, const struct method_env *env, struct error *err);

/* Copies the online values to the target. */
void target_copy(struct target *tg);

/* target <- tau target + (1 - tau) online */
void target_follow(struct target *tg, double tau);

/* The target's embeddings of all views. Batch norm is in training mode; the tape records nothing,
 * so no gradient flows. */
struct tensor *target_embed(const struct target *tg, struct tape *t, const struct batch *b);

#endif
