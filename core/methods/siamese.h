/*
 * What BYOL, SimSiam and DirectPred are made of, and the switches that their papers ablate: an
 * online encoder and projector, a predictor p of the embedding, and for each view a target y that
 * p is compared with, made of the other view.
 *
 *     target = ema     y = a slowly moving copy's embedding: BYOL
 *              shared  y = the same net's embedding, no gradient into it: SimSiam, BYOL with tau =
 * 0 none    y = the same net's embedding, and gradients flow through both
 */
#ifndef SSL_METHODS_SIAMESE_H
#define SSL_METHODS_SIAMESE_H

#include "core/methods/losses.h"
#include "core/methods/target.h"

enum siamese_target { TARGET_EMA, TARGET_SHARED, TARGET_NONE };

struct siamese {
	const struct encoder *encoder;
	struct mlp projector, predictor;
	struct target target; /* of TARGET_EMA alone */
	enum siamese_target kind;
	double tau;
	int cosine;
	struct pair_opts pair;
	int symmetric_predictor;
	struct vicreg_weights spread; /* mu, nu: VICReg's terms on z, 0 for none */
};

/* One batch: p[v] is view v's prediction, y[v] what the other view's is compared with. */
struct siamese_batch {
	struct tensor *z[2], *p[2], *y[2];
};

/* Declares the projector and the target, and reads METHOD.target, .tau, .tau_schedule,
 * .stop_gradient, .normalize, .symmetric, .mu, .nu, .gamma. The caller declares the predictor. */
int siamese_init(struct siamese *s, const struct method_env *env, const char *method,
		 struct error *err);

/* With the keys predictor.*; then siamese_init(). For a method's init(). */
int siamese_init_heads(struct siamese *s, const struct method_env *env, const char *method,
		       struct error *err);

/* A method's start(), self being a struct siamese: the target starts as a copy. */
void siamese_start(void *self, int resumed);

/* Forward pass; fills out->embedding, prediction and predictor_weight. */
struct siamese_batch siamese_forward(const struct siamese *s, struct tape *t, const struct batch *b,
				     struct method_out *out);

/* l + mu v + nu c of the embeddings: VICReg's terms, added where the recipe asks for them. */
struct tensor *siamese_spread(const struct siamese *s, struct tape *t,
			      const struct siamese_batch *v, struct tensor *l,
			      struct method_out *out);

/* A method's without(): its terms are left out where the recipe gives them no weight, and tau where
 * there is no target that moves. */
int siamese_without(const struct recipe *rc, const char *series);

/* A method's after_step(): the target follows; adds the term tau. */
void siamese_after_step(void *self, long k, long total, struct method_out *out);

#endif
