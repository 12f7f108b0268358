/*
 * Matrix products, on OpenBLAS (blas.h). Row-major. The work is cut into blocks by
 * the shapes alone and OpenBLAS runs single-threaded inside each block, so the result has the same
 * bits at any number of threads. Small or thin shapes, where a BLAS call costs more than its
 * arithmetic, are served by a micro-kernel of our own.
 */
#ifndef SSL_TENSOR_KERNELS_GEMM_H
#define SSL_TENSOR_KERNELS_GEMM_H

#include "core/base/real.h"

/* C = alpha op(A) op(B) + beta C, where op(A) is M x K and op(B) is K x N; ta/tb: 1 = transposed.
 * lda, ldb, ldc are the row strides as stored. beta 0 never reads C. */
void gemm(int ta, int tb, int m, int n, int k, real alpha, const real *a, int lda, const real *b,
	  int ldb, real beta, real *c, int ldc);

/* The same on the calling thread only, for use inside parallel_for(). */
void gemm_serial(int ta, int tb, int m, int n, int k, real alpha, const real *a, int lda,
		 const real *b, int ldb, real beta, real *c, int ldc);

/* gemm_serial() in double whatever `real` is: the solvers of probes. */
void gemm_serial_double(int ta, int tb, int m, int n, int k, double alpha, const double *a, int lda,
			const double *b, int ldb, double beta, double *c, int ldc);

/* y = x^T x and friends need no more than this: <a, b> summed in double, in fixed chunks. */
double dot(const real *a, const real *b, unsigned long n);

#endif
