/* Protects: the loss of each method, its terms, and its gradient with respect to every embedding.
 */
#include <stdio.h>
#include <string.h>

#include "core/methods/losses.h"
#include "core/tensor/memory.h"
#include "tests/golden/golden.h"

enum { INPUTS = 4 };

/* The named inputs of a loss. An input needs a gradient if the file has one ("in.z1" -> "out.dz1").
 */
struct embeddings {
	struct tensor *x[INPUTS];
	const char *const *name; /* ended by NULL */
	char grad[INPUTS][16];
};

static int load(struct golden *g, struct embeddings *e, const char *const *name)
{
	e->name = name;
	for (int i = 0; name[i]; i++) {
		char in[16];

		snprintf(in, sizeof in, "in.%s", name[i]);
		snprintf(e->grad[i], sizeof e->grad[i], "out.d%s", name[i]);
		e->x[i] = golden_tensor(g, in);
		if (!e->x[i])
			return -1;
		e->x[i]->needs_grad = golden_has(g, e->grad[i]);
	}
	return 0;
}

/* Each term of the file must be among those of the loss; further terms are not checked. */
static void check(struct golden *g, struct tape *t, const struct embeddings *e, struct tensor *loss,
		  const struct method_out *out)
{
	char name[64];

	golden_check_scalar(g, "out.loss", (double)loss->mem->data[0], GOLDEN_TIGHT);
	scalars_post(&t->scalars, 0);
	scalars_wait(&t->scalars, 0);
	for (int i = 0; i < out->n_terms; i++) {
		snprintf(name, sizeof name, "out.%s", out->term[i].name);
		if (golden_has(g, name))
			golden_check_scalar(g, name, method_term_value(out, i, &t->scalars, 0),
					    GOLDEN_TIGHT);
	}
	tape_backward(t, loss);
	for (int i = 0; e->name[i]; i++)
		if (e->x[i]->needs_grad)
			golden_check(g, e->grad[i], e->x[i]->mem->grad->mem->data, e->x[i]->n,
				     GOLDEN_TIGHT);
}

static void need_terms(struct golden *g, const char *const *name)
{
	for (; *name; name++)
		golden_entry(g, *name);
}

void golden_barlow(struct golden *g)
{
	static const char *const inputs[] = {"z1", "z2", NULL};
	static const char *const terms[] = {"out.on_diagonal", "out.off_diagonal", NULL};
	struct barlow_weights w = {.diagonal = 1};
	struct method_out out = {0};
	struct embeddings e;
	struct tape t;

	w.lambda = golden_number(g, "lambda");
	w.eps = golden_number(g, "eps");
	need_terms(g, terms);
	if (load(g, &e, inputs))
		return;
	tape_init(&t, golden_device());
	check(g, &t, &e, loss_barlow(&t, e.x[0], e.x[1], &w, &out), &out);
	tape_release(&t);
}

void golden_vicreg(struct golden *g)
{
	static const char *const inputs[] = {"z1", "z2", NULL};
	static const char *const terms[] = {"out.invariance", "out.variance", "out.covariance",
					    NULL};
	struct vicreg_weights w = {.form = golden_text(g, "form")[0]};
	struct method_out out = {0};
	struct embeddings e;
	struct tape t;

	w.lambda = golden_number(g, "lambda");
	w.mu = golden_number(g, "mu");
	w.nu = golden_number(g, "nu");
	w.gamma = golden_number(g, "gamma");
	w.eps = golden_number(g, "eps");
	need_terms(g, terms);
	if (load(g, &e, inputs))
		return;
	tape_init(&t, golden_device());
	check(g, &t, &e, loss_vicreg(&t, e.x[0], e.x[1], &w, &out), &out);
	tape_release(&t);
}

void golden_byol(struct golden *g)
{
	static const char *const inputs[] = {"p1", "p2", "t1", "t2", NULL};
	const struct pair_opts o = {0};
	struct method_out out = {0};
	struct embeddings e;
	struct tape t;

	if (load(g, &e, inputs))
		return;
	tape_init(&t, golden_device());
	check(g, &t, &e, loss_byol(&t, e.x[0], e.x[1], e.x[2], e.x[3], &o, &out), &out);
	tape_release(&t);
}

void golden_simsiam(struct golden *g)
{
	static const char *const inputs[] = {"p1", "p2", "z1", "z2", NULL};
	const struct pair_opts o = {0};
	struct method_out out = {0};
	struct embeddings e;
	struct tape t;

	if (load(g, &e, inputs))
		return;
	tape_init(&t, golden_device());
	check(g, &t, &e, loss_simsiam(&t, e.x[0], e.x[1], e.x[2], e.x[3], &o, &out), &out);
	tape_release(&t);
}

void golden_simclr(struct golden *g)
{
	static const char *const inputs[] = {"z1", "z2", NULL};
	struct simclr_opts o = {.form = 'p'};
	struct method_out out = {0};
	struct embeddings e;
	struct tape t;

	o.temperature = golden_number(g, "tau");
	if (load(g, &e, inputs))
		return;
	tape_init(&t, golden_device());
	check(g, &t, &e, loss_simclr(&t, e.x[0], e.x[1], &o, &out), &out);
	tape_release(&t);
}
