/* What correlation.cu and losses.cu share: products of matrices of `real` in a device's memory. */
#ifndef SSL_TENSOR_CUDA_LOSSES_H
#define SSL_TENSOR_CUDA_LOSSES_H

#include "core/tensor/cuda/device.h"

/* C {m, n} = alpha op(A) op(B), or C + that, for matrices stored by rows without gaps: A is {m, k}, or
 * {k, m} if ta; B is {k, n}, or {n, k} if tb. */
static inline void cuda_multiply(struct cuda_device *d, int ta, int tb, int m, int n, int k,
                                 double alpha, const real *a, const real *b, int accumulate, real *c)
{
	struct cuda_product p = {};
	struct error err;

	if (cuda_failed(d))
		return;
	p.in = p.out = CUDA_REAL;
	p.ta = ta;
	p.tb = tb;
	p.m = m;
	p.n = n;
	p.k = k;
	p.alpha = alpha;
	p.beta = accumulate;
	p.a = a;
	p.lda = ta ? m : k;
	p.b = b;
	p.ldb = tb ? k : n;
	p.c = c;
	p.ldc = n;
	cuda_check(d, cuda_gemm(&d->blas, &p, &err), &err);
}

#endif
