/* Protects: the update rules, step by step, compared with torch.optim and with a reference of LARS
 * in the form decay_in_norm. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/optim/optim.h"
#include "core/tensor/memory.h"
#include "tests/golden/golden.h"

static double number_or(const struct golden *g, const char *key, double absent)
{
	const char *s = st_meta(&g->st, key);

	return s ? strtod(s, NULL) : absent;
}

/* "sgd_nesterov" -> "sgd" */
static const struct optim *rule_of(const char *name)
{
	char word[32];
	size_t n = strcspn(name, "_");

	snprintf(word, sizeof word, "%.*s", (int)n, name);
	return optim_find(word);
}

static void set_up(struct golden *g, const struct optim *rule, struct param *p,
		   struct optim_opts *o)
{
	const int lars = !strcmp(rule->name, "lars");

	p->t = *golden_tensor(g, "in.param");
	p->t.needs_grad = 1;
	p->lr_mult = 1;
	/* the 1-d parameters of lars files are excluded from decay; torch.optim decays all */
	p->kind =
	    lars && (p->t.ndim == 1 || strstr(g->name, "excluded")) ? PARAM_NORM : PARAM_WEIGHT;
	o->decay_bias_norm = !lars;
	o->lr = golden_number(g, "lr");
	o->momentum = number_or(g, "momentum", 0);
	o->nesterov = strstr(g->name, "nesterov") != NULL;
	o->beta1 = number_or(g, "beta1", 0.9);
	o->beta2 = number_or(g, "beta2", 0.999);
	o->eps = number_or(g, "eps", 1e-8);
	o->weight_decay = golden_number(g, "weight_decay");
	o->trust = number_or(g, "trust_coefficient", 0.001);
	o->decay_in_norm = 1;
	for (int i = 0; i < rule->slots; i++) {
		p->slot[i] = tensor_new(&g->arena, p->t.ndim, p->t.shape);
		tensor_zero(p->slot[i]);
	}
}

void golden_optim(struct golden *g)
{
	const struct optim *rule = rule_of(g->name);
	struct param p = {0}, *list[] = {&p};
	struct params params = {.list = list, .n = 1};
	struct optim_opts o = {0};
	char name[32];

	if (!rule || !golden_entry(g, "in.param")) {
		g->failures += !rule;
		return;
	}
	tensor_arena_init(&params.arena, golden_device());
	set_up(g, rule, &p, &o);
	for (int k = 0;; k++) {
		snprintf(name, sizeof name, "in.grad%d", k);
		if (!golden_has(g, name))
			break;
		p.t.mem->grad = golden_tensor(g, name);
		optim_step(rule, &o, &params, o.lr, k);
		snprintf(name, sizeof name, "out.param%d", k);
		golden_check(g, name, p.t.mem->data, p.t.n, GOLDEN_TIGHT);
	}
	tensor_arena_release(&params.arena);
}
