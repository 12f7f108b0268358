/*
 * The interface of all methods. A method is one file (template: barlow.c) with a `const struct
 * method`, and one line of the table in methods.c. The file contains the method's hyperparameters,
 * its heads, its loss below the formula, and its work after a step. Weights, optimiser state, EMA
 * copies and buffers are kept in `params`, so a method needs no code for saving, resuming and
 * exporting.
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
	int groups; /* number of equal parts with separate batch statistics: `views`; 1: joint */
	const int *labels; /* n class numbers (-1: unlabeled); only `supervised` may read them */
};

/* The arguments of a method's init(). */
struct method_env {
	struct params *params;
	struct encoder *encoder; /* the online encoder, declared under "encoder." */
	struct encoder_spec encoder_spec;
	const struct recipe *recipe;
	int classes;
};

/* The outputs of a step: its loss, and the terms and tensors to record. */
enum { METHOD_TERMS = 12 };
struct method_out {
	struct tensor *loss; /* {1} */
	struct tensor *embedding;  /* {views * n, D}: the projector's output */
	struct tensor *prediction; /* {views * n, D}: the predictor's output; NULL without one */
	const struct tensor *predictor_weight; /* {D, D}: W of a predictor of one Linear layer */
	const struct tensor *correlation; /* {D, D}: F of the predictor's input (DirectPred) */
	int n_terms;
	struct {
		const char *name;    /* "invariance": recorded as loss.invariance */
		/* The value is factor (a + b) of the cells a and b. A cell that is NULL counts as 0;
		 * if both are, the value is the factor. */
		double factor;
		const double *a, *b;
	} term[METHOD_TERMS];
};

/* Adds the term factor (a + b) to *out, for cells a and b of the tape's scalars; b may be NULL. Does
 * nothing if out is NULL. */
void method_term(struct method_out *out, const char *name, double factor, const double *a,
		 const double *b);

/* Adds a term whose value the host knows. Does nothing if out is NULL. */
void method_constant(struct method_out *out, const char *name, double value);

/* The value of the i-th term of a step whose scalars were posted (core/tensor/scalars.h). */
double method_term_value(const struct method_out *out, int i, const struct scalars *s, long step);

struct method {
	const char *name, *title, *summary; /* "vicreg", "VICReg", one line */
	const char *formula;                /* plain text, several lines, for `ssl help vicreg` */
	const char *source;                 /* paper, arXiv number; code */
	const struct hparam *hparams;       /* the method's keys, "vicreg.*"; ended by {0} */
	/* The series that its terms can be recorded as, "loss.invariance", "tau"; ended by NULL.
	 * Each has a row in core/store/metric_kinds.c. */
	const char *const *terms;
	/* Is this series not recorded with this recipe? NULL: all series always are. */
	int (*without)(const struct recipe *rc, const char *series);
	const struct hparam_default *defaults; /* its defaults of shared keys (projector.dims) */
	int views;                             /* 2; supervised 1; random 0 (nothing to train) */
	size_t size;                           /* of its state, which is zeroed before init() */
	/* The offsetof() of its heads in its state, each a struct mlp, for measures of collapse; 0:
	 * no such head. */
	size_t projector, predictor;
	/* For the verdict on a run (view v_collapse), recorded with it: the smallest possible loss,
	 * and the share of the way there below which the run is called not learning; 0 stands for
	 * 0.02, for a loss that never comes near its minimum. */
	double loss_floor, least_progress;
	int scaled; /* 1: the loss depends on the scale of z, and its target is std 1 (VICReg) */

	/* Declares the heads and buffers in env->params. */
	int (*init)(void *self, const struct method_env *env, struct error *err);

	/* Called after params_build() or after loading a checkpoint (`resumed` is 1), for instance
	 * to make the target a copy of the online network. NULL: nothing to do. */
	void (*start)(void *self, int resumed);

	/* Computes the loss of one batch, on the tape. NULL if views is 0. */
	void (*loss)(void *self, struct tape *t, const struct batch *b, struct method_out *out);

	/* Called after the optimiser's step k of `total`, for instance to update an EMA, or a
	 * predictor in closed form from the buffers that loss() has filled. May add terms (tau).
	 * NULL: nothing to do. */
	void (*after_step)(void *self, long k, long total, struct method_out *out);
};

/* The keys projector.* and predictor.*, which the methods with these heads share. */
extern const struct hparam head_hparams[];

/* The keys batch.*, which all methods share. */
extern const struct hparam batch_hparams[];

/* The value of struct batch.groups for a batch of `views` views, by batch.statistics. */
int batch_groups(const struct recipe *r, int views);

/* The heads in a method's state, NULL if it has none. */
struct mlp;
const struct mlp *method_projector(const struct method *m, const void *self);
const struct mlp *method_predictor(const struct method *m, const void *self);

/* Does the method add this series, in a run of the recipe, to those that all methods record? rc
 * NULL: can it do so with any recipe? */
int method_records(const struct method *m, const struct recipe *rc, const char *series);

/* The method with this name, or NULL. method_at(i): the i-th of the table, NULL past the end. */
const struct method *method_find(const char *name);
const struct method *method_at(int i);

#endif
