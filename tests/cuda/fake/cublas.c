/* The stand-in for cuBLAS; see fake.h. */
#include <stdlib.h>

#include "core/tensor/cuda/api.h"
#include "tests/cuda/fake/fake.h"

enum { NOT_INITIALIZED = 1, INVALID_VALUE = 7, INTERNAL_ERROR = 14, NOT_SUPPORTED = 15 };

struct handle {
	void *stream, *workspace;
	size_t bytes;
};

static long live;

long fake_live(void);
long fake_live(void)
{
	return live;
}

int cublasCreate_v2(void **handle);
int cublasCreate_v2(void **handle)
{
	if (shim_fails("cublasCreate"))
		return NOT_INITIALIZED;
	*handle = calloc(1, sizeof(struct handle));
	live++;
	return BLAS_SUCCESS;
}

int cublasDestroy_v2(void *handle);
int cublasDestroy_v2(void *handle)
{
	live -= handle != NULL;
	free(handle);
	return BLAS_SUCCESS;
}

int cublasSetStream_v2(void *handle, void *stream);
int cublasSetStream_v2(void *handle, void *stream)
{
	if (shim_fails("cublasSetStream"))
		return INTERNAL_ERROR;
	((struct handle *)handle)->stream = stream;
	return stream ? BLAS_SUCCESS : INVALID_VALUE;
}

int cublasSetWorkspace_v2(void *handle, void *workspace, size_t bytes);
int cublasSetWorkspace_v2(void *handle, void *workspace, size_t bytes)
{
	struct handle *h = handle;

	if (shim_fails("cublasSetWorkspace"))
		return INTERNAL_ERROR;
	if (!fake_holds(workspace, bytes, 256))
		return INVALID_VALUE;
	h->workspace = workspace;
	h->bytes = bytes;
	return BLAS_SUCCESS;
}

int cublasGetVersion_v2(void *handle, int *version);
int cublasGetVersion_v2(void *handle, int *version)
{
	(void)handle;
	*version = 130000;
	return BLAS_SUCCESS;
}

const char *cublasGetStatusString(int status);
const char *cublasGetStatusString(int status)
{
	switch (status) {
	case BLAS_SUCCESS:
		return "CUBLAS_STATUS_SUCCESS";
	case NOT_INITIALIZED:
		return "CUBLAS_STATUS_NOT_INITIALIZED";
	case INVALID_VALUE:
		return "CUBLAS_STATUS_INVALID_VALUE";
	case NOT_SUPPORTED:
		return "CUBLAS_STATUS_NOT_SUPPORTED";
	default:
		return "CUBLAS_STATUS_INTERNAL_ERROR";
	}
}

static int type_of(int type, enum fake_type *t)
{
	*t = type == BLAS_R_64F ? FAKE_F64 : type == BLAS_R_32F ? FAKE_F32 : FAKE_BF16;
	return type == BLAS_R_64F || type == BLAS_R_32F || type == BLAS_R_16BF;
}

/* A matrix stored by columns: rows x columns with op applied. */
struct matrix {
	char *p;
	enum fake_type type;
	int transposed, rows, columns, ld;
};

static size_t at(const struct matrix *x, int row, int column)
{
	return x->transposed ? (size_t)row * (size_t)x->ld + (size_t)column
			     : (size_t)column * (size_t)x->ld + (size_t)row;
}

static int is_valid(const struct matrix *x)
{
	const int stored_rows = x->transposed ? x->columns : x->rows;

	return x->rows > 0 && x->columns > 0 && x->ld >= stored_rows &&
	       fake_holds(x->p, (at(x, x->rows - 1, x->columns - 1) + 1) * fake_bytes(x->type),
			  fake_bytes(x->type));
}

/* A factor as the unit that multiplies sees it: tf32 has 10 bits after the leading one. */
static double factor(const struct matrix *x, int row, int column, int tf32)
{
	const float f = (float)fake_get(x->type, x->p, at(x, row, column));
	uint32_t u;
	float rounded;

	if (!tf32)
		return fake_get(x->type, x->p, at(x, row, column));
	memcpy(&u, &f, sizeof u);
	u = (u + 0xfff + (u >> 13 & 1)) & ~(uint32_t)0x1fff;
	memcpy(&rounded, &u, sizeof rounded);
	return (double)rounded;
}

static void multiply(const struct matrix *a, const struct matrix *b, struct matrix *c, double alpha,
		     double beta, int tf32)
{
	for (int i = 0; i < c->rows; i++)
		for (int j = 0; j < c->columns; j++) {
			double sum = 0;

			for (int k = 0; k < a->columns; k++)
				sum += factor(a, i, k, tf32) * factor(b, k, j, tf32);
			sum *= alpha;
			if (beta != 0)
				sum += beta * fake_get(c->type, c->p, at(c, i, j));
			fake_set(c->type, c->p, at(c, i, j), sum);
		}
}

int cublasGemmEx(void *handle, int op_a, int op_b, int m, int n, int k, const void *alpha,
		 const void *a, int type_a, int lda, const void *b, int type_b, int ldb,
		 const void *beta, void *c, int type_c, int ldc, int compute, int algorithm);
int cublasGemmEx(void *handle, int op_a, int op_b, int m, int n, int k, const void *alpha,
		 const void *a, int type_a, int lda, const void *b, int type_b, int ldb,
		 const void *beta, void *c, int type_c, int ldc, int compute, int algorithm)
{
	const struct handle *h = handle;
	struct matrix ma = {.p = (char *)(uintptr_t)a,
			    .transposed = op_a == BLAS_OP_T,
			    .rows = m,
			    .columns = k,
			    .ld = lda};
	struct matrix mb = {.p = (char *)(uintptr_t)b,
			    .transposed = op_b == BLAS_OP_T,
			    .rows = k,
			    .columns = n,
			    .ld = ldb};
	struct matrix mc = {.p = c, .rows = m, .columns = n, .ld = ldc};
	const int wide = compute == BLAS_COMPUTE_64F, tf32 = compute == BLAS_COMPUTE_32F_FAST_TF32;

	if (shim_fails("cublasGemmEx"))
		return INTERNAL_ERROR;
	if (!h->stream || !h->workspace || !type_of(type_a, &ma.type) ||
	    !type_of(type_b, &mb.type) || !type_of(type_c, &mc.type) ||
	    algorithm != BLAS_GEMM_DEFAULT || op_a < 0 || op_a > 1 || op_b < 0 || op_b > 1)
		return INVALID_VALUE;
	if (ma.type != mb.type || wide != (ma.type == FAKE_F64) || wide != (mc.type == FAKE_F64) ||
	    (!wide && !tf32 && compute != BLAS_COMPUTE_32F) || (tf32 && ma.type != FAKE_F32) ||
	    (ma.type == FAKE_F32 && mc.type == FAKE_BF16))
		return NOT_SUPPORTED;
	if (!is_valid(&ma) || !is_valid(&mb) || !is_valid(&mc))
		return INVALID_VALUE;
	memset(h->workspace, 0xff, h->bytes < 65536 ? h->bytes : 65536);
	multiply(&ma, &mb, &mc, wide ? *(const double *)alpha : (double)*(const float *)alpha,
		 wide ? *(const double *)beta : (double)*(const float *)beta, tf32);
	return BLAS_SUCCESS;
}
