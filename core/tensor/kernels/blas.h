/*
 * OpenBLAS, loaded when it is first needed, so that commands without matrix products neither wait
 * for it nor fail because of it. This module works around two properties of the library: it starts
 * a thread for each core when it is loaded, unless OPENBLAS_NUM_THREADS is set; and if a limit of
 * the address space leaves no room for the buffer of a product, it retries forever. Only blas.c
 * includes cblas.h.
 */
#ifndef SSL_TENSOR_KERNELS_BLAS_H
#define SSL_TENSOR_KERNELS_BLAS_H

#include "core/base/error.h"

/* Loads the library and, under a limit of the address space, reserves buffers for `threads`
 * threads. Call it before a computation and after parallel_set_threads(). ERR_FAILED if the library
 * cannot be loaded or the address space is too small. Without this call the first product loads the
 * library, and the process exits if that fails. */
int blas_start(int threads, struct error *err);

/* The configuration, to be recorded: "OpenBLAS 0.3.21 ... Haswell", or "unknown" if the library
 * cannot be loaded. */
const char *blas_name(void);

/* C = alpha op(A) op(B) + beta C, row-major, on the calling thread; ta/tb: 1 = transposed. */
void blas_sgemm(int ta, int tb, int m, int n, int k, float alpha, const float *a, int lda,
		const float *b, int ldb, float beta, float *c, int ldc);
void blas_dgemm(int ta, int tb, int m, int n, int k, double alpha, const double *a, int lda,
		const double *b, int ldb, double beta, double *c, int ldc);

/* LAPACK's dsyevd on the lower half of the n x n matrix `a`, column-major. If job is 'V', the
 * eigenvectors replace it. w[n]: the eigenvalues, ascending. work and iwork have the sizes that
 * LAPACK's manual prescribes. Returns LAPACK's info: 0, or the reason of the failure. */
int blas_dsyevd(char job, int n, double *a, double *w, double *work, int lwork, int *iwork,
		int liwork);

#endif
