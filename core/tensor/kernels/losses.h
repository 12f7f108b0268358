/*
 * The losses of Barlow Twins, VICReg and SimCLR and what is measured beside them. Formulas and
 * sources are at the head of the methods' files (core/methods). A loss is a scalar {1}; `dy` is its
 * gradient. Terms that are recorded are
 * written in double, into cells (core/tensor/scalars.h).
 */
#ifndef SSL_TENSOR_KERNELS_LOSSES_H
#define SSL_TENSOR_KERNELS_LOSSES_H

#include "core/tensor/kernels/correlation.h"

/* Barlow Twins: y = diagonal * on + lambda * off, on = sum_i (1 - C_ii)^2, off = sum_{i != j} C_ij^2.
 * Writes `on`; `off` is that of c. */
struct barlow_factors {
	double diagonal, lambda;
};
void barlow_forward(const struct correlation *c, const struct barlow_factors *f, double *on,
		    struct tensor *y);
void barlow_backward(const struct correlation *c, const struct barlow_factors *f,
		     const struct tensor *dy, struct correlation_slopes *slopes);

/* VICReg: y = mu v + nu c, v = 1/D sum_j relu(gamma - sqrt(C_jj + eps)), c = 1/D off, for C = Cov(Z).
 * Writes v and c. The slopes hold the factor 2 that is due to C, which depends on Z twice. */
struct spread_factors {
	double mu, nu, gamma, eps;
};
void spread_forward(const struct correlation *cov, const struct spread_factors *f,
		    double *variance, double *covariance, struct tensor *y);
void spread_backward(const struct correlation *cov, const struct spread_factors *f,
		     const struct tensor *dy, struct correlation_slopes *slopes);

/* SimCLR's NT-Xent of u {2N, D}: the rows of the second view follow those of the first. p {2N, 2N}
 * gets the softmax of each row without the diagonal, minus 1 at the positive, for the gradient;
 * rows[3 * 2N] is scratch. Writes the mean entropy of the softmax, and the share of rows whose
 * positive is the nearest. */
void nt_xent_forward(const struct tensor *u, double temperature, real *p, double *rows,
		     double *entropy, double *accuracy, struct tensor *y);
/* du (+)= dy H u / (2N temperature), H = P + P^T; h {2N, 2N} is scratch for H. */
void nt_xent_backward(const struct tensor *u, double temperature, const real *p, real *h,
		      const struct tensor *dy, struct tensor *du, int accumulate);

/* *cell = the mean over rows of <a, b> / max(||a|| ||b||, least). */
void mean_cosine(const struct tensor *a, const struct tensor *b, double least, double *cell);

/* *cell = the percentage of rows whose largest value is at the row's label. */
void top1_percent(const struct tensor *logits, const int *labels, double *cell);

#endif
