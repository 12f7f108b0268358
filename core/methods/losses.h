/*
 * The losses as functions of embeddings. The golden tests and the gradient checks test them, and
 * the methods use them. z1, z2, p1, p2, t1, t2 are {N, D}. Each function returns a tensor {1}; it
 * adds its terms (unweighted, named as in the golden files) to *out if that is not NULL.
 */
#ifndef SSL_METHODS_LOSSES_H
#define SSL_METHODS_LOSSES_H

#include "core/methods/method.h"

/* pair.c: the normalisation of embeddings before they are compared. */
enum normalize {
	NORMALIZE_L2,    /* rows of norm 1; norms are floored at 1e-6 */
	NORMALIZE_BATCH, /* columns standardised over the batch, then divided by sqrt(D): rows have
			    norm 1 on average */
	NORMALIZE_NONE,
	NORMALIZE_LAYER, /* rows centred over their dimensions, then of norm 1: a layer norm without
			    affine parameters, divided by sqrt(D) */
};
enum normalize normalize_of(const char *text); /* "l2", "bn", "none", "ln" */
struct tensor *embedding_normalize(struct tape *t, struct tensor *x, enum normalize how);

/* How predictions and targets are compared; all zero: as in the papers. */
struct pair_opts {
	enum normalize normalize;
	int one_sided; /* compare only p1 with the target of the second view */
	int both_ways; /* no stop-gradient: the gradient also flows into the target */
};

/* The mean over the batch of ||p - y||^2 (pair_distance) and of <p, y> (pair_similarity), of
 * normalised p and y. Without normalisation pair_similarity() is -1/2 ||p - y||^2, since <p, y> is
 * unbounded. y is detached unless both_ways. */
struct tensor *pair_distance(struct tape *t, struct tensor *p, struct tensor *y,
			     const struct pair_opts *o);
struct tensor *pair_similarity(struct tape *t, struct tensor *p, struct tensor *y,
			       const struct pair_opts *o);
/* The mean cosine of p and y, independent of the normalisation: a cell, recorded
 * as a term. */
double *pair_cosine(struct tape *t, const struct tensor *p, const struct tensor *y);

/* simclr.c, 2002.05709 eq. 1: the mean over 2N of -s_i,i+ + log sum_{k != i} exp(s_ik); form 'o',
 * as in the released code, is twice that. */
struct simclr_opts {
	double temperature;
	enum normalize normalize;
	int form; /* 'p' or 'o' */
};
struct tensor *loss_simclr(struct tape *t, struct tensor *z1, struct tensor *z2,
			   const struct simclr_opts *o, struct method_out *out);

/* barlow.c, 2103.03230 eq. 1: sum_i (C_ii - 1)^2 + lambda sum_{i != j} C_ij^2. If N < D it is
 * computed from the N x N Gram matrices, which is cheaper and gives the same value; otherwise from
 * C. */
struct barlow_weights {
	double diagonal, lambda, eps; /* diagonal: weight of the first sum, 1 in the paper */
	int stop_gradient;            /* no gradient into z2 */
};
struct tensor *loss_barlow(struct tape *t, struct tensor *z1, struct tensor *z2,
			   const struct barlow_weights *w, struct method_out *out);

/* vicreg.c, 2105.04906: form 'p' as in the paper, form 'o' as in the released code. */
struct vicreg_weights {
	double lambda, mu, nu, gamma, eps;
	int form; /* 'p' or 'o' */
};
struct tensor *loss_vicreg(struct tape *t, struct tensor *z1, struct tensor *z2,
			   const struct vicreg_weights *w, struct method_out *out);

/* vicreg.c: only mu v + nu c, for methods that add these terms to their own loss. */
struct tensor *loss_spread(struct tape *t, struct tensor *z1, struct tensor *z2,
			   const struct vicreg_weights *w, struct method_out *out);

/* byol.c, 2006.07733 eq. 2: mean_b [2 - 2 cos(p1, t2)] + mean_b [2 - 2 cos(p2, t1)]. */
struct tensor *loss_byol(struct tape *t, struct tensor *p1, struct tensor *p2, struct tensor *t1,
			 struct tensor *t2, const struct pair_opts *o, struct method_out *out);

/* simsiam.c, 2011.10566 eq. 2: -1/2 mean_b cos(p1, z2) - 1/2 mean_b cos(p2, z1). */
struct tensor *loss_simsiam(struct tape *t, struct tensor *p1, struct tensor *p2, struct tensor *z1,
			    struct tensor *z2, const struct pair_opts *o, struct method_out *out);

#endif
