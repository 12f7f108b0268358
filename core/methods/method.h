/*
 * The one interface of all methods. A method is one file (template: barlow.c) with a
 * `const struct method`, and one line of the table in methods.c. Its file holds its
 * hyperparameters, its heads, its loss with the formula above it, and what happens after a step;
 * weights, optimiser state, EMA copies and buffers live in `params`, so saving, resuming and
 * exporting need no code.
 */
#ifndef SSL_METHODS_METHOD_H
#define SSL_METHODS_METHOD_H

#include "core/base/error.h"
#include "core/nn/encoder.h"
#include "core/recipe/recipe.h"
#include "core/tensor/params.h"
#include "core/tensor/tape.h"

/* A batch: `views` augmented versions of n images, view after view: x is {views * n, H, W, C}. */
struct batch {
	struct tensor *x;
	int n, views;
	int groups; /* equal parts with batch statistics of their own: `views`, or 1 for joint ones
		     */
	const int *labels; /* n class numbers (-1: unlabeled); only `supervised` may look */
};

/* What a method is given to build itself with. */
struct method_env {
	struct params *params;
	struct encoder *encoder; /* online, declared under "encoder." */
	struct encoder_spec encoder_spec;
	const struct recipe *recipe;
	int classes;
};

/* Where the method leaves the step's terms and outputs for recording. */
enum { METHOD_TERMS = 12 };
struct method_out {
	struct tensor *loss; /* {1} */
	struct tensor *embedding;  /* {views * n, D}: the projector's output */
	struct tensor *prediction; /* {views * n, D}: the predictor's output; NULL without one */
	const struct tensor *predictor_weight; /* {D, D}: W of a predictor that is one Linear */
	const struct tensor *correlation; /* {D, D}: DirectPred's F, of the predictor's input */
	int n_terms;
	struct {
		const char *name; /* "invariance": recorded as loss.invariance */
		double value;
	} term[METHOD_TERMS];
};
void method_term(struct method_out *out, const char *name, double value);

struct method {
	const char *name, *title, *summary; /* "vicreg", "VICReg", one line */
	const char *formula;                /* plain text, several lines, for `ssl help vicreg` */
	const char *source;                 /* paper, arXiv number; code */
	const struct hparam *hparams;       /* its own keys, "vicreg.*"; ended by {0} */
	/* Series that its terms may be recorded as, "loss.invariance", "tau"; ended by NULL. Each has
	 * a row in core/store/metric_kinds.c. */
	const char *const *terms;
	/* Is the term left out with this recipe? NULL: never. */
	int (*without)(const struct recipe *rc, const char *series);
	const struct hparam_default *defaults; /* other defaults of shared keys (projector.dims) */
	int views;                             /* 2; supervised 1; random 0 (nothing to train) */
	size_t size;                           /* of its state, zeroed before init */
	/* offsetof() in its state of its heads, each a struct mlp, for measures of collapse; 0: it
	 * has none. */
	size_t projector, predictor;
	int scaled; /* 1: the loss depends on the scale of z, whose std is to be 1 (VICReg) */

	/* Declares heads and buffers. */
	int (*init)(void *self, const struct method_env *env, struct error *err);

	/* After params_build() or a load: e.g. a target that starts as a copy. NULL if nothing.
	 * `resumed` is 1 when values came from a checkpoint. */
	void (*start)(void *self, int resumed);

	/* The loss of one batch, on the tape. NULL where views is 0. */
	void (*loss)(void *self, struct tape *t, const struct batch *b, struct method_out *out);

	/* After the optimiser's step k of K (EMA; a predictor in closed form, from what loss() left
	 * in its buffers). NULL if nothing. May add terms (tau). */
	void (*after_step)(void *self, long k, long total, struct method_out *out);
};

/* projector.* and predictor.*: shared by the methods that have them. */
extern const struct hparam head_hparams[];

/* batch.*: of all methods. */
extern const struct hparam batch_hparams[];

/* What batch.statistics asks for: batch.groups of a batch of that many views. */
int batch_groups(const struct recipe *r, int views);

/* The heads of a method's state, NULL where it has none. */
struct mlp;
const struct mlp *method_projector(const struct method *m, const void *self);
const struct mlp *method_predictor(const struct method *m, const void *self);

/* Does a run of the recipe record a series of this name beside those that all methods have? rc
 * NULL: may a run of the method? */
int method_records(const struct method *m, const struct recipe *rc, const char *series);

/* NULL if there is none of that name; method_at(i): i-th of the table, NULL past the end. */
const struct method *method_find(const char *name);
const struct method *method_at(int i);

#endif
