#include "core/tensor/kernels/linear.h"

#include "core/base/parallel.h"
#include "core/tensor/kernels/gemm.h"
#include "core/tensor/memory.h"

enum { VALUES = 1 << 14, COLUMNS = 64 };

struct bias {
	real *to;
	const real *from;
	size_t rows;
	int cols;
};

static void add_bias(void *ctx, const struct range *range)
{
	const struct bias *j = ctx;

	for (size_t r = range->from; r < range->to; r++)
		for (int c = 0; c < j->cols; c++)
			j->to[r * (size_t)j->cols + (size_t)c] += j->from[c];
}

void linear_forward(const struct tensor *x, const struct tensor *w, const struct tensor *b,
		    struct tensor *y, enum precision p)
{
	int n = x->shape[0], k = tensor_cols(x), o = w->shape[0];

	(void)p;
	gemm(0, 1, n, o, k, 1, x->mem->data, k, w->mem->data, k, 0, y->mem->data, o);
	if (b) {
		struct bias j = {y->mem->data, b->mem->data, (size_t)n, o};

		parallel_range(1, (size_t)n, (size_t)(1 + VALUES / (o + 1)), add_bias, &j);
	}
}

void linear_backward_data(const struct tensor *dy, const struct tensor *w, struct tensor *dx,
			  int accumulate, enum precision p)
{
	int n = (int)tensor_rows(dy), o = w->shape[0], k = w->shape[1];

	(void)p;
	gemm(0, 0, n, k, o, 1, dy->mem->data, o, w->mem->data, k, (real)accumulate, dx->mem->data,
	     k);
}

void linear_backward_weights(const struct tensor *x, const struct tensor *dy, struct tensor *dw,
			     int accumulate, enum precision p)
{
	int n = (int)tensor_rows(dy), o = dw->shape[0], k = dw->shape[1];

	(void)p;
	gemm(1, 0, o, k, n, 1, dy->mem->data, o, x->mem->data, k, (real)accumulate, dw->mem->data,
	     k);
}

static void bias_grad(void *ctx, const struct range *range)
{
	const struct bias *j = ctx;
	size_t from = range->from;
	int n = (int)(range->to - from);
	double sum[COLUMNS] = {0};

	for (size_t r = 0; r < j->rows; r++)
		for (int c = 0; c < n; c++)
			sum[c] += (double)j->from[r * (size_t)j->cols + (from + (size_t)c)];
	for (int c = 0; c < n; c++)
		j->to[from + (size_t)c] += (real)sum[c];
}

void linear_backward_bias(const struct tensor *dy, struct tensor *db, int accumulate)
{
	struct bias j = {db->mem->data, dy->mem->data, tensor_rows(dy), tensor_cols(dy)};

	if (!accumulate)
		tensor_zero(db);
	parallel_range(1, (size_t)j.cols, COLUMNS, bias_grad, &j);
}

void matmul(int ta, int tb, double alpha, const struct tensor *a, const struct tensor *b,
	    struct tensor *c, int accumulate)
{
	gemm(ta, tb, c->shape[0], c->shape[1], a->shape[!ta], (real)alpha, a->mem->data,
	     a->shape[1], b->mem->data, b->shape[1], (real)accumulate, c->mem->data, c->shape[1]);
}
