/*
 * Linear predictors in closed form, from the correlation of their input (2102.06810, 2110.04947;
 * golden: directpred, directcopy). In double, since roots are taken of small eigenvalues; the bits
 * do not depend on threads.
 */
#ifndef SSL_METHODS_SPECTRAL_H
#define SSL_METHODS_SPECTRAL_H

#include "core/base/error.h"
#include "core/base/real.h"

/* F {d, d} <- rho F + (1 - rho) 1/n sum_r z_r z_r^T for z {n, d}; F = 1/n sum ... when `first`.
 * With `center` the mean of z is taken off: the covariance. */
void spectral_correlate(double *f, int first, double rho, int center, const real *z, int n, int d);

/* W = U diag(p) U^T {d, d} for the eigenvalues s of the symmetric F = U diag(s) U^T:
 *     form 'p' (paper):          p_j = s_j^alpha + epsilon max s
 *     form 'o' (official code):  p_j = max((s_j / max s)^alpha + epsilon, least)
 * Negative s count as 0. ERR_FAILED if F is not finite; w is then as it was. */
struct spectral_opts {
	double alpha, epsilon;
	double least; /* form 'o': what p_j is at least; 1e-4 in the code */
	int form;
};
int spectral_predictor(const double *f, int d, const struct spectral_opts *o, real *w,
		       struct error *err);

#endif
