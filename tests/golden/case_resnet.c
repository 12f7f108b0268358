/*
 * Protects: a whole residual encoder: torchvision's names and shapes; the features, all gradients
 * and the running statistics in training mode; and the features in evaluation mode after that step.
 */
#include <stdio.h>
#include <string.h>

#include "core/nn/encoder.h"
#include "core/tensor/memory.h"
#include "tests/golden/golden.h"

static const char param_prefix[] = "param.", grad_prefix[] = "out.grad.",
		  after_prefix[] = "out.after.";

/* The rest of `name` after `prefix`, or NULL. */
static const char *without_prefix(const char *name, const char *prefix)
{
	const size_t n = strlen(prefix);

	return strncmp(name, prefix, n) ? NULL : name + n;
}

static struct encoder *build(struct golden *g, struct params *p, const struct tensor *x)
{
	struct encoder_spec spec = {0};
	struct error err;
	struct encoder *e;

	spec.arch = golden_text(g, "encoder");
	spec.stem = golden_text(g, "stem");
	spec.width = (int)golden_number(g, "base_width");
	spec.height = x->shape[1];
	spec.width_px = x->shape[2];
	spec.channels = x->shape[3];
	e = encoder_new(&spec, p, "", PART_ENCODER, 0, &err);
	if (!e) {
		printf("\n    %s: %s\n", g->name, err.msg);
		g->failures++;
		return NULL;
	}
	params_build(p, 1);
	return e;
}

/* Every value of the file must be a parameter of the encoder, and vice versa. */
static int load(struct golden *g, struct params *p)
{
	int loaded = 0;

	for (int i = 0; i < g->st.n; i++) {
		const char *name = without_prefix(g->st.entry[i].name, param_prefix);
		struct param *q = name ? params_find(p, name) : NULL;

		if (!name)
			continue;
		if (!q || q->t.n != g->st.entry[i].n) {
			printf("\n    %s: %s is not ours\n", g->name, name);
			g->failures++;
			continue;
		}
		memcpy(q->t.mem->data, golden_tensor(g, g->st.entry[i].name)->mem->data,
		       q->t.n * sizeof(real));
		loaded++;
	}
	if (loaded != p->n) {
		printf("\n    %s: %d of our %d parameters are in the file\n", g->name, loaded,
		       p->n);
		g->failures++;
	}
	return loaded == p->n ? 0 : -1;
}

static void check_params(struct golden *g, const struct params *p)
{
	for (int i = 0; i < g->st.n; i++) {
		const char *entry = g->st.entry[i].name, *name;
		struct param *q;

		if ((name = without_prefix(entry, grad_prefix)) && (q = params_find(p, name)))
			golden_check(g, entry, q->t.mem->grad->mem->data, q->t.n, GOLDEN_NET);
		if ((name = without_prefix(entry, after_prefix)) && (q = params_find(p, name)))
			golden_check(g, entry, q->t.mem->data, q->t.n, GOLDEN_NET);
	}
}

static void run(struct golden *g, struct params *p, struct tape *t, struct tensor *x,
		const struct tensor *dy)
{
	struct encoder *e = build(g, p, x);
	struct tensor *y;

	if (!e || load(g, p))
		return;
	y = encoder_forward(e, t, x);
	golden_check(g, "out.train", y->mem->data, y->n, GOLDEN_NET);
	if (y->n != dy->n) {
		g->failures++;
		return;
	}
	params_zero_grad(p);
	golden_backward(t, y, dy);
	check_params(g, p);
	tape_reset(t);
	t->record = t->train = 0;
	y = encoder_forward(e, t, x);
	golden_check(g, "out.eval", y->mem->data, y->n, GOLDEN_NET);
}

void golden_resnet(struct golden *g)
{
	struct tensor *x = golden_tensor(g, "in.x"), *dy = golden_tensor(g, "in.dy");
	struct params p;
	struct tape t;

	if (!x || !dy)
		return;
	params_init(&p, golden_device());
	tape_init(&t, golden_device());
	run(g, &p, &t, x, dy);
	tape_release(&t);
	params_release(&p);
}
