/* Protects: matrix products of a device are the CPU's, with and without biases, for any number of
 * rows and columns; gradients overwrite or add; with precision bf16 the factors are rounded and
 * nothing else is. */
#include "tests/cuda/twin.h"

struct shape {
	int rows, in, out;
};
static const struct shape shapes[] = {{1, 1, 1}, {5, 3, 7}, {33, 16, 40}, {70, 24, 33}};

/* Rounded to bf16, a number is off by at most 2^-9 of it. */
static double tolerance(const struct twin *t)
{
	return t->element == ELEMENT_BF16 ? 8e-3 : twin_tolerance();
}

static enum precision precision(const struct twin *t)
{
	return t->element == ELEMENT_BF16 ? PRECISION_BF16 : PRECISION_F32;
}

static void check_forward(struct twin *t, const struct shape *s)
{
	const struct both x = twin_random2(t, s->rows, s->in, 1, 0.5);
	const struct both w = twin_random2(t, s->out, s->in, 1, 0.5);
	const struct both b = twin_random(t, ELEMENT_REAL, 1, &s->out, 1, 0);
	const struct both y = twin_new2(t, s->rows, s->out);

	t->cpu->linear_forward(x.cpu, w.cpu, b.cpu, y.cpu, precision(t));
	t->gpu->linear_forward(x.gpu, w.gpu, b.gpu, y.gpu, precision(t));
	twin_compare(t, "a layer with bias", y, tolerance(t));
	t->cpu->linear_forward(x.cpu, w.cpu, NULL, y.cpu, precision(t));
	t->gpu->linear_forward(x.gpu, w.gpu, NULL, y.gpu, precision(t));
	twin_compare(t, "a layer without bias", y, tolerance(t));
}

static void check_backward(struct twin *t, const struct shape *s)
{
	const struct both x = twin_random2(t, s->rows, s->in, 1, 0.5);
	const struct both w = twin_random2(t, s->out, s->in, 1, 0.5);
	const struct both dy = twin_random2(t, s->rows, s->out, 1, 0.5);
	const struct both dx = twin_random2(t, s->rows, s->in, 1, 0);
	const struct both dw = twin_random2(t, s->out, s->in, 1, 0);
	const struct both db = twin_random(t, ELEMENT_REAL, 1, &s->out, 1, 0);

	for (int accumulate = 0; accumulate < 2; accumulate++) {
		t->cpu->linear_backward_data(dy.cpu, w.cpu, dx.cpu, accumulate, precision(t));
		t->gpu->linear_backward_data(dy.gpu, w.gpu, dx.gpu, accumulate, precision(t));
		twin_compare(t, "the gradient of inputs", dx, tolerance(t));
		t->cpu->linear_backward_weights(x.cpu, dy.cpu, dw.cpu, accumulate, precision(t));
		t->gpu->linear_backward_weights(x.gpu, dy.gpu, dw.gpu, accumulate, precision(t));
		twin_compare(t, "the gradient of weights", dw, tolerance(t));
		t->cpu->linear_backward_bias(dy.cpu, db.cpu, accumulate);
		t->gpu->linear_backward_bias(dy.gpu, db.gpu, accumulate);
		twin_compare(t, "the gradient of biases", db, twin_tolerance());
	}
}

static void layers(struct twin *t)
{
	const int n = shim_watcher ? 3 : (int)(sizeof shapes / sizeof *shapes);

	for (int i = 0; i < n; i++) {
		check_forward(t, &shapes[i]);
		check_backward(t, &shapes[i]);
	}
}

static void test_layers(void)
{
	twin_run(layers, 1);
}

static void products(struct twin *t)
{
	enum { M = 5, N = 7, K = 9 };
	const struct both c = twin_random2(t, M, N, 1, 0);

	for (int i = 0; i < 8; i++) {
		const int ta = i & 1, tb = i >> 1 & 1;
		const struct both a = twin_random2(t, ta ? K : M, ta ? M : K, 1, 0);
		const struct both b = twin_random2(t, tb ? N : K, tb ? K : N, 1, 0);

		t->cpu->matmul(ta, tb, 0.75, a.cpu, b.cpu, c.cpu, i >> 2);
		t->gpu->matmul(ta, tb, 0.75, a.gpu, b.gpu, c.gpu, i >> 2);
		twin_compare(t, "a product", c, twin_tolerance());
	}
}

static void test_products(void)
{
	twin_run(products, 0);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"linear layers and their gradients", test_layers},
	    {"products of any orientation", test_products},
	    {0}};

	return check_run("cuda/kernels/linear", cases);
}
