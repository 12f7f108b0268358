/*
 * Measures of collapse, and of its milder form, the loss of rank. They take embeddings or features
 * {n, d} as the network outputs them. The golden values are in tests/golden/collapse.safetensors.
 * All sums are in double, in a fixed order. Scratch memory comes from an arena. They are meant for
 * once per epoch; core/tensor/kernels/collapse_std.h has the one for every training step. An input
 * that is not finite gives NaN throughout.
 */
#ifndef SSL_EVAL_COLLAPSE_H
#define SSL_EVAL_COLLAPSE_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/real.h"

/* ---- pairs.c: Wang and Isola, 2005.10242 ---- */

/* The mean of |x^ - y^|^2 over the n pairs of rows, where ^ denotes division by the norm: 0 if the
 * views agree, 2 if they are unrelated. */
double collapse_alignment(const real *x, const real *y, int n, int d, struct arena *scratch);

/* log mean exp(-2 |x_i^ - x_j^|^2) over i < j: 0 at collapse, about -4 + 8/d if spread evenly. */
double collapse_uniformity(const real *x, int n, int d, struct arena *scratch);

/* ---- rank.c ---- */

/* H denotes the entropy. The singular values come from the smaller Gram matrix, in double. Their
 * error is 1e-8 of the largest, less than the 1e-7 that RankMe adds to every share. */
struct collapse_rank {
	double rankme;        /* exp H(s / sum s + 1e-7), s: singular values of Z (2210.02885) */
	double effective;     /* exp H(s / sum s), s: of the centred Z (Roy and Vetterli) */
	double std;           /* unbiased std of Z, averaged over the dimensions */
	double participation; /* (sum l)^2 / sum l^2, l: eigenvalues of the covariance */
	int n;                /* min(n, d): number of eigenvalues */
	double *spectrum;     /* of the unbiased covariance, largest first; in the scratch */
};

/* The ranks are 1 if all rows are equal. n >= 2. ERR_FAILED if LAPACK does not converge. */
int collapse_rank(const real *z, int n, int d, struct arena *scratch, struct collapse_rank *out,
		  struct error *err);

/* ---- decorrelation.c ---- */

/* The means over i != j of |r_ij| and r_ij^2, where r_ij is the correlation of dimensions i and j
 * of one view (VICReg, 2105.04906, eq. 9). 0: decorrelated; 1: all dimensions are redundant. A
 * constant dimension counts as uncorrelated. d = 1 gives 0. */
struct collapse_correlation {
	double absolute, square;
};
void collapse_correlation(const real *z, int n, int d, struct arena *scratch,
			  struct collapse_correlation *out);

/* The loss terms of VICReg and Barlow Twins for the two views, whichever method trained them. */
struct collapse_terms {
	/* VICReg, as in its released code with gamma 1 and eps 1e-4: the mean squared difference;
	 * the hinge, averaged over both views; the covariance term, summed over both */
	double invariance, variance, covariance;
	/* Barlow Twins with eps 1e-5: sum_i (1 - C_ii)^2, sum_{i != j} C_ij^2 */
	double on_diagonal, off_diagonal;
	struct collapse_correlation correlation; /* of z1 */
};
void collapse_terms(const real *z1, const real *z2, int n, int d, struct arena *scratch,
		    struct collapse_terms *out);

#endif
