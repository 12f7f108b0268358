/*
 * Row-major matrix products with OpenBLAS (blas.h). The work is divided into blocks that depend
 * only on the shapes, and OpenBLAS runs with one thread inside each block, so the result has the
 * same bits with any number of threads. Thin shapes, where a BLAS call costs more than its
 * arithmetic, are computed by the micro-kernel of panel.h.
 */
#ifndef SSL_TENSOR_KERNELS_GEMM_H
#define SSL_TENSOR_KERNELS_GEMM_H

#include "core/base/real.h"

/* C = alpha op(A) op(B) + beta C, where op(A) is M x K and op(B) is K x N; ta/tb: 1 = transposed.
 * lda, ldb, ldc are the row strides as stored. If beta is 0, C is not read. */
void gemm(int ta, int tb, int m, int n, int k, real alpha, const real *a, int lda, const real *b,
	  int ldb, real beta, real *c, int ldc);

/* As gemm(), on the calling thread only: for use inside parallel_for(). */
void gemm_serial(int ta, int tb, int m, int n, int k, real alpha, const real *a, int lda,
		 const real *b, int ldb, real beta, real *c, int ldc);

/* As gemm_serial(), in double whatever `real` is: for the solvers of probes. */
void gemm_serial_double(int ta, int tb, int m, int n, int k, double alpha, const double *a, int lda,
			const double *b, int ldb, double beta, double *c, int ldc);

/* <a, b>, summed in double in fixed chunks. */
double dot(const real *a, const real *b, unsigned long n);

#endif
