/*
 * OpenBLAS, loaded when it is first needed: commands that multiply nothing neither wait for it nor fail
 * with it. It starts a thread for each core as it is loaded, unless it is told otherwise before, and
 * where a limit of the address space leaves no room for the buffer of a product it asks for ever: so
 * both are settled here. blas.c is the only door to cblas.h.
 */
#ifndef SSL_TENSOR_KERNELS_BLAS_H
#define SSL_TENSOR_KERNELS_BLAS_H

#include "core/base/error.h"

/* Loads it, and under a limit of the address space reserves the buffers of so many threads. To be
 * called before a computation, once parallel_set_threads() is; ERR_FAILED says what is short. Without
 * this call the library is loaded by the first product, and the process ends if it is not there. */
int blas_start(int threads, struct error *err);

/* "OpenBLAS 0.3.21 ... Haswell", or "unknown" where it cannot be loaded: for the record. */
const char *blas_name(void);

/* C = alpha op(A) op(B) + beta C, row-major, on the calling thread; ta/tb: 1 = transposed. */
void blas_sgemm(int ta, int tb, int m, int n, int k, float alpha, const float *a, int lda,
		const float *b, int ldb, float beta, float *c, int ldc);
void blas_dgemm(int ta, int tb, int m, int n, int k, double alpha, const double *a, int lda,
		const double *b, int ldb, double beta, double *c, int ldc);

/* LAPACK's dsyevd on the lower half of the n x n matrix `a`, column-major, which becomes the vectors where
 * job is 'V'; w: the values, ascending. work and iwork of the sizes that LAPACK's manual gives. Returns
 * its info: 0, or why there is no result. */
int blas_dsyevd(char job, int n, double *a, double *w, double *work, int lwork, int *iwork,
		int liwork);

#endif
