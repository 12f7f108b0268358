/*
 * Linear predictors in closed form, from the correlation of their input (2102.06810, 2110.04947;
 * golden values: directpred, directcopy). The computation is in double, because roots of small
 * eigenvalues are taken; its bits do not depend on the number of threads.
 */
#ifndef SSL_TENSOR_KERNELS_SPECTRAL_H
#define SSL_TENSOR_KERNELS_SPECTRAL_H

#include "core/base/error.h"
#include "core/tensor/tensor.h"

/* F {d, d} <- rho F + (1 - rho) 1/n sum_r z_r z_r^T for z {n, d}; if `first`, F <- 1/n sum ...
 * With `center` the mean of z is subtracted, which gives the covariance. */
void spectral_correlate(double *f, int first, double rho, int center, const real *z, int n, int d);

/* W = U diag(p) U^T {d, d} for the eigenvalues s of the symmetric F = U diag(s) U^T:
 *     form 'p' (paper):          p_j = s_j^alpha + epsilon max s
 *     form 'o' (official code):  p_j = max((s_j / max s)^alpha + epsilon, least)
 * Negative s count as 0. ERR_FAILED if F is not finite or the eigenvalues do not converge; w is
 * then unchanged. */
struct spectral_opts {
	double alpha, epsilon;
	double least; /* form 'o': lower bound of p_j; 1e-4 in the official code */
	int form;     /* 'p' or 'o' */
};
int spectral_predictor(const double *f, int d, const struct spectral_opts *o, real *w,
		       struct error *err);

/* One step of both: f {D, D} takes up the batch z {N, D} (`batches` {1} is 0 before the first batch,
 * then 1), and w {D, D}, unless it is NULL, is computed from F before it is rounded. If W cannot be
 * computed, because F is not finite, it keeps its value. `gate` as in update.h. */
void spectral_update(struct tensor *f, struct tensor *batches, double rho, int center,
		     const struct tensor *z, const struct spectral_opts *o, struct tensor *w,
		     const double *gate);

#endif
