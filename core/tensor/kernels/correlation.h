/*
 * C = A^T B / m for A, B {N, D}, and the quantities of C that Barlow Twins and VICReg need: its
 * diagonal, the sum of squares off the diagonal, and the gradient of a function of both. If N < D,
 * C is not computed; the identities
 *
 *     ||A^T B||^2 = <A A^T, B B^T>        d||A^T B||^2 / dA = 2 (B B^T) A
 *
 * need only N x N matrices and a fraction N / D of the work.
 */
#ifndef SSL_TENSOR_KERNELS_CORRELATION_H
#define SSL_TENSOR_KERNELS_CORRELATION_H

#include "core/tensor/tape.h"

struct correlation {
	int n, d;
	double m;
	const struct tensor *a, *b;
	/* {N, N}: A A^T / m, B B^T / m; NULL if N >= D; the same pointer if A = B */
	real *gram_a, *gram_b;
	real *c;          /* {D, D}: C with its diagonal set to 0; NULL if N < D */
	double *diagonal; /* D: C_ii */
	double *off;      /* sum_{i != j} C_ij^2: a cell of the tape's scalars */
	real *column;     /* D: scratch for the gradients */
};

/* Computes the diagonal and `off`, and saves what the gradients need. The memory lives until the
 * tape is reset. b may be a. */
void correlation_init(struct correlation *x, struct tape *t, const struct tensor *a,
		      const struct tensor *b, double m);

/* The gradient of a loss with respect to C, in memory of the tape: dL/d(off), and dL/dC_ii for each i. */
struct correlation_slopes {
	double *off;      /* 1 */
	double *diagonal; /* D */
};
void correlation_slopes_init(struct correlation_slopes *s, struct tape *t, int d);

/* ga (+)= dL/dA. B is treated as independent of A: if A = B, the whole gradient is twice that.
 * correlation_grad_b() does the same for dL/dB. */
void correlation_grad_a(const struct correlation *x, const struct correlation_slopes *s,
			struct tensor *ga, int accumulate);
void correlation_grad_b(const struct correlation *x, const struct correlation_slopes *s,
			struct tensor *gb, int accumulate);

#endif
