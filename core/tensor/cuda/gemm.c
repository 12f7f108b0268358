#include "core/tensor/cuda/gemm.h"

static const size_t workspace_bytes = (size_t)32
				      << 20; /* what NVIDIA advises for its latest cards */

static int check(const struct cublas *api, int status, const char *function, struct error *err)
{
	if (status == BLAS_SUCCESS)
		return 0;
	return error_set(err, ERR_FAILED, "cuda: %s: %s", function, api->status_string(status));
}

static int set_up(struct cuda_blas *b, struct error *err)
{
	if (check(b->api, b->api->set_stream(b->handle, b->q->stream), "cublasSetStream", err) ||
	    cuda_alloc(b->q, workspace_bytes, &b->workspace, err))
		return -1;
	return check(b->api, b->api->set_workspace(b->handle, b->workspace, workspace_bytes),
		     "cublasSetWorkspace", err);
}

int cuda_blas_open(struct cuda_blas *b, const struct cublas *api, struct cuda_queue *q,
		   struct error *err)
{
	struct cuda_blas opened = {.api = api, .q = q};

	if (check(api, api->create(&opened.handle), "cublasCreate", err))
		return -1;
	if (set_up(&opened, err)) {
		cuda_blas_close(&opened);
		return -1;
	}
	*b = opened;
	return 0;
}

void cuda_blas_close(struct cuda_blas *b)
{
	b->api->destroy(b->handle);
	cuda_free(b->q, b->workspace);
	*b = (struct cuda_blas){0};
}

static int blas_type(enum cuda_type type)
{
	return type == CUDA_F64 ? BLAS_R_64F : type == CUDA_F32 ? BLAS_R_32F : BLAS_R_16BF;
}

static int compute_type(const struct cuda_product *p)
{
	if (p->in == CUDA_F64)
		return BLAS_COMPUTE_64F;
	return p->tf32 && p->in == CUDA_F32 ? BLAS_COMPUTE_32F_FAST_TF32 : BLAS_COMPUTE_32F;
}

/* A matrix stored by rows is its transpose stored by columns, so that
 * C^T = op(B)^T op(A)^T is what cuBLAS computes. */
int cuda_gemm(const struct cuda_blas *b, const struct cuda_product *p, struct error *err)
{
	const float alpha = (float)p->alpha, beta = (float)p->beta;
	const int in = blas_type(p->in), out = blas_type(p->out), wide = p->in == CUDA_F64;

	return check(b->api,
		     b->api->gemm_ex(b->handle, p->tb ? BLAS_OP_T : BLAS_OP_N,
				     p->ta ? BLAS_OP_T : BLAS_OP_N, p->n, p->m, p->k,
				     wide ? (const void *)&p->alpha : (const void *)&alpha, p->b,
				     in, p->ldb, p->a, in, p->lda,
				     wide ? (const void *)&p->beta : (const void *)&beta, p->c, out,
				     p->ldc, compute_type(p), BLAS_GEMM_DEFAULT),
		     "cublasGemmEx", err);
}
