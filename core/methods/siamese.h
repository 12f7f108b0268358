/*
 * The common parts of BYOL, SimSiam and DirectPred, with the options that their papers ablate: an
 * online encoder and projector, a predictor p of the embedding, and for each view a target y,
 * computed from the other view, which p is compared with.
 *
 *     target = ema     y = the embedding of a slowly moving copy of the network: BYOL
 *              shared  y = the embedding of the same network, without gradient: SimSiam, and BYOL
 *                      with tau = 0
 *              none    y = the embedding of the same network, with gradients through both
 */
#ifndef SSL_METHODS_SIAMESE_H
#define SSL_METHODS_SIAMESE_H

#include "core/methods/losses.h"
#include "core/methods/target.h"

enum siamese_target { TARGET_EMA, TARGET_SHARED, TARGET_NONE };

struct siamese {
	const struct encoder *encoder;
	const struct params *params; /* for their gate */
	struct mlp projector, predictor;
	struct target target; /* only for TARGET_EMA */
	enum siamese_target kind;
	double tau;
	int cosine;
	struct pair_opts pair;
	int symmetric_predictor;
	struct vicreg_weights spread; /* mu, nu: weights of VICReg's terms on z, 0: not added */
};

/* One batch, by view: z[v] the embedding, p[v] the prediction from it, and y[v] the target with
 * which the prediction of the other view is compared. */
struct siamese_batch {
	struct tensor *z[2], *p[2], *y[2];
};

/* The rows of a method's table for the keys that the three methods share, with the defaults in
 * which they differ: "byol", "ema", "0.99", "cosine". siamese_init() reads these keys. */
#define SIAMESE_HPARAMS(method, target_default, tau_default, schedule_default)                     \
	{method ".target", HP_ENUM, target_default, 0, 0, "ema|shared|none",                       \
	 "what a prediction is compared with: ema = the embedding of a slowly moving copy "        \
	 "of the network (BYOL, DirectPred); shared = the network's own embedding, without "       \
	 "gradient (SimSiam; BYOL with tau = 0); none = the network's own embedding, with "        \
	 "gradients through both (2006.07733, table 5b; SimSiam collapses)"},                      \
	{method ".tau", HP_REAL, tau_default, 0, 1, NULL,                                          \
	 "with target=ema: decay of the target's moving average, per step (2006.07733: "           \
	 "0.996 for 1000 epochs, 0.97 to 0.99 for fewer; solo-learn on CIFAR: 0.99; "              \
	 "2102.06810: 0.996)"},                                                                    \
	{method ".tau_schedule", HP_ENUM, schedule_default, 0, 0, "cosine|constant",               \
	 "cosine: tau rises to 1 at the last step (2006.07733); constant: tau does not "           \
	 "change (2102.06810)"},                                                                   \
	{method ".stop_gradient", HP_BOOL, "true", 0, 0, NULL,                                     \
	 "stop the gradient into a shared target (all papers); false is the same as "              \
	 "target=none (2011.10566, figure 2: it collapses)"},                                      \
	{method ".normalize", HP_ENUM, "l2", 0, 0, "l2|ln|bn|none",                                \
	 "normalisation of predictions and targets: l2 = to norm 1 (all papers); ln = minus "      \
	 "the mean over the dimensions, then to norm 1; bn = standardised over the batch "         \
	 "and divided by sqrt(D); none = no normalisation"},                                       \
	{method ".symmetric", HP_BOOL, "true", 0, 0, NULL,                                         \
	 "use both halves of the loss (all papers); false: only the first half (2011.10566, "      \
	 "section 4.6; DirectPred on ImageNet)"},                                                  \
	{method ".mu", HP_REAL, "0", 0, 1e6, NULL,                                                 \
	 "weight of VICReg's variance term on z, added to the loss (0 = none; 2105.04906: 1)"},    \
	{method ".nu", HP_REAL, "0", 0, 1e6, NULL,                                                 \
	 "weight of VICReg's covariance term on z, added to the loss (0 = none; 2105.04906: "      \
	 "0.01)"},                                                                                 \
	{method ".gamma", HP_REAL, "1", 0, 1e3, NULL,                                              \
	 "standard deviation below which that variance term is positive (2105.04906: 1)"}

/* Declares the projector and the target, and reads METHOD.target, .tau, .tau_schedule,
 * .stop_gradient, .normalize, .symmetric, .mu, .nu, .gamma. The caller declares the predictor. */
int siamese_init(struct siamese *s, const struct method_env *env, const char *method,
		 struct error *err);

/* siamese_init(), and then the predictor that the keys predictor.* describe. For a method's
 * init(). */
int siamese_init_heads(struct siamese *s, const struct method_env *env, const char *method,
		       struct error *err);

/* A method's start(); self is a struct siamese. The target starts as a copy of the online
 * network. */
void siamese_start(void *self, int resumed);

/* The forward pass of a batch; sets out->embedding, prediction and predictor_weight. */
struct siamese_batch siamese_forward(const struct siamese *s, struct tape *t, const struct batch *b,
				     struct method_out *out);

/* l + mu v + nu c: adds VICReg's terms of the embeddings to the loss l, if the recipe weights
 * them. */
struct tensor *siamese_spread(const struct siamese *s, struct tape *t,
			      const struct siamese_batch *v, struct tensor *l,
			      struct method_out *out);

/* A method's without(): VICReg's terms are not recorded if the recipe gives them no weight, and tau
 * is not if no target moves. */
int siamese_without(const struct recipe *rc, const char *series);

/* A method's after_step(): makes the predictor symmetric if the recipe asks for it, updates a moving
 * target, and adds the term tau. */
void siamese_after_step(void *self, long k, long total, struct method_out *out);

#endif
