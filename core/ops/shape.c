/* Views, concatenation and detaching. */
#include <string.h>

#include "core/base/error.h"
#include "core/ops/ops.h"
#include "core/tensor/kernels.h"

/* dx (+)= dy in the rows of the view, 0 elsewhere. save: index of the view's first element in x. */
static void rows_backward(struct tensor *out)
{
	const struct kernels *k = out->tape->k;
	size_t from = *(size_t *)out->save;
	int accumulate;
	struct tensor *dx = tape_grad(out->in[0], &accumulate), *part;

	part = tensor_view(&out->tape->arena, dx, from, out->ndim, out->shape);
	if (accumulate) {
		k->accumulate_values(tensor_grad(out), part);
		return;
	}
	tensor_zero_range(dx, 0, from);
	tensor_copy(part, tensor_grad(out));
	tensor_zero_range(dx, from + out->n, dx->n);
}

static const struct op rows_op = {.name = "rows", .backward = rows_backward};

struct tensor *op_rows(struct tape *t, struct tensor *x, int from, int n)
{
	int shape[TENSOR_DIMS];
	size_t *save = tape_alloc(t, sizeof *save), row;
	struct tensor *y;

	if (from < 0 || n < 1 || from > x->shape[0] - n)
		BUG("rows %d to %d of %d", from, from + n, x->shape[0]);
	memcpy(shape, x->shape, sizeof shape);
	shape[0] = n;
	row = x->n / (size_t)x->shape[0];
	*save = (size_t)from * row;
	y = tensor_view(&t->arena, x, *save, x->ndim, shape);
	tape_append(t, &rows_op, y, &x, 1);
	y->save = save;
	return y;
}

/* y = [a; b];  da, db = the parts of dy */
static void concat_backward(struct tensor *out)
{
	const struct kernels *k = out->tape->k;
	size_t from = 0;

	for (int i = 0; i < 2; i++) {
		struct tensor *x = out->in[i];
		int accumulate;
		struct tensor *dx = tape_grad(x, &accumulate), *dy;

		dy = tensor_view(&out->tape->arena, tensor_grad(out), from, x->ndim, x->shape);
		if (dx && !accumulate)
			tensor_copy(dx, dy);
		else if (dx)
			k->accumulate_values(dy, dx);
		from += x->n;
	}
}

static const struct op concat_op = {.name = "concat", .backward = concat_backward};

struct tensor *op_concat(struct tape *t, struct tensor *a, struct tensor *b)
{
	struct tensor *y, *in[] = {a, b};
	int shape[TENSOR_DIMS];
	char ta[64], tb[64];

	if (a->ndim != b->ndim ||
	    memcmp(a->shape + 1, b->shape + 1, (size_t)(a->ndim - 1) * sizeof(int)))
		BUG("concat of %s and %s", tensor_shape_text(a, ta, sizeof ta),
		    tensor_shape_text(b, tb, sizeof tb));
	memcpy(shape, a->shape, sizeof shape);
	shape[0] += b->shape[0];
	y = tensor_new_as(&t->arena, a->element, a->ndim, shape);
	tensor_copy(tensor_view(&t->arena, y, 0, a->ndim, a->shape), a);
	tensor_copy(tensor_view(&t->arena, y, a->n, b->ndim, b->shape), b);
	return tape_append(t, &concat_op, y, in, 2);
}

/* y = x with another shape;  dx = dy */
static void flatten_backward(struct tensor *out)
{
	tape_pass_grad(out->in[0], out);
}

static const struct op flatten_op = {.name = "flatten", .backward = flatten_backward};

struct tensor *op_flatten(struct tape *t, struct tensor *x)
{
	int shape[2] = {x->shape[0], 1};

	for (int i = 1; i < x->ndim; i++)
		shape[1] *= x->shape[i];
	return tape_append(t, &flatten_op, tensor_view(&t->arena, x, 0, 2, shape), &x, 1);
}

struct tensor *op_detach(struct tape *t, struct tensor *x)
{
	return tensor_view(&t->arena, x, 0, x->ndim, x->shape);
}
