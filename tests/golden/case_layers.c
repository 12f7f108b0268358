/* Protects: single layers, compared with PyTorch: the output, and the gradients for a given output
 * gradient. */
#include "core/ops/ops.h"
#include "core/tensor/memory.h"
#include "tests/golden/golden.h"

#include <stdio.h>

/* An input whose gradient is in the file. */
static struct tensor *wanted(struct golden *g, const char *name)
{
	struct tensor *t = golden_tensor(g, name);

	if (t)
		t->needs_grad = 1;
	return t;
}

static void check_backward(struct golden *g, struct tape *t, struct tensor *y)
{
	struct tensor *dy = golden_tensor(g, "in.dy");

	golden_check(g, "out.y", y->mem->data, y->n, GOLDEN_TIGHT);
	if (dy && dy->n == y->n)
		golden_backward(t, y, dy);
}

void golden_linear(struct golden *g)
{
	struct tensor *x = wanted(g, "in.x"), *w = wanted(g, "in.weight"),
		      *b = wanted(g, "in.bias");
	struct tape t;

	if (!x || !w || !b)
		return;
	tape_init(&t, golden_device());
	check_backward(g, &t, op_linear(&t, x, w, b));
	golden_check(g, "out.dx", x->mem->grad->mem->data, x->n, GOLDEN_TIGHT);
	golden_check(g, "out.dweight", w->mem->grad->mem->data, w->n, GOLDEN_TIGHT);
	golden_check(g, "out.dbias", b->mem->grad->mem->data, b->n, GOLDEN_TIGHT);
	tape_release(&t);
}

void golden_batchnorm(struct golden *g)
{
	struct tensor *x = wanted(g, "in.x"), *w = wanted(g, "in.weight"),
		      *b = wanted(g, "in.bias");
	struct bn_opts o = {golden_number(g, "eps"), golden_number(g, "momentum"), 0};
	int groups = (int)golden_number(g, "groups");
	struct tensor *mean, *var;
	struct tape t;
	size_t c;

	if (!x || !w || !b || groups < 1)
		return;
	c = w->n;
	mean = tensor_new1(&g->arena, (int)c);
	tensor_zero(mean);
	var = tensor_new1(&g->arena, (int)c);
	for (size_t i = 0; i < c; i++)
		var->mem->data[i] = 1;
	tape_init(&t, golden_device());
	t.groups = groups;
	check_backward(g, &t, op_batchnorm(&t, x, w, b, mean, var, NULL, o));
	golden_check(g, "out.dx", x->mem->grad->mem->data, x->n, GOLDEN_TIGHT);
	golden_check(g, "out.dweight", w->mem->grad->mem->data, c, GOLDEN_TIGHT);
	golden_check(g, "out.dbias", b->mem->grad->mem->data, c, GOLDEN_TIGHT);
	golden_check(g, "out.running_mean", mean->mem->data, c, GOLDEN_TIGHT);
	golden_check(g, "out.running_var", var->mem->data, c, GOLDEN_TIGHT);
	tape_release(&t);
}

/* maxpool_KERNEL_STRIDE_PADDING: the parameters are only in the name of the file. */
void golden_maxpool(struct golden *g)
{
	struct tensor *x = wanted(g, "in.x");
	int kernel, stride, padding;
	struct tape t;

	if (sscanf(g->name, "maxpool_%d_%d_%d", &kernel, &stride, &padding) != 3) {
		golden_number(g, "kernel, stride and padding in the file's name");
		return;
	}
	if (!x)
		return;
	tape_init(&t, golden_device());
	check_backward(g, &t, op_maxpool(&t, x, kernel, stride, padding));
	golden_check(g, "out.dx", x->mem->grad->mem->data, x->n, GOLDEN_TIGHT);
	tape_release(&t);
}
