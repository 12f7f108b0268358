/* Matrix products; core/tensor/kernels/linear.h computes them. */
#include "core/base/error.h"
#include "core/ops/ops.h"
#include "core/tensor/kernels.h"

/* y = x W^T + b:  dx = dy W,  dW += dy^T x,  db += sum over rows of dy */
static void linear_backward(struct tensor *out)
{
	const struct kernels *k = out->tape->k;
	struct tensor *x = out->in[0], *w = out->in[1], *d;
	int accumulate;

	if ((d = tape_grad(x, &accumulate)))
		k->linear_backward_data(tensor_grad(out), w, d, accumulate, out->tape->precision);
	if ((d = tape_grad(w, &accumulate)))
		k->linear_backward_weights(x, tensor_grad(out), d, accumulate,
					   out->tape->precision);
	if ((d = tape_grad(out->in[2], &accumulate)))
		k->linear_backward_bias(tensor_grad(out), d, accumulate);
}

static const struct op linear_op = {
    .name = "linear", .backward = linear_backward, .part = PROFILE_HEADS};

struct tensor *op_linear(struct tape *t, struct tensor *x, struct tensor *w, struct tensor *b)
{
	int n = x->shape[0], k = tensor_cols(x), o = w->shape[0];
	struct tensor *y, *in[] = {x, w, b};
	char tx[64], tw[64];

	if (x->ndim != 2 || w->ndim != 2 || w->shape[1] != k || (b && b->n != (size_t)o))
		BUG("linear of %s with %s and %zu biases", tensor_shape_text(x, tx, sizeof tx),
		    tensor_shape_text(w, tw, sizeof tw), b ? b->n : 0);
	y = tensor_new2(&t->arena, n, o);
	t->k->linear_forward(x, w, b, y, t->precision);
	return tape_append(t, &linear_op, y, in, 3);
}

struct transposed {
	int a, b;
};

/* y = op(a) op(b):  d op(a) = dy op(b)^T,  d op(b) = op(a)^T dy; transposed if the input is */
static void matmul_backward(struct tensor *out)
{
	const struct kernels *k = out->tape->k;
	struct tensor *a = out->in[0], *b = out->in[1], *dy = tensor_grad(out), *d;
	const struct transposed *s = out->save;
	int accumulate;

	d = tape_grad(a, &accumulate);
	if (d && !s->a)
		k->matmul(0, !s->b, 1, dy, b, d, accumulate);
	else if (d)
		k->matmul(s->b, 1, 1, b, dy, d, accumulate);
	d = tape_grad(b, &accumulate);
	if (d && !s->b)
		k->matmul(!s->a, 0, 1, a, dy, d, accumulate);
	else if (d)
		k->matmul(1, s->a, 1, dy, a, d, accumulate);
}

static const struct op matmul_op = {
    .name = "matmul", .backward = matmul_backward, .part = PROFILE_HEADS};

struct tensor *op_matmul(struct tape *t, int ta, int tb, struct tensor *a, struct tensor *b)
{
	struct tensor *y, *in[] = {a, b};
	struct transposed *s = tape_alloc(t, sizeof *s);
	char sa[64], sb[64];
	int n, m;

	if (a->ndim != 2 || b->ndim != 2 || a->shape[!ta] != b->shape[!!tb])
		BUG("matmul of %s%s and %s%s", tensor_shape_text(a, sa, sizeof sa), ta ? "^T" : "",
		    tensor_shape_text(b, sb, sizeof sb), tb ? "^T" : "");
	n = a->shape[!!ta];
	m = b->shape[!tb];
	*s = (struct transposed){ta, tb};
	y = tensor_new2(&t->arena, n, m);
	t->k->matmul(ta, tb, 1, a, b, y, 0);
	tape_append(t, &matmul_op, y, in, 2);
	y->save = s;
	return y;
}
