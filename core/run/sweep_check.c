/* The cells of a sweep against their datasets, before any of them is run: see sweep.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/run/check.h"
#include "core/run/keys.h"
#include "core/run/measures.h"
#include "core/run/sweep.h"
#include "core/store/query/metric_choice.h"

enum { MOST = 6 }; /* sentences */

struct checking {
	struct store *store;
	int given;
	struct facts_cache facts;
	struct measures *of, all; /* of every cell of the first seed; of all of them */
	long *epochs;
	int cells;
	char *said[MOST];
	int n;
	void (*line)(const char *text);
};

/* Each sentence once, and of many the first ones. */
static void report(struct checking *k, const struct run_check *c, const struct recipe *rc,
		   const struct data_facts *f)
{
	struct strbuf text = STRBUF_INIT;
	int i = 0;

	run_check_report(c, rc, f, &text);
	while (i < k->n && strcmp(k->said[i], text.buf))
		i++;
	if (i == k->n && i < MOST)
		k->said[k->n++] = strbuf_detach(&text);
	strbuf_release(&text);
}

/* c NULL: of an unknown dataset. */
static void note_measures(struct checking *k, const struct recipe *rc, const struct run_check *c)
{
	measures_add(&k->of[k->cells], rc, c);
	measures_add(&k->all, rc, c);
	k->epochs[k->cells++] = recipe_int(rc, "optim.epochs");
}

static int check_unknown(struct checking *k, const struct sweep_cell *cell, struct error *err)
{
	struct recipe rc;

	if (recipe_from_json(&rc, keys_schema(), cell->run.recipe_json, cell->run.defaults, err))
		return -1;
	note_measures(k, &rc, NULL);
	recipe_release(&rc);
	return 0;
}

static int check_cell(struct checking *k, const struct sweep_cell *cell, struct error *err)
{
	struct run_check c;
	struct data_facts f;
	struct recipe rc;
	int ret;

	if (!k->store)
		return check_unknown(k, cell, err);

	if (recipe_from_json(&rc, keys_schema(), cell->run.recipe_json, cell->run.defaults, err))
		return -1;
	ret = facts_cached(&k->facts, k->store, cell->dataset, &f, err);
	if (!ret)
		ret = k->given ? run_check_given(&c, &rc, cell->names_split, &f, err)
			       : run_check(&c, &rc, &f, err);
	if (!ret)
		report(k, &c, &rc, &f);
	if (!ret)
		note_measures(k, &rc, &c);
	else if (!k->given && sweeps_have_recipe(k->store, cell->run.recipe_hash) > 0)
		ret = 0;
	recipe_release(&rc);
	return ret;
}

static void release(struct checking *k)
{
	for (int i = 0; i < k->n; i++)
		free(k->said[i]);
	for (int i = 0; i < k->cells; i++)
		measures_release(&k->of[i]);
	measures_release(&k->all);
	free(k->of);
	free(k->epochs);
	facts_cache_release(&k->facts);
}

static int all_measure(const struct checking *k, const char *name)
{
	for (int i = 0; i < k->cells; i++)
		if (!measures_find(&k->of[i], name))
			return 0;
	return k->cells > 0;
}

/* A sweep that names no objective has one all the same, known before anything is measured, so that
 * whoever looks at it compares its cells by the same. */
static const char *choose_objective(const struct checking *k)
{
	static const char *const usual[] = {METRIC_HELD_OUT, ("test." METRIC_USUAL),
					    METRIC_UNLABELED};
	char text[200];

	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
		if (!all_measure(k, usual[i]))
			continue;
		snprintf(text, sizeof text,
			 "no objective.metric is given: the cells are compared by %s", usual[i]);
		k->line(text);
		return usual[i];
	}
	return "";
}

int sweep_plan_check(struct sweep_plan *p, const struct recipe *exec, struct store *s, int given,
		     void (*line)(const char *text), struct error *err)
{
	struct checking k = {.store = s, .given = given, .line = line};
	int ret = 0;

	k.of = xcalloc((size_t)p->recipes + 1, sizeof *k.of);
	k.epochs = xcalloc((size_t)p->recipes + 1, sizeof *k.epochs);

	for (int i = 0; i < p->n && !ret; i++) {
		if (p->cell[i].rank) /* another seed of a recipe that was checked */
			continue;
		ret = check_cell(&k, &p->cell[i], err);
		if (ret)
			error_prefix(err, "cell %d", p->cell[i].ordinal);
	}
	if (!ret && given) {
		const struct sweep_cells cells = {k.of, &k.all, k.epochs, k.cells};

		ret = sweep_promises(exec, &cells, line, err);
	}
	for (int i = 0; i < k.n && !ret; i++)
		line(k.said[i]);
	if (!ret && s && !*recipe_text(exec, "objective.metric"))
		p->objective = choose_objective(&k);
	release(&k);
	return ret;
}
