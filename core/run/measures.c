#include "core/run/measures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/strbuf.h"
#include "core/eval/protocol.h"
#include "core/methods/method.h"
#include "core/run/dynamics.h"

static void add(struct measures *m, long first, const char *prefix, const char *name)
{
	struct measure new = {.first = first};
	struct measure *old;

	snprintf(new.name, sizeof new.name, "%s%s", prefix, name);
	for (int i = 0; i < m->n; i++) {
		old = &m->list[i];
		if (strcmp(old->name, new.name) != 0)
			continue;
		old->first = old->first < first ? old->first : first;
		return;
	}
	m->list = xrealloc(m->list, (size_t)(m->n + 1) * sizeof *m->list);
	m->list[m->n++] = new;
}

static void add_training(struct measures *m, const struct recipe *rc, const struct method *method)
{
	static const char *const every_step[] = {"loss", "lr", "grad_norm", "embedding_std"};
	static const char *const every_epoch[] = {"epoch_s", "images_per_s"};

	for (size_t i = 0; i < sizeof every_step / sizeof *every_step; i++)
		add(m, 1, "", every_step[i]);
	for (const char *const *t = method->terms; t && *t; t++)
		if (method_records(method, rc, *t))
			add(m, 1, "", *t);
	for (size_t i = 0; i < sizeof every_epoch / sizeof *every_epoch; i++)
		add(m, 1, "", every_epoch[i]);
}

/* The first epoch at which something is due that is due every `every` epochs and at the end. */
static long first_due(long every, long epochs)
{
	return every < epochs ? every : epochs;
}

static void add_dynamics(struct measures *m, const struct recipe *rc, const struct method *method,
			 long epochs)
{
	const long every = recipe_int(rc, "collapse.every");
	const char *name;

	if (!every)
		return;
	for (int i = 0; (name = dynamics_series(method, rc, i)); i++)
		add(m, first_due(every, epochs), "", name);
}

static void add_split(struct measures *m, const struct recipe *rc, const char *split, long first,
		      long epochs, int online)
{
	const struct protocol_row *row;
	char name[32], prefix[48];

	for (int i = 0; (row = protocol_at(i)); i++) {
		if (!recipe_list_has(rc, "eval.protocol", row->name))
			continue;
		protocol_result_name(row, rc, name, sizeof name);
		snprintf(prefix, sizeof prefix, "%s.%s.", split, name);
		add(m, online && row->protocol->online ? first : epochs, prefix, "top1");
		add(m, online && row->protocol->online ? first : epochs, prefix, "top5");
	}
}

static void add_evaluation(struct measures *m, const struct recipe *rc, const struct run_check *c,
			   long epochs)
{
	const long every = recipe_int(rc, "eval.every"), first = first_due(every, epochs);

	if (!every && (epochs || !recipe_bool(rc, "eval.at_start")))
		return;
	if (!c) {
		add_split(m, rc, "test", first, epochs, 1);
		add_split(m, rc, "val", first, epochs, 1);
		return;
	}
	if (!c->wanted || c->skip)
		return;
	add_split(m, rc, eval_split_name(c->split), first, epochs, 1);
	if (c->final_test)
		add_split(m, rc, "test", epochs, epochs, 0);
}

void measures_add(struct measures *m, const struct recipe *rc, const struct run_check *c)
{
	const struct method *method = method_find(recipe_text(rc, "method"));
	const long epochs = method && method->views ? recipe_int(rc, "optim.epochs") : 0;

	if (!method)
		return;
	if (epochs)
		add_training(m, rc, method);
	add_dynamics(m, rc, method, epochs);
	add_evaluation(m, rc, c, epochs);
}

void measures_release(struct measures *m)
{
	free(m->list);
	*m = (struct measures){0};
}

const struct measure *measures_find(const struct measures *m, const char *name)
{
	for (int i = 0; i < m->n; i++)
		if (!strcmp(m->list[i].name, name))
			return &m->list[i];
	return NULL;
}

/* The name that ends in ".NAME": for "knn.top1" it is test.knn.top1. */
static const char *with_split(const struct measures *m, const char *name)
{
	const size_t n = strlen(name);

	for (int i = 0; i < m->n; i++) {
		const char *full = m->list[i].name;
		const size_t k = strlen(full);

		if (n && k > n && full[k - n - 1] == '.' && !strcmp(full + k - n, name))
			return full;
	}
	return NULL;
}

const char *measures_nearest(const struct measures *m, const char *name)
{
	const char *near = with_split(m, name), **names;

	if (near)
		return near;
	names = xcalloc((size_t)m->n + 1, sizeof *names);
	for (int i = 0; i < m->n; i++)
		names[i] = m->list[i].name;
	near = nearest_word(name, names, m->n);
	free(names);
	return near;
}

void measures_names(const struct measures *m, struct strbuf *out)
{
	static const char *const family[] = {"collapse.", "predictor."};
	int listed[2] = {0};
	const char *sep = "";

	for (int i = 0; i < m->n; i++) {
		const char *name = m->list[i].name;
		int f = 0;

		while (f < 2 && strncmp(name, family[f], strlen(family[f])) != 0)
			f++;
		if (f == 2)
			strbuf_addf(out, "%s%s", sep, name);
		else if (!listed[f]++)
			strbuf_addf(out, "%s%s*", sep, family[f]);
		sep = ", ";
	}
}
