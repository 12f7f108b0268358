/*
 * Matrix products on a CUDA device, by cuBLAS.
 */
#ifndef SSL_TENSOR_CUDA_GEMM_H
#define SSL_TENSOR_CUDA_GEMM_H

#include "core/tensor/cuda/api.h"
#include "core/tensor/cuda/queue.h"

/* cuBLAS on one queue. It works in a workspace of its own, without which results could change from
 * run to run. */
struct cuda_blas {
	const struct cublas *api;
	void *handle, *workspace;
	struct cuda_queue *q;
};

int cuda_blas_open(struct cuda_blas *b, const struct cublas *api, struct cuda_queue *q,
                   struct error *err);
void cuda_blas_close(struct cuda_blas *b);

/* C = alpha op(A) op(B) + beta C for C {m, n}, stored by rows; ta, tb: 1: transposed. A and B are of
 * type `in`, C of type `out`, which is `in` or, for bf16, f32; sums are in f32, or in f64 for f64.
 * lda, ldb, ldc: the distance from a row to the next one, in elements. */
struct cuda_product {
	enum cuda_type in, out;
	int tf32; /* 1: factors in f32 may be rounded to tf32 */
	int ta, tb, m, n, k;
	double alpha, beta;
	const void *a, *b;
	void *c;
	int lda, ldb, ldc;
};
int cuda_gemm(const struct cuda_blas *b, const struct cuda_product *p, struct error *err);

#endif
