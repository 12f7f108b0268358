/*
 * C = A^T B / m for A, B {N, D}, and what Barlow Twins and VICReg ask of it: its diagonal, the sum
 * of squares off its diagonal, and the gradient of a function of these. When N < D, C is never
 * formed:
 *
 *     ||A^T B||^2 = <A A^T, B B^T>        d||A^T B||^2 / dA = 2 (B B^T) A
 *
 * needs only N x N matrices, and takes a fraction N / D of the work.
 */
#ifndef SSL_METHODS_CORRELATION_H
#define SSL_METHODS_CORRELATION_H

#include "core/tensor/tape.h"

struct correlation {
	int n, d;
	double m;
	const real *a, *b;
	real *gram_a,
	    *gram_b;      /* {N, N}: A A^T / m, B B^T / m; NULL when N >= D; equal when A = B */
	real *c;          /* {D, D}: C with its diagonal set to 0; NULL when N < D */
	double *diagonal; /* D: C_ii */
	double off;       /* sum_{i != j} C_ij^2 */
	real *column;     /* D: scratch of the gradients */
};

/* Memory comes from the tape's step. b may be a. */
void correlation_init(struct correlation *x, struct tape *t, const struct tensor *a,
		      const struct tensor *b, double m);

/* ga <- beta ga + dL/dA for dL/d(off) = off_grad and dL/dC_ii = diagonal_grad[i], as if B did not
 * depend on A: with A = B the whole gradient is twice that. correlation_grad_b(): dL/dB. */
void correlation_grad_a(const struct correlation *x, double off_grad, const double *diagonal_grad,
			int beta, real *ga);
void correlation_grad_b(const struct correlation *x, double off_grad, const double *diagonal_grad,
			int beta, real *gb);

#endif
