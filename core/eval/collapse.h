/*
 * Measures of collapse and of its milder form, the loss of rank, on embeddings or features {n, d} as
 * they leave the net (held to tests/golden/collapse.safetensors). All sums are in double,
 * in a fixed order. Scratch comes from an arena: collapse_std() costs little enough for every
 * training step, the rest is for once an epoch. An input that is not finite gives NaN throughout.
 */
#ifndef SSL_EVAL_COLLAPSE_H
#define SSL_EVAL_COLLAPSE_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/real.h"

/* Mean over the dimensions of the (biased) std over the images of z / |z|: about 1 / sqrt(d) when
 * the embeddings are spread over the sphere, 0 when all are the same (SimSiam, 2011.10566,
 * section 4.1). NaN when an embedding is not finite. */
double collapse_std(const real *z, int n, int d, struct arena *scratch);

/* ---- pairs.c: Wang and Isola, 2005.10242 ---- */

/* Mean |x^ - y^|^2 over the n pairs of rows, ^ the division by the norm: 0 when views agree, 2 when
 * they have nothing to do with each other. */
double collapse_alignment(const real *x, const real *y, int n, int d, struct arena *scratch);

/* log mean exp(-2 |x_i^ - x_j^|^2) over i < j: 0 at collapse, about -4 + 8/d when spread evenly. */
double collapse_uniformity(const real *x, int n, int d, struct arena *scratch);

/* ---- rank.c ---- */

/* H: entropy. The singular values come from the smaller Gram matrix, in double: the smallest are good
 * to 1e-8 of the largest, below the 1e-7 that RankMe adds to every share. */
struct collapse_rank {
	double rankme;        /* exp H(s / sum s + 1e-7), s of Z as it is (2210.02885, eq. 1) */
	double effective;     /* exp H(s / sum s), s of the centred Z (Roy and Vetterli 2007) */
	double std;           /* mean over the dimensions of the unbiased std of Z as it is */
	double participation; /* (sum l)^2 / sum l^2, l the covariance's eigenvalues */
	int n;                /* min(n, d): how many eigenvalues there are */
	double *spectrum;     /* these of the unbiased covariance, largest first; in the scratch */
};

/* The ranks are 1 when nothing varies. n >= 2. ERR_FAILED if LAPACK does not converge. */
int collapse_rank(const real *z, int n, int d, struct arena *scratch, struct collapse_rank *out,
		  struct error *err);

/* ---- decorrelation.c ---- */

/* Means over i != j of the correlations of the dimensions of one view (VICReg, 2105.04906, eq. 9):
 * |r_ij| and r_ij^2. 0: decorrelated; 1: all dimensions tell the same. A dimension that does not
 * vary counts as uncorrelated. d = 1 gives 0. */
struct collapse_correlation {
	double absolute, square;
};
void collapse_correlation(const real *z, int n, int d, struct arena *scratch,
			  struct collapse_correlation *out);

/* What VICReg and Barlow Twins would say of the two views, whatever trained them. */
struct collapse_terms {
	/* VICReg as its released code has them, with gamma 1 and eps 1e-4: the mean squared
	 * difference; the hinge, the mean of both views; the covariances, the sum of both */
	double invariance, variance, covariance;
	/* Barlow Twins, eps 1e-5: sum_i (1 - C_ii)^2, sum_{i != j} C_ij^2 */
	double on_diagonal, off_diagonal;
	struct collapse_correlation correlation; /* of z1 */
};
void collapse_terms(const real *z1, const real *z2, int n, int d, struct arena *scratch,
		    struct collapse_terms *out);

#endif
