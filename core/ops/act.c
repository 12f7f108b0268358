/* Elementwise ops. A new op consists of a kernel, a backward, a `struct op` and a constructor. */
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/ops/chunk.h"
#include "core/ops/ops.h"

/* The elementwise computation out = keep out + f(a, b) over n elements. */
struct elementwise {
	real *out;
	const real *a, *b; /* b may be NULL */
	real s, keep;      /* keep: 0 overwrites out, 1 adds to it */
	size_t n;
};

static void run_kernel(void (*kernel)(void *, int), struct elementwise e)
{
	parallel_for(chunk_count(e.n), kernel, &e);
}

static real kept(const struct elementwise *e, size_t k)
{
	return e->keep != 0 ? e->out[k] : 0;
}

/* a + s b */
static void add_kernel(void *ctx, int i)
{
	const struct elementwise *e = ctx;

	for (size_t k = chunk_from(i), to = chunk_to(i, e->n); k < to; k++)
		e->out[k] = e->a[k] + e->s * e->b[k];
}

/* s a b, or s a if b is NULL */
static void product_kernel(void *ctx, int i)
{
	const struct elementwise *e = ctx;
	size_t k = chunk_from(i), to = chunk_to(i, e->n);

	if (e->b)
		for (; k < to; k++)
			e->out[k] = kept(e, k) + e->s * e->a[k] * e->b[k];
	else
		for (; k < to; k++)
			e->out[k] = kept(e, k) + e->s * e->a[k];
}

/* max(a, 0); NaN stays NaN */
static void relu_kernel(void *ctx, int i)
{
	const struct elementwise *e = ctx;

	for (size_t k = chunk_from(i), to = chunk_to(i, e->n); k < to; k++)
		e->out[k] = e->a[k] < 0 ? 0 : e->a[k];
}

/* a where b > 0 */
static void mask_kernel(void *ctx, int i)
{
	const struct elementwise *e = ctx;

	for (size_t k = chunk_from(i), to = chunk_to(i, e->n); k < to; k++)
		e->out[k] = kept(e, k) + (e->b[k] > 0 ? e->a[k] : 0);
}

/* Runs `kernel` on out->grad and b, and writes or adds the result to the gradient of x. */
static void backward_kernel(void (*kernel)(void *, int), struct tensor *x, const struct tensor *out,
			    real s, const real *b)
{
	int accumulate;
	real *dx = tape_grad(x, &accumulate);

	if (dx)
		run_kernel(kernel,
			   (struct elementwise){dx, out->grad, b, s, (real)accumulate, out->n});
}

/* A new tensor of a's shape; BUG() if b is not NULL and has another shape. */
static struct tensor *new_like(struct tape *t, const struct tensor *a, const struct tensor *b,
			       const char *what)
{
	char ta[64], tb[64];

	if (b && !tensor_same_shape(a, b))
		BUG("%s of %s and %s", what, tensor_shape_text(a, ta, sizeof ta),
		    tensor_shape_text(b, tb, sizeof tb));
	return tensor_new(&t->arena, a->ndim, a->shape);
}

/* y = max(x, 0);  dx = dy where y > 0 */
static void relu_backward(struct tensor *out)
{
	backward_kernel(mask_kernel, out->in[0], out, 1, out->data);
}

static const struct op relu_op = {"relu", relu_backward};

struct tensor *op_relu(struct tape *t, struct tensor *x)
{
	struct tensor *y = new_like(t, x, NULL, "relu");

	run_kernel(relu_kernel, (struct elementwise){.out = y->data, .a = x->data, .n = x->n});
	return tape_append(t, &relu_op, y, &x, 1);
}

/* y = a + b;  da = db = dy */
static void add_backward(struct tensor *out)
{
	tape_pass_grad(out->in[0], out);
	tape_pass_grad(out->in[1], out);
}

static const struct op add_op = {"add", add_backward};

struct tensor *op_add(struct tape *t, struct tensor *a, struct tensor *b)
{
	struct tensor *y = new_like(t, a, b, "add"), *in[] = {a, b};

	run_kernel(add_kernel, (struct elementwise){y->data, a->data, b->data, 1, 0, y->n});
	return tape_append(t, &add_op, y, in, 2);
}

/* y = a - b;  da = dy, db = -dy */
static void sub_backward(struct tensor *out)
{
	tape_pass_grad(out->in[0], out);
	backward_kernel(product_kernel, out->in[1], out, -1, NULL);
}

static const struct op sub_op = {"sub", sub_backward};

struct tensor *op_sub(struct tape *t, struct tensor *a, struct tensor *b)
{
	struct tensor *y = new_like(t, a, b, "sub"), *in[] = {a, b};

	run_kernel(add_kernel, (struct elementwise){y->data, a->data, b->data, -1, 0, y->n});
	return tape_append(t, &sub_op, y, in, 2);
}

/* y = a b;  da = dy b, db = dy a */
static void mul_backward(struct tensor *out)
{
	backward_kernel(product_kernel, out->in[0], out, 1, out->in[1]->data);
	backward_kernel(product_kernel, out->in[1], out, 1, out->in[0]->data);
}

static const struct op mul_op = {"mul", mul_backward};

struct tensor *op_mul(struct tape *t, struct tensor *a, struct tensor *b)
{
	struct tensor *y = new_like(t, a, b, "mul"), *in[] = {a, b};

	run_kernel(product_kernel, (struct elementwise){y->data, a->data, b->data, 1, 0, y->n});
	return tape_append(t, &mul_op, y, in, 2);
}

/* y = s x;  dx = s dy */
static void scale_backward(struct tensor *out)
{
	backward_kernel(product_kernel, out->in[0], out, *(real *)out->save, NULL);
}

static const struct op scale_op = {"scale", scale_backward};

struct tensor *op_scale(struct tape *t, struct tensor *x, double s)
{
	struct tensor *y = new_like(t, x, NULL, "scale");
	real *save = tape_alloc(t, sizeof *save);

	*save = (real)s;
	run_kernel(product_kernel, (struct elementwise){y->data, x->data, NULL, *save, 0, y->n});
	tape_append(t, &scale_op, y, &x, 1);
	y->save = save;
	return y;
}
