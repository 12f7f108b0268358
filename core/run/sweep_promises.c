/* What a sweep promises by exec and objective against what its cells will measure: see sweep.h. */
#include <stdio.h>
#include <string.h>

#include "core/run/measures.h"
#include "core/run/sweep.h"
#include "core/store/identity.h"

/* Appends how it is written instead, or what there is. */
static void add_why(const struct measures *all, const char *name, struct strbuf *out)
{
	const size_t base = identity_base(name);
	const char *near = measures_nearest(all, name);
	char plain[MEASURE_NAME];

	snprintf(plain, sizeof plain, "%.*s", (int)base, name);
	if (name[base] && measures_find(all, plain)) {
		strbuf_addf(
		    out,
		    ": a run measures by its recipe's settings, and calls it %s: say that, and "
		    "the settings in the recipe",
		    plain);
		return;
	}
	if (near)
		strbuf_addf(out, " (did you mean %s?)", near);
	strbuf_adds(out, ": there are ");
	measures_names(all, out);
}

static int fail_unmeasured(const char *key, const char *name, const struct measures *all,
			   struct error *err)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "%s: no cell measures %s", key, name);
	if (all->n)
		add_why(all, name, &text);
	else
		strbuf_adds(&text, ", or anything else");
	error_set(err, ERR_USAGE, "%s", text.buf);
	strbuf_release(&text);
	return -1;
}

static void tell_some(const char *what, int n, int all, void (*line)(const char *text))
{
	char text[300];

	snprintf(text, sizeof text, "%.200s in %d of %d cells alone", what, n, all);
	line(text);
}

/* Is the metric measured by any cell? line() where it is not by all. */
static int check_measured(const char *key, const char *name, const struct sweep_cells *c,
			  void (*line)(const char *text), struct error *err)
{
	char what[200];
	int n = 0;

	for (int i = 0; i < c->n; i++)
		n += measures_find(&c->of[i], name) != NULL;
	if (!n)
		return fail_unmeasured(key, name, c->all, err);
	snprintf(what, sizeof what, "%s: %s is measured", key, name);
	if (n < c->n)
		tell_some(what, n, c->n, line);
	return 0;
}

/* Is there an epoch before the last at which the rule looks and finds a value? */
static int may_be_pruned(const struct recipe *exec, const struct measures *of, const char *name,
			 long epochs)
{
	const struct measure *m = measures_find(of, name);
	long epoch = epochs - 1;

	if (!m)
		return 0;
	while (epoch > 0 && !sweep_is_rung(exec, epoch))
		epoch--;
	return epoch > 0 && epoch >= m->first;
}

/* With fewer cells than it compares a rule never speaks. */
static int check_enough(const struct recipe *exec, const struct sweep_cells *c, struct error *err)
{
	int asha = !strcmp(recipe_text(exec, "exec.prune"), "asha");
	const char *key = asha ? "exec.prune_eta" : "exec.prune_min";
	long least = recipe_int(exec, key) + !asha;

	if (c->n >= least)
		return 0;
	return error_set(
	    err, ERR_USAGE,
	    "exec.prune: %s compares at least %ld cells, and there %s %d: none could be "
	    "pruned (%s is %ld)",
	    recipe_text(exec, "exec.prune"), least, c->n == 1 ? "is" : "are", c->n, key,
	    recipe_int(exec, key));
}

static int fail_rungs(const struct recipe *exec, const char *name, const struct sweep_cells *c,
		      struct error *err)
{
	long longest = 0;

	for (int i = 0; i < c->n; i++)
		longest = c->epochs[i] > longest ? c->epochs[i] : longest;
	return error_set(
	    err, ERR_USAGE,
	    "exec.prune: none could be pruned: no cell has a value of %s before its end at "
	    "an epoch where %s looks, from exec.prune_warmup (%ld) on; the longest cell "
	    "has %ld epoch%s%s",
	    name, recipe_text(exec, "exec.prune"), recipe_int(exec, "exec.prune_warmup"), longest,
	    longest == 1 ? "" : "s",
	    strstr(name, ".top") ? ", and evaluates every eval.every" : "");
}

static int check_pruning(const struct recipe *exec, const struct sweep_cells *c,
			 void (*line)(const char *text), struct error *err)
{
	const char *own = recipe_text(exec, "exec.prune_metric");
	const char *key = *own ? "exec.prune_metric" : "objective.metric";
	const char *name = recipe_text(exec, key);
	int n = 0;

	if (!strcmp(recipe_text(exec, "exec.prune"), "none") || !*name)
		return 0;
	if ((*own && check_measured(key, name, c, line, err)) || check_enough(exec, c, err))
		return -1;
	for (int i = 0; i < c->n; i++)
		n += may_be_pruned(exec, &c->of[i], name, c->epochs[i]);
	if (!n)
		return fail_rungs(exec, name, c, err);
	if (n < c->n)
		tell_some("exec.prune: there is a value before the end where it looks", n, c->n,
			  line);
	return 0;
}

int sweep_promises(const struct recipe *exec, const struct sweep_cells *cells,
		   void (*line)(const char *text), struct error *err)
{
	const char *objective = recipe_text(exec, "objective.metric");

	if (*objective && check_measured("objective.metric", objective, cells, line, err))
		return -1;
	return check_pruning(exec, cells, line, err);
}
