/* Sums, norms and losses. Sums are computed in double, over fixed chunks, in order. */
#include <math.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/ops/chunk.h"
#include "core/ops/ops.h"
#include "core/tensor/kernels/gemm.h"

struct sum_job {
	const real *x;
	size_t n;
	int squares;
	double *part;
};

static void sum_chunk(void *ctx, int i)
{
	const struct sum_job *j = ctx;
	const real *x = j->x + chunk_from(i);
	size_t n = chunk_to(i, j->n) - chunk_from(i);
	double sum = 0;

	if (j->squares)
		sum = dot(x, x, n);
	else
		for (size_t k = 0; k < n; k++)
			sum += (double)x[k];
	j->part[i] = sum;
}

static double sum_all(struct tape *t, const struct tensor *x, int squares)
{
	struct sum_job j = {x->data, x->n, squares, NULL};
	double sum = 0;

	j.part = tape_alloc(t, (size_t)chunk_count(x->n) * sizeof *j.part);
	parallel_for(chunk_count(x->n), sum_chunk, &j);
	for (int i = 0; i < chunk_count(x->n); i++)
		sum += j.part[i];
	return sum;
}

/* dx (+)= a x + b */
struct fill_job {
	real *dx;
	const real *x;
	size_t n;
	real a, b;
	int accumulate;
};

static void fill_chunk(void *ctx, int i)
{
	const struct fill_job *j = ctx;

	for (size_t k = chunk_from(i), to = chunk_to(i, j->n); k < to; k++)
		j->dx[k] = (j->accumulate ? j->dx[k] : 0) + (j->a * j->x[k] + j->b);
}

static void fill(struct tensor *x, real a, real b)
{
	struct fill_job j = {.x = x->data, .n = x->n, .a = a, .b = b};

	j.dx = tape_grad(x, &j.accumulate);
	parallel_for(chunk_count(x->n), fill_chunk, &j);
}

static struct tensor *scalar(struct tape *t, double v)
{
	struct tensor *y = tensor_new1(&t->arena, 1);

	y->data[0] = (real)v;
	return y;
}

/* y = sum x;  dx = dy */
static void sum_backward(struct tensor *out)
{
	fill(out->in[0], 0, out->grad[0]);
}

static const struct op sum_op = {"sum", sum_backward};

struct tensor *op_sum(struct tape *t, struct tensor *x)
{
	return tape_append(t, &sum_op, scalar(t, sum_all(t, x, 0)), &x, 1);
}

/* y = sum x / n;  dx = dy / n */
static void mean_backward(struct tensor *out)
{
	fill(out->in[0], 0, out->grad[0] / (real)out->in[0]->n);
}

static const struct op mean_op = {"mean", mean_backward};

struct tensor *op_mean(struct tape *t, struct tensor *x)
{
	return tape_append(t, &mean_op, scalar(t, sum_all(t, x, 0) / (double)x->n), &x, 1);
}

/* y = sum x^2;  dx = 2 x dy */
static void sum_squares_backward(struct tensor *out)
{
	fill(out->in[0], 2 * out->grad[0], 0);
}

static const struct op sum_squares_op = {"sum_squares", sum_squares_backward};

struct tensor *op_sum_squares(struct tape *t, struct tensor *x)
{
	return tape_append(t, &sum_squares_op, scalar(t, sum_all(t, x, 1)), &x, 1);
}

/* y_r = x_r / max(||x_r||, eps);  dx_r = (dy_r - y_r <y_r, dy_r>) / ||x_r||, or dy_r / eps if the
 * norm is not above eps. save: the divisor of each row, negative if it is eps. */
struct rows_job {
	const real *x, *y, *dy;
	real *out;
	double *save, eps;
	int cols, accumulate;
	const int *labels;
};

static void l2_row(void *ctx, int r)
{
	const struct rows_job *j = ctx;
	size_t at = (size_t)r * (size_t)j->cols;
	double norm = sqrt(dot(j->x + at, j->x + at, (size_t)j->cols));
	double by = norm > j->eps ? norm : j->eps;

	j->save[r] = norm > j->eps ? norm : -j->eps;
	for (int c = 0; c < j->cols; c++)
		j->out[at + (size_t)c] = (real)((double)j->x[at + (size_t)c] / by);
}

static void l2_row_grad(void *ctx, int r)
{
	const struct rows_job *j = ctx;
	size_t at = (size_t)r * (size_t)j->cols;
	double by = fabs(j->save[r]), along = 0;

	if (j->save[r] > 0)
		along = dot(j->y + at, j->dy + at, (size_t)j->cols);
	for (int c = 0; c < j->cols; c++, at++)
		j->out[at] = (j->accumulate ? j->out[at] : 0) +
			     (real)(((double)j->dy[at] - along * (double)j->y[at]) / by);
}

static void l2_backward(struct tensor *out)
{
	struct rows_job j = {
	    .y = out->data, .dy = out->grad, .save = out->save, .cols = tensor_cols(out)};

	j.out = tape_grad(out->in[0], &j.accumulate);
	parallel_for((int)tensor_rows(out), l2_row_grad, &j);
}

static const struct op l2_op = {"l2_normalize", l2_backward};

struct tensor *op_l2_normalize(struct tape *t, struct tensor *x, double eps)
{
	struct tensor *y = tensor_new(&t->arena, x->ndim, x->shape);
	struct rows_job j = {.x = x->data, .out = y->data, .eps = eps, .cols = tensor_cols(x)};

	j.save = tape_alloc(t, tensor_rows(x) * sizeof *j.save);
	parallel_for((int)tensor_rows(x), l2_row, &j);
	tape_append(t, &l2_op, y, &x, 1);
	y->save = j.save;
	return y;
}

