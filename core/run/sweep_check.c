/* Checks the points of a sweep against their datasets before any cell is run; see sweep.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/run/check.h"
#include "core/run/keys.h"
#include "core/run/measures.h"
#include "core/run/precision.h"
#include "core/run/sweep.h"
#include "core/store/query/metric_choice.h"

enum { SENTENCES_MAX = 6 };

struct checking {
	struct store *store;
	int given;
	struct data_facts_cache facts;
	struct measures *of, all; /* what each point measures; what any of them does */
	long *epochs;
	int points;
	char *sentence[SENTENCES_MAX];
	int n;
	void (*line)(const char *text);
};

/* Collects each different sentence, up to a limit. */
static void add_sentence(struct checking *k, const struct run_check *c, const struct recipe *rc,
			 const struct data_facts *f)
{
	struct strbuf text = STRBUF_INIT;
	int i = 0;

	run_check_report(c, rc, f, &text);
	while (i < k->n && strcmp(k->sentence[i], text.buf))
		i++;
	if (i == k->n && i < SENTENCES_MAX)
		k->sentence[k->n++] = strbuf_detach(&text);
	strbuf_release(&text);
}

/* c NULL: the dataset is not known. */
static void add_measures(struct checking *k, const struct recipe *rc, const struct run_check *c)
{
	measures_add(&k->of[k->points], rc, c);
	measures_add(&k->all, rc, c);
	k->epochs[k->points++] = recipe_int(rc, "optim.epochs");
}

static int check_unknown(struct checking *k, const struct sweep_cell *cell, struct error *err)
{
	struct recipe rc;

	if (recipe_from_json(&rc, keys_schema(), cell->run.recipe_json, cell->run.defaults, err))
		return -1;
	add_measures(k, &rc, NULL);
	recipe_release(&rc);
	return 0;
}

static int check_point(struct checking *k, const struct sweep_cell *cell, struct error *err)
{
	struct run_check c;
	struct data_facts f;
	struct recipe rc;
	int ret;

	if (!k->store)
		return check_unknown(k, cell, err);

	if (recipe_from_json(&rc, keys_schema(), cell->run.recipe_json, cell->run.defaults, err))
		return -1;
	ret = data_facts_cached(&k->facts, k->store, cell->dataset, &f, err);
	if (!ret)
		ret = k->given ? run_check_given(&c, &rc, cell->names_split, &f, err)
			       : run_check(&c, &rc, &f, err);
	if (!ret)
		add_sentence(k, &c, &rc, &f);
	if (!ret)
		add_measures(k, &rc, &c);
	else if (!k->given && sweeps_have_recipe(k->store, cell->run.recipe_hash) > 0)
		ret = 0;
	recipe_release(&rc);
	return ret;
}

static void release(struct checking *k)
{
	for (int i = 0; i < k->n; i++)
		free(k->sentence[i]);
	for (int i = 0; i < k->points; i++)
		measures_release(&k->of[i]);
	measures_release(&k->all);
	free(k->of);
	free(k->epochs);
	data_facts_cache_release(&k->facts);
}

static int all_measure(const struct checking *k, const char *name)
{
	for (int i = 0; i < k->points; i++)
		if (!measures_find(&k->of[i], name))
			return 0;
	return k->points > 0;
}

/* A sweep without an objective gets one before anything is measured, so that every command compares
 * its cells by the same metric. */
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

	k.of = xcalloc((size_t)p->points + 1, sizeof *k.of);
	k.epochs = xcalloc((size_t)p->points + 1, sizeof *k.epochs);

	for (int i = 0; i < p->n && !ret; i++) {
		if (p->cell[i].rank) /* another seed of a point that was checked */
			continue;
		ret = check_point(&k, &p->cell[i], err);
		if (ret)
			error_prefix(err, "point %d", p->cell[i].ordinal);
	}
	if (!ret && given) {
		const struct sweep_points points = {k.of, &k.all, k.epochs, k.points};

		ret = sweep_metrics_check(exec, &points, line, err);
	}
	for (int i = 0; i < k.n && !ret; i++)
		line(k.sentence[i]);
	if (!ret && s && !*recipe_text(exec, "objective.metric"))
		p->objective = choose_objective(&k);
	release(&k);
	return ret;
}

static const char *precision_text(const struct sweep_cell *c)
{
	for (int i = 0; i < c->run.n_params; i++)
		if (!strcmp(c->run.param[i].key, "precision"))
			return c->run.param[i].text;
	BUG("point %d has no precision", c->ordinal);
}

int sweep_plan_special(const struct sweep_plan *p)
{
	int n = 0;

	for (int i = 0; i < p->n; i++)
		n += !p->cell[i].rank && precision_needs(precision_text(&p->cell[i]));
	return n;
}

int sweep_plan_check_device(const struct sweep_plan *p, const struct device *device,
			    struct error *err)
{
	for (int i = 0; i < p->n; i++)
		if (precision_check(precision_text(&p->cell[i]), device, err))
			return error_prefix(err, "point %d", p->cell[i].ordinal);
	return 0;
}
