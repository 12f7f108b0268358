/*
 * Protects: every method's whole loss, from the first filter of the encoder to the number:
 * gradients to all weights, a few elements each. A new method is checked by being in the table.
 */
#include "core/base/parallel.h"
#include "core/ops/ops.h"
#include "tests/gradcheck/gradcheck.h"
#include "tests/unit/methods/rig.h"

enum { SAMPLES = 5 };

static struct tensor *loss_of(struct tape *t, struct tensor *const *in, void *ctx)
{
	struct method_out out;

	(void)in; /* the weights, which the rig holds */
	return rig_loss(ctx, t, &out);
}

/* Checks the weights from number `from` on, as many as one check takes. Returns how far it came. */
static int check_some(struct rig *g, int from)
{
	struct gradcheck c;
	double worst;

	gradcheck_init(&c);
	for (; from < g->params.n && c.n < GRADCHECK_INPUTS; from++)
		if (g->params.list[from]->t.needs_grad)
			c.in[c.n++] = &g->params.list[from]->t;
	params_zero_grad(&g->params);
	worst = gradcheck_run(&c, loss_of, g, SAMPLES);
	if (!(worst <= 1e-6))
		printf("    %s: %g before parameter %d\n", g->method->name, worst, from);
	CU_ASSERT(worst <= 1e-6);
	gradcheck_release(&c);
	return from;
}

static void test_methods(void)
{
	for (int i = 0; method_at(i); i++) {
		struct error err;
		struct rig g;

		if (!method_at(i)->views)
			continue;
		CU_ASSERT_FATAL(!rig_open(&g, method_at(i), NULL, &err));
		for (int from = 0; from < g.params.n;)
			from = check_some(&g, from);
		rig_close(&g);
	}
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"every method of the table", test_methods},
	    {0},
	};
	parallel_set_threads(1); /* small problems: threads would only wait for each other */
	return check_run("gradcheck/methods", cases);
}