/* out (+)= x minus its column means, for a block of columns. The op is its own backward. */
struct center_job {
	const real *x;
	real *out;
	size_t rows;
	int cols, accumulate;
};

enum { COLUMNS = 64 };

static void center_columns(void *ctx, int i)
{
	const struct center_job *j = ctx;
	size_t stride = (size_t)j->cols;
	int from = i * COLUMNS, n = j->cols - from < COLUMNS ? j->cols - from : COLUMNS;
	double mean[COLUMNS] = {0};

	for (size_t r = 0; r < j->rows; r++)
		for (int c = 0; c < n; c++)
			mean[c] += (double)j->x[r * stride + (size_t)(from + c)];
	for (int c = 0; c < n; c++)
		mean[c] /= (double)j->rows;
	for (size_t r = 0; r < j->rows; r++)
		for (int c = 0; c < n; c++) {
			size_t at = r * stride + (size_t)(from + c);

			j->out[at] =
			    (j->accumulate ? j->out[at] : 0) + (real)((double)j->x[at] - mean[c]);
		}
}

static void center(struct center_job j)
{
	parallel_for((j.cols + COLUMNS - 1) / COLUMNS, center_columns, &j);
}

/* y = x - mean over rows;  dx = dy - mean over rows of dy */
static void center_backward(struct tensor *out)
{
	struct center_job j = {.x = out->grad, .rows = tensor_rows(out), .cols = tensor_cols(out)};

	j.out = tape_grad(out->in[0], &j.accumulate);
	center(j);
}

static const struct op center_op = {"center", center_backward};

struct tensor *op_center(struct tape *t, struct tensor *x)
{
	struct tensor *y = tensor_new(&t->arena, x->ndim, x->shape);

	center((struct center_job){x->data, y->data, tensor_rows(x), tensor_cols(x), 0});
	return tape_append(t, &center_op, y, &x, 1);
}

/* y_r = x_r - mean of x_r;  dx_r = dy_r - mean of dy_r */
static void center_one_row(void *ctx, int r)
{
	const struct center_job *j = ctx;
	size_t from = (size_t)r * (size_t)j->cols, to = from + (size_t)j->cols;
	double mean = 0;

	for (size_t i = from; i < to; i++)
		mean += (double)j->x[i] / j->cols;
	for (size_t i = from; i < to; i++)
		j->out[i] = (j->accumulate ? j->out[i] : 0) + (real)((double)j->x[i] - mean);
}

static void center_rows_backward(struct tensor *out)
{
	struct center_job j = {.x = out->grad, .cols = tensor_cols(out)};

	j.out = tape_grad(out->in[0], &j.accumulate);
	parallel_for((int)tensor_rows(out), center_one_row, &j);
}

static const struct op center_rows_op = {"center_rows", center_rows_backward};

struct tensor *op_center_rows(struct tape *t, struct tensor *x)
{
	struct tensor *y = tensor_new(&t->arena, x->ndim, x->shape);
	struct center_job j = {.x = x->data, .out = y->data, .cols = tensor_cols(x)};

	parallel_for((int)tensor_rows(x), center_one_row, &j);
	return tape_append(t, &center_rows_op, y, &x, 1);
}

/* loss = mean over rows of -log p[label], p = softmax(x);  dx = dloss (p - onehot) / N.
 * Computes p, which is saved for backward, and the row's loss in j->save. */
static void softmax_row(void *ctx, int r)
{
	const struct rows_job *j = ctx;
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

struct cross_entropy_save {
	const real *p;
	const int *labels;
};

static void cross_entropy_backward(struct tensor *out)
{
	const struct cross_entropy_save *s = out->save;
	struct tensor *x = out->in[0];
	int accumulate, cols = tensor_cols(x);
	real *dx = tape_grad(x, &accumulate), scale = out->grad[0] / (real)x->shape[0];

	for (int r = 0; r < x->shape[0]; r++)
		for (int c = 0; c < cols; c++) {
			size_t at = (size_t)r * (size_t)cols + (size_t)c;
			real d = scale * (s->p[at] - (real)(c == s->labels[r]));

			dx[at] = (accumulate ? dx[at] : 0) + d;
		}
}

static const struct op cross_entropy_op = {"cross_entropy", cross_entropy_backward};

struct tensor *op_cross_entropy(struct tape *t, struct tensor *x, const int *labels)
{
	int n = x->shape[0], cols = tensor_cols(x);
	struct rows_job j = {.x = x->data, .cols = cols};
	struct cross_entropy_save *s = tape_alloc(t, sizeof *s);
	int *copy = tape_alloc(t, (size_t)n * sizeof *copy);
	struct tensor *y;
	double loss = 0;

	if (x->ndim != 2 || n < 1)
		BUG("cross-entropy of a tensor of %d dimensions", x->ndim);
	for (int i = 0; i < n; i++)
		if (labels[i] < 0 || labels[i] >= cols)
			BUG("label %d of %d classes", labels[i], cols);
	memcpy(copy, labels, (size_t)n * sizeof *copy);
	j.labels = copy;
	j.out = tape_alloc(t, x->n * sizeof(real));
	j.save = tape_alloc(t, (size_t)n * sizeof *j.save);
	parallel_for(n, softmax_row, &j);
	for (int i = 0; i < n; i++)
		loss += j.save[i];
	*s = (struct cross_entropy_save){j.out, copy};
	y = tape_append(t, &cross_entropy_op, scalar(t, loss / n), &x, 1);
	y->save = s;
	return y;
}
