/* Sums, norms and losses; core/tensor/kernels/reduce.h and rows.h compute them. */
#include "core/base/error.h"
#include "core/ops/ops.h"
#include "core/tensor/kernels.h"

/* y = sum x;  dx = dy */
static void sum_op_backward(struct tensor *out)
{
	const struct kernels *k = out->tape->k;
	int accumulate;
	struct tensor *x = out->in[0], *dx = tape_grad(x, &accumulate);

	k->sum_backward(x, tensor_grad(out), 1, dx, accumulate);
}

static const struct op sum_op = {.name = "sum", .backward = sum_op_backward};

static struct tensor *sum_over(struct tape *t, struct tensor *x, double divisor)
{
	struct tensor *y = tensor_new1(&t->arena, 1);

	t->k->sum_forward(x, divisor, tape_values(t, t->k->sum_scratch(x->n)), y);
	return y;
}

struct tensor *op_sum(struct tape *t, struct tensor *x)
{
	return tape_append(t, &sum_op, sum_over(t, x, 1), &x, 1);
}

/* y = sum x / n;  dx = dy / n */
static void mean_backward(struct tensor *out)
{
	const struct kernels *k = out->tape->k;
	int accumulate;
	struct tensor *x = out->in[0], *dx = tape_grad(x, &accumulate);

	k->sum_backward(x, tensor_grad(out), (real)x->n, dx, accumulate);
}

static const struct op mean_op = {.name = "mean", .backward = mean_backward};

struct tensor *op_mean(struct tape *t, struct tensor *x)
{
	return tape_append(t, &mean_op, sum_over(t, x, (double)x->n), &x, 1);
}

/* y = sum x^2;  dx = 2 x dy */
static void sum_squares_op_backward(struct tensor *out)
{
	const struct kernels *k = out->tape->k;
	int accumulate;
	struct tensor *x = out->in[0], *dx = tape_grad(x, &accumulate);

	k->sum_squares_backward(x, tensor_grad(out), dx, accumulate);
}

static const struct op sum_squares_op = {.name = "sum_squares",
					 .backward = sum_squares_op_backward};

struct tensor *op_sum_squares(struct tape *t, struct tensor *x)
{
	struct tensor *y = tensor_new1(&t->arena, 1);

	t->k->sum_squares_forward(x, tape_values(t, t->k->sum_scratch(x->n)), y);
	return tape_append(t, &sum_squares_op, y, &x, 1);
}

/* y_r = x_r / max(||x_r||, eps);  dx_r = (dy_r - y_r <y_r, dy_r>) / ||x_r||, or dy_r / eps if the
 * norm is not above eps. save: the divisors. */
static void l2_backward(struct tensor *out)
{
	const struct kernels *k = out->tape->k;
	int accumulate;
	struct tensor *dx = tape_grad(out->in[0], &accumulate);

	k->l2_normalize_backward(out, tensor_grad(out), out->save, dx, accumulate);
}

static const struct op l2_op = {.name = "l2_normalize", .backward = l2_backward};

struct tensor *op_l2_normalize(struct tape *t, struct tensor *x, double eps)
{
	struct tensor *y = tensor_new(&t->arena, x->ndim, x->shape);
	double *norm = tape_values(t, tensor_rows(x) * sizeof *norm);

	t->k->l2_normalize_forward(x, eps, norm, y);
	tape_append(t, &l2_op, y, &x, 1);
	y->save = norm;
	return y;
}

/* y = x - mean over rows;  dx = dy - mean over rows of dy */
static void center_backward(struct tensor *out)
{
	const struct kernels *k = out->tape->k;
	int accumulate;
	struct tensor *dx = tape_grad(out->in[0], &accumulate);

	k->center_columns(tensor_grad(out), dx, accumulate);
}

static const struct op center_op = {.name = "center", .backward = center_backward};

struct tensor *op_center(struct tape *t, struct tensor *x)
{
	struct tensor *y = tensor_new(&t->arena, x->ndim, x->shape);

	t->k->center_columns(x, y, 0);
	return tape_append(t, &center_op, y, &x, 1);
}

/* y_r = x_r - mean of x_r;  dx_r = dy_r - mean of dy_r */
static void center_rows_backward(struct tensor *out)
{
	const struct kernels *k = out->tape->k;
	int accumulate;
	struct tensor *dx = tape_grad(out->in[0], &accumulate);

	k->center_rows(tensor_grad(out), dx, accumulate);
}

static const struct op center_rows_op = {.name = "center_rows", .backward = center_rows_backward};

struct tensor *op_center_rows(struct tape *t, struct tensor *x)
{
	struct tensor *y = tensor_new(&t->arena, x->ndim, x->shape);

	t->k->center_rows(x, y, 0);
	return tape_append(t, &center_rows_op, y, &x, 1);
}

/* loss = mean over rows of -log p[label], p = softmax(x);  dx = dloss (p - onehot) / N */
struct cross_entropy {
	real *p;
	int *labels;
};

static void cross_entropy_op_backward(struct tensor *out)
{
	const struct kernels *k = out->tape->k;
	const struct cross_entropy *s = out->save;
	int accumulate;
	struct tensor *dx = tape_grad(out->in[0], &accumulate);

	k->cross_entropy_backward(s->p, s->labels, tensor_grad(out), dx, accumulate);
}

static const struct op cross_entropy_op = {.name = "cross_entropy",
					   .backward = cross_entropy_op_backward};

struct tensor *op_cross_entropy(struct tape *t, struct tensor *x, const int *labels)
{
	int n = x->shape[0], cols = tensor_cols(x);
	struct cross_entropy *s = tape_alloc(t, sizeof *s);
	struct tensor *y = tensor_new1(&t->arena, 1);

	if (x->ndim != 2 || n < 1)
		BUG("cross-entropy of a tensor of %d dimensions", x->ndim);
	for (int i = 0; i < n; i++)
		if (labels[i] < 0 || labels[i] >= cols)
			BUG("label %d of %d classes", labels[i], cols);
	s->labels = tape_upload(t, labels, (size_t)n * sizeof *labels);
	s->p = tape_values(t, x->n * sizeof *s->p);
	t->k->cross_entropy_forward(x, s->labels, s->p, tape_values(t, (size_t)n * sizeof(double)),
				    y);
	tape_append(t, &cross_entropy_op, y, &x, 1);
	y->save = s;
	return y;
}
