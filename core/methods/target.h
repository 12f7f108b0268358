/*
 * A target network: encoder and projector once more under "target.", as buffers of the run that
 * never train, following the online ones as an exponential moving average. For BYOL and its kin.
 */
#ifndef SSL_METHODS_TARGET_H
#define SSL_METHODS_TARGET_H

#include "core/methods/heads.h"

struct target {
	struct encoder *encoder;
	struct mlp projector;
	struct param **dst,
	    **src; /* target and online, paired; batch statistics are not among them */
	int n;
};

/* Declares it. Call when the online encoder and projector are declared. */
int target_init(struct target *tg, const struct method_env *env, struct error *err);

/* Its values become the online ones. */
void target_copy(struct target *tg);

/* target <- tau target + (1 - tau) online */
void target_follow(struct target *tg, double tau);

/* The embeddings of all views. Batch norm as in training, nothing recorded: no gradient flows. */
struct tensor *target_embed(const struct target *tg, struct tape *t, const struct batch *b);

#endif
