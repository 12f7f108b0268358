/* What methods build themselves from: projectors and predictors, and the forward pass of all views.
 */
#ifndef SSL_METHODS_HEADS_H
#define SSL_METHODS_HEADS_H

#include "core/methods/method.h"
#include "core/nn/mlp.h"

/* Declares the head that the keys WHICH.* ("projector", "predictor") describe, as PREFIX WHICH. on
 * `in` features. ERR_USAGE if it has too many layers. */
int head_init(struct mlp *m, const struct method_env *env, const char *which, const char *prefix,
	      enum param_part part, int in, int frozen, struct error *err);

/* A predictor maps an embedding to another of the same size: ERR_USAGE if its last layer does not.
 */
int predictor_init(struct mlp *m, const struct method_env *env, const struct mlp *projector,
		   struct error *err);

/* The embeddings of all views, {views * n, D}, in one pass whose batch statistics are those of
 * b->groups parts (t->groups stays so for what follows, a predictor say). */
struct tensor *embed_views(struct tape *t, const struct batch *b, const struct encoder *e,
			   const struct mlp *projector);

/* Rows of view v of a tensor of {views * n, D}. */
struct tensor *view_of(struct tape *t, struct tensor *z, const struct batch *b, int v);

#endif
