/* Protects: convolution (conv_*): y for x and weight, and the gradients of both for the given dy,
 * computed by the op and by each kernel that supports the shape, whichever the op would choose. */
#include "core/ops/ops.h"
#include "core/tensor/kernels/im2col.h"
#include "core/tensor/kernels/winograd.h"
#include "core/tensor/memory.h"
#include "tests/golden/golden.h"

struct kernel {
	size_t (*scratch)(const struct conv_shape *s);
	void (*forward)(const struct conv_shape *s, const real *x, const real *w, real *y,
			void *scratch);
	void (*data)(const struct conv_shape *s, const real *dy, const real *w, real *dx,
		     int accumulate, void *scratch);
	void (*weights)(const struct conv_shape *s, const real *x, const real *dy, real *dw,
			int accumulate, void *scratch);
};

static void check_kernel(struct golden *g, const struct kernel *k, const struct conv_shape *s,
			 const struct tensor *x, const struct tensor *w, const struct tensor *dy)
{
	void *scratch = arena_alloc(&g->arena.host, k->scratch(s));
	real *y = arena_alloc(&g->arena.host, dy->n * sizeof *y);
	real *dx = arena_alloc(&g->arena.host, x->n * sizeof *dx);
	real *dw = arena_alloc(&g->arena.host, w->n * sizeof *dw);

	k->forward(s, x->mem->data, w->mem->data, y, scratch);
	golden_check(g, "out.y", y, dy->n, GOLDEN_TIGHT);
	k->data(s, dy->mem->data, w->mem->data, dx, 0, scratch);
	golden_check(g, "out.dx", dx, x->n, GOLDEN_TIGHT);
	k->weights(s, x->mem->data, dy->mem->data, dw, 0, scratch);
	golden_check(g, "out.dweight", dw, w->n, GOLDEN_TIGHT);
}

static void check_kernels(struct golden *g, const struct tensor *x, const struct tensor *w,
			  const struct tensor *dy, int stride, int padding)
{
	static const struct kernel im2col = {im2col_scratch, im2col_forward, im2col_backward_data,
					     im2col_backward_weights};
	static const struct kernel winograd = {winograd_scratch, winograd_forward,
					       winograd_backward_data, winograd_backward_weights};
	struct conv_shape s = conv_shape_of(x->shape[0], x->shape[1], x->shape[2], x->shape[3],
					    w->shape[0], w->shape[1], w->shape[3], stride, padding);

	check_kernel(g, &im2col, &s, x, w, dy);
	if (winograd_fits(&s))
		check_kernel(g, &winograd, &s, x, w, dy);
}

void golden_conv(struct golden *g)
{
	struct tensor *x = golden_tensor(g, "in.x"), *w = golden_tensor(g, "in.weight"), *y;
	struct tensor *dy = golden_tensor(g, "in.dy");
	int stride = (int)golden_number(g, "stride"), padding = (int)golden_number(g, "padding");
	struct tape t;

	if (!x || !w || !dy)
		return; /* the failure has been reported */
	tape_init(&t, golden_device());
	x->needs_grad = w->needs_grad = 1;
	y = op_conv(&t, x, w, stride, padding);
	golden_check(g, "out.y", y->mem->data, y->n, GOLDEN_TIGHT);
	if (tensor_same_shape(y, dy)) {
		golden_backward(&t, y, dy);
		golden_check(g, "out.dx", x->mem->grad->mem->data, x->n, GOLDEN_TIGHT);
		golden_check(g, "out.dweight", w->mem->grad->mem->data, w->n, GOLDEN_TIGHT);
		check_kernels(g, x, w, dy, stride, padding);
	}
	tape_release(&t);
}
