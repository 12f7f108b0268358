#include "core/tensor/kernels/rows.h"

#include <math.h>

#include "core/base/parallel.h"
#include "core/tensor/kernels/gemm.h"
#include "core/tensor/memory.h"

/* A job whose parts are rows. */
struct rows {
	const real *x, *y, *dy;
	real *out;
	double *save, eps;
	const double *saved;
	int cols, accumulate;
	const int *labels;
};

static void l2_row(void *ctx, int r)
{
	const struct rows *j = ctx;
	size_t at = (size_t)r * (size_t)j->cols;
	double norm = sqrt(dot(j->x + at, j->x + at, (size_t)j->cols));
	double by = norm > j->eps ? norm : j->eps;

	j->save[r] = norm > j->eps ? norm : -j->eps;
	for (int c = 0; c < j->cols; c++)
		j->out[at + (size_t)c] = (real)((double)j->x[at + (size_t)c] / by);
}

void l2_normalize_forward(const struct tensor *x, double eps, double *norm, struct tensor *y)
{
	struct rows j = {.x = x->mem->data,
			 .out = y->mem->data,
			 .save = norm,
			 .eps = eps,
			 .cols = tensor_cols(x)};

	parallel_for((int)tensor_rows(x), l2_row, &j);
}

static void l2_row_grad(void *ctx, int r)
{
	const struct rows *j = ctx;
	size_t at = (size_t)r * (size_t)j->cols;
	double by = fabs(j->saved[r]), along = 0;

	if (j->saved[r] > 0)
		along = dot(j->y + at, j->dy + at, (size_t)j->cols);
	for (int c = 0; c < j->cols; c++, at++)
		j->out[at] = (j->accumulate ? j->out[at] : 0) +
			     (real)(((double)j->dy[at] - along * (double)j->y[at]) / by);
}

void l2_normalize_backward(const struct tensor *y, const struct tensor *dy, const double *norm,
			   struct tensor *dx, int accumulate)
{
	struct rows j = {.y = y->mem->data,
			 .dy = dy->mem->data,
			 .out = dx->mem->data,
			 .saved = norm,
			 .cols = tensor_cols(y),
			 .accumulate = accumulate};

	parallel_for((int)tensor_rows(y), l2_row_grad, &j);
}

struct center {
	const real *x;
	real *out;
	size_t rows;
	int cols, accumulate;
};

enum { COLUMNS = 64 };

static void center_column_range(void *ctx, const struct range *range)
{
	const struct center *j = ctx;
	size_t stride = (size_t)j->cols, from = range->from;
	int n = (int)(range->to - from);
	double mean[COLUMNS] = {0};

	for (size_t r = 0; r < j->rows; r++)
		for (int c = 0; c < n; c++)
			mean[c] += (double)j->x[r * stride + (from + (size_t)c)];
	for (int c = 0; c < n; c++)
		mean[c] /= (double)j->rows;
	for (size_t r = 0; r < j->rows; r++)
		for (int c = 0; c < n; c++) {
			size_t at = r * stride + (from + (size_t)c);

			j->out[at] =
			    (j->accumulate ? j->out[at] : 0) + (real)((double)j->x[at] - mean[c]);
		}
}

void center_columns(const struct tensor *x, struct tensor *out, int accumulate)
{
	struct center j = {x->mem->data, out->mem->data, tensor_rows(x), tensor_cols(x),
			   accumulate};

	parallel_range(1, (size_t)j.cols, COLUMNS, center_column_range, &j);
}

static void center_one_row(void *ctx, int r)
{
	const struct center *j = ctx;
	size_t from = (size_t)r * (size_t)j->cols, to = from + (size_t)j->cols;
	double mean = 0;

	for (size_t i = from; i < to; i++)
		mean += (double)j->x[i] / j->cols;
	for (size_t i = from; i < to; i++)
		j->out[i] = (j->accumulate ? j->out[i] : 0) + (real)((double)j->x[i] - mean);
}

void center_rows(const struct tensor *x, struct tensor *out, int accumulate)
{
	struct center j = {.x = x->mem->data,
			   .out = out->mem->data,
			   .cols = tensor_cols(x),
			   .accumulate = accumulate};

	parallel_for((int)tensor_rows(x), center_one_row, &j);
}

/* Writes p and the row's loss. */
static void softmax_row(void *ctx, int r)
{
	const struct rows *j = ctx;
	const real *x = j->x + (size_t)r * (size_t)j->cols;
	real *p = j->out + (size_t)r * (size_t)j->cols;
	double max = (double)x[0], sum = 0;

	for (int c = 1; c < j->cols; c++)
		max = fmax(max, (double)x[c]);
	for (int c = 0; c < j->cols; c++)
		sum += exp((double)x[c] - max);
	for (int c = 0; c < j->cols; c++)
		p[c] = (real)(exp((double)x[c] - max) / sum);
	j->save[r] = log(sum) + max - (double)x[j->labels[r]];
}

void cross_entropy_forward(const struct tensor *x, const int *labels, real *p, double *row_loss,
			   struct tensor *loss)
{
	struct rows j = {.x = x->mem->data,
			 .out = p,
			 .save = row_loss,
			 .cols = tensor_cols(x),
			 .labels = labels};
	double sum = 0;
	int n = x->shape[0];

	parallel_for(n, softmax_row, &j);
	for (int i = 0; i < n; i++)
		sum += row_loss[i];
	loss->mem->data[0] = (real)(sum / n);
}

void cross_entropy_backward(const real *p, const int *labels, const struct tensor *dloss,
			    struct tensor *dx, int accumulate)
{
	int cols = tensor_cols(dx);
	real *to = dx->mem->data, scale = dloss->mem->data[0] / (real)dx->shape[0];

	for (int r = 0; r < dx->shape[0]; r++)
		for (int c = 0; c < cols; c++) {
			size_t at = (size_t)r * (size_t)cols + (size_t)c;
			real d = scale * (p[at] - (real)(c == labels[r]));

			to[at] = (accumulate ? to[at] : 0) + d;
		}
}
