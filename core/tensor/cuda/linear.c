/* The matrix products of struct kernels, by cuBLAS. In bf16 the factors are rounded to it first,
 * and the product is in f32. */
#include "core/tensor/cuda/bias.h"
#include "core/tensor/cuda/device.h"
#include "core/tensor/cuda/kernels.h"
#include "core/tensor/cuda/layout.h"

enum { PART = 256 /* alignment of a part of the workspace */ };

static size_t half_bytes(const struct tensor *t)
{
	return (t->n * cuda_type_bytes(CUDA_BF16) + PART - 1) / PART * PART;
}

/* A factor in bf16, at `to` if it has to be rounded. */
static const void *rounded(const struct tensor *t, void *to)
{
	if (cuda_type_of(t) == CUDA_BF16)
		return cuda_values(t);
	cuda_pad_columns(cuda_queue_of(t), cuda_values(t), CUDA_REAL, to, CUDA_BF16, tensor_rows(t),
			 tensor_cols(t), tensor_cols(t));
	return to;
}

/* c = alpha op(a) op(b) + beta c */
static void product(int ta, int tb, double alpha, const struct tensor *a, const struct tensor *b,
		    struct tensor *c, int accumulate, enum precision p)
{
	struct cuda_device *d = cuda_of(c);
	const int ra = (int)tensor_rows(a), ca = tensor_cols(a);
	const int rb = (int)tensor_rows(b), cb = tensor_cols(b);
	struct cuda_product x = {.in = CUDA_REAL,
				 .out = CUDA_REAL,
				 .tf32 = p == PRECISION_TF32,
				 .ta = ta,
				 .tb = tb,
				 .m = ta ? ca : ra,
				 .n = tb ? rb : cb,
				 .k = ta ? ra : ca,
				 .alpha = alpha,
				 .beta = accumulate,
				 .a = cuda_values(a),
				 .b = cuda_values(b),
				 .c = cuda_values(c),
				 .lda = ca,
				 .ldb = cb,
				 .ldc = tb ? rb : cb};
	struct error err;

	if (cuda_failed(d))
		return;
	if (p == PRECISION_BF16) {
		char *room = cuda_workspace(d, half_bytes(a) + half_bytes(b));

		if (!room)
			return;
		x.in = CUDA_BF16;
		x.a = rounded(a, room);
		x.b = rounded(b, room + half_bytes(a));
	}
	cuda_check(d, cuda_gemm(&d->blas, &x, &err), &err);
}

void cuda_linear_forward(const struct tensor *x, const struct tensor *w, const struct tensor *b,
			 struct tensor *y, enum precision p)
{
	product(0, 1, 1, x, w, y, 0, p);
	if (b)
		cuda_bias_add(cuda_queue_of(y), y->mem->data, b->mem->data, tensor_rows(y),
			      tensor_cols(y));
}

void cuda_linear_backward_data(const struct tensor *dy, const struct tensor *w, struct tensor *dx,
			       int accumulate, enum precision p)
{
	product(0, 0, 1, dy, w, dx, accumulate, p);
}

void cuda_linear_backward_weights(const struct tensor *x, const struct tensor *dy,
				  struct tensor *dw, int accumulate, enum precision p)
{
	product(1, 0, 1, dy, x, dw, accumulate, p);
}

void cuda_linear_backward_bias(const struct tensor *dy, struct tensor *db, int accumulate)
{
	cuda_bias_grad(cuda_queue_of(dy), dy->mem->data, db->mem->data, tensor_rows(dy),
		       tensor_cols(dy), accumulate);
}

void cuda_matmul(int ta, int tb, double alpha, const struct tensor *a, const struct tensor *b,
		 struct tensor *c, int accumulate)
{
	product(ta, tb, alpha, a, b, c, accumulate, PRECISION_F32);
}
