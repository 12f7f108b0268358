/* The building blocks of methods: projectors and predictors, and the forward pass of all views. */
#ifndef SSL_METHODS_HEADS_H
#define SSL_METHODS_HEADS_H

#include "core/methods/method.h"
#include "core/nn/mlp.h"

/* Declares the head that the keys WHICH.* describe (which: "projector" or "predictor"), on `in`
 * features. Its parameters are named PREFIX WHICH.*; they do not train if `frozen`. ERR_USAGE if it
 * has too many layers. */
int head_init(struct mlp *m, const struct method_env *env, const char *which, const char *prefix,
	      enum param_part part, int in, int frozen, struct error *err);

/* Declares the predictor, on the projector's output. ERR_USAGE if its output has another size than
 * its input. */
int predictor_init(struct mlp *m, const struct method_env *env, const struct mlp *projector,
		   struct error *err);

/* Computes the embeddings of all views, {views * n, D}, in one pass with separate batch statistics
 * for each of b->groups parts. t->groups keeps that value for the layers that follow, such as a
 * predictor. */
struct tensor *embed_views(struct tape *t, const struct batch *b, const struct encoder *e,
			   const struct mlp *projector);

/* The rows of view v of a tensor {views * n, D}. */
struct tensor *view_of(struct tape *t, struct tensor *z, const struct batch *b, int v);

#endif
