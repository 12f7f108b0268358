/* conv_*: y for x and weight, and the gradients to both for the given dy. */
#include "core/ops/ops.h"
#include "tests/golden/golden.h"

void golden_conv(struct golden *g)
{
	struct tensor *x = golden_tensor(g, "in.x"), *w = golden_tensor(g, "in.weight"), *y;
	struct tensor *dy = golden_tensor(g, "in.dy");
	int stride = (int)golden_number(g, "stride"), padding = (int)golden_number(g, "padding");
	struct tape t;

	if (!x || !w || !dy)
		return; /* already a failure */
	tape_init(&t);
	x->needs_grad = w->needs_grad = 1;
	y = op_conv(&t, x, w, stride, padding);
	golden_check(g, "out.y", y->data, y->n, GOLDEN_TIGHT);
	if (tensor_same_shape(y, dy)) {
		tape_backward_from(&t, y, dy->data);
		golden_check(g, "out.dx", x->grad, x->n, GOLDEN_TIGHT);
		golden_check(g, "out.dweight", w->grad, w->n, GOLDEN_TIGHT);
	}
	tape_release(&t);
}
