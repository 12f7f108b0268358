/* Elementwise ops. A new op consists of a kernel (core/tensor/kernels/elementwise.h), a backward, a
 * `struct op` and a constructor. */
#include "core/base/error.h"
#include "core/ops/ops.h"
#include "core/tensor/kernels.h"

/* A new tensor of a's shape; BUG() if b is not NULL and has another shape. */
static struct tensor *new_like(struct tape *t, const struct tensor *a, const struct tensor *b,
			       const char *what)
{
	char ta[64], tb[64];

	if (b && !tensor_same_shape(a, b))
		BUG("%s of %s and %s", what, tensor_shape_text(a, ta, sizeof ta),
		    tensor_shape_text(b, tb, sizeof tb));
	return tensor_new_as(&t->arena, a->element, a->ndim, a->shape);
}

/* y = max(x, 0);  dx = dy where y > 0 */
static void relu_op_backward(struct tensor *out)
{
	const struct kernels *k = out->tape->k;
	int accumulate;
	struct tensor *dx = tape_grad(out->in[0], &accumulate);

	if (dx)
		k->relu_backward(out, tensor_grad(out), dx, accumulate);
}

static const struct op relu_op = {.name = "relu", .backward = relu_op_backward};

struct tensor *op_relu(struct tape *t, struct tensor *x)
{
	struct tensor *y = new_like(t, x, NULL, "relu");

	t->k->relu_forward(x, y);
	return tape_append(t, &relu_op, y, &x, 1);
}

/* y = a + b;  da = db = dy */
static void add_backward(struct tensor *out)
{
	tape_pass_grad(out->in[0], out);
	tape_pass_grad(out->in[1], out);
}

static const struct op add_op = {.name = "add", .backward = add_backward};

struct tensor *op_add(struct tape *t, struct tensor *a, struct tensor *b)
{
	struct tensor *y = new_like(t, a, b, "add"), *in[] = {a, b};

	t->k->add_scaled(a, 1, b, y);
	return tape_append(t, &add_op, y, in, 2);
}

/* dx (+)= s dy b, or s dy if b is NULL */
static void product_backward(struct tensor *x, const struct tensor *out, const struct tensor *b,
			     real s)
{
	const struct kernels *k = out->tape->k;
	int accumulate;
	struct tensor *dx = tape_grad(x, &accumulate);

	if (dx)
		k->multiply(tensor_grad(out), b, s, dx, accumulate);
}

/* y = a - b;  da = dy, db = -dy */
static void sub_backward(struct tensor *out)
{
	tape_pass_grad(out->in[0], out);
	product_backward(out->in[1], out, NULL, -1);
}

static const struct op sub_op = {.name = "sub", .backward = sub_backward};

struct tensor *op_sub(struct tape *t, struct tensor *a, struct tensor *b)
{
	struct tensor *y = new_like(t, a, b, "sub"), *in[] = {a, b};

	t->k->add_scaled(a, -1, b, y);
	return tape_append(t, &sub_op, y, in, 2);
}

/* y = a b;  da = dy b, db = dy a */
static void mul_backward(struct tensor *out)
{
	product_backward(out->in[0], out, out->in[1], 1);
	product_backward(out->in[1], out, out->in[0], 1);
}

static const struct op mul_op = {.name = "mul", .backward = mul_backward};

struct tensor *op_mul(struct tape *t, struct tensor *a, struct tensor *b)
{
	struct tensor *y = new_like(t, a, b, "mul"), *in[] = {a, b};

	t->k->multiply(a, b, 1, y, 0);
	return tape_append(t, &mul_op, y, in, 2);
}

/* y = s x;  dx = s dy */
static void scale_backward(struct tensor *out)
{
	product_backward(out->in[0], out, NULL, *(real *)out->save);
}

static const struct op scale_op = {.name = "scale", .backward = scale_backward};

struct tensor *op_scale(struct tape *t, struct tensor *x, double s)
{
	struct tensor *y = new_like(t, x, NULL, "scale");
	real *save = tape_alloc(t, sizeof *save);

	*save = (real)s;
	t->k->multiply(x, NULL, *save, y, 0);
	tape_append(t, &scale_op, y, &x, 1);
	y->save = save;
	return y;
}
