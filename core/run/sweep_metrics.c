/* Checks the objective and the pruning of a sweep against what its cells will measure; see sweep.h.
 */
#include <stdio.h>
#include <string.h>

#include "core/run/measures.h"
#include "core/run/sweep.h"
#include "core/store/identity.h"

/* Appends how the name should be written, or which names there are. */
static void add_hint(const struct measures *all, const char *name, struct strbuf *out)
{
	const size_t base = identity_base(name);
	const char *near = measures_nearest(all, name);
	char plain[MEASURE_NAME];

	snprintf(plain, sizeof plain, "%.*s", (int)base, name);
	if (name[base] && measures_find(all, plain)) {
		strbuf_addf(
		    out,
		    ": a run evaluates with the settings of its recipe, and names the metric %s: "
		    "use that name, and put the settings into the recipe",
		    plain);
		return;
	}
	if (near)
		strbuf_addf(out, " (did you mean %s?)", near);
	strbuf_adds(out, ": the cells measure ");
	measures_names(all, out);
}

static int fail_unmeasured(const char *key, const char *name, const struct measures *all,
			   struct error *err)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "%s: no cell measures %s", key, name);
	if (all->n)
		add_hint(all, name, &text);
	else
		strbuf_adds(&text, ", or anything else");
	error_set(err, ERR_USAGE, "%s", text.buf);
	strbuf_release(&text);
	return -1;
}

static void report_some(const char *what, int n, int all, void (*line)(const char *text))
{
	char text[300];

	snprintf(text, sizeof text, "%.200s in only %d of %d points", what, n, all);
	line(text);
}

/* Fails if no point measures the metric; calls line() if only some do. */
static int check_measured(const char *key, const char *name, const struct sweep_points *p,
			  void (*line)(const char *text), struct error *err)
{
	char what[200];
	int n = 0;

	for (int i = 0; i < p->n; i++)
		n += measures_find(&p->of[i], name) != NULL;
	if (!n)
		return fail_unmeasured(key, name, p->all, err);
	snprintf(what, sizeof what, "%s: %s is measured", key, name);
	if (n < p->n)
		report_some(what, n, p->n, line);
	return 0;
}

int sweep_is_rung(const struct recipe *exec, long epoch)
{
	long rung = recipe_int(exec, "exec.prune_warmup");

	if (strcmp(recipe_text(exec, "exec.prune"), "asha"))
		return epoch >= rung;
	while (rung < epoch)
		rung *= recipe_int(exec, "exec.prune_eta");
	return rung == epoch;
}

/* True if there is an epoch before the last at which the rule compares and there is a value. */
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

/* A rule never prunes where there are fewer points than it compares. */
static int check_enough(const struct recipe *exec, const struct sweep_points *p, struct error *err)
{
	int asha = !strcmp(recipe_text(exec, "exec.prune"), "asha");
	const char *key = asha ? "exec.prune_eta" : "exec.prune_min";
	long least = recipe_int(exec, key) + !asha;

	if (p->n >= least)
		return 0;
	return error_set(
	    err, ERR_USAGE,
	    "exec.prune: %s compares at least %ld points, and there %s %d: none could be "
	    "pruned (%s is %ld)",
	    recipe_text(exec, "exec.prune"), least, p->n == 1 ? "is" : "are", p->n, key,
	    recipe_int(exec, key));
}

static int fail_rungs(const struct recipe *exec, const char *name, const struct sweep_points *p,
		      struct error *err)
{
	long longest = 0;

	for (int i = 0; i < p->n; i++)
		longest = p->epochs[i] > longest ? p->epochs[i] : longest;
	return error_set(
	    err, ERR_USAGE,
	    "exec.prune: none could be pruned: no cell has a value of %s before its end at "
	    "an epoch where %s compares, from exec.prune_warmup (%ld) on; the longest cell "
	    "has %ld epoch%s%s",
	    name, recipe_text(exec, "exec.prune"), recipe_int(exec, "exec.prune_warmup"), longest,
	    longest == 1 ? "" : "s",
	    strstr(name, ".top") ? ", and evaluates every eval.every" : "");
}

static int check_pruning(const struct recipe *exec, const struct sweep_points *p,
			 void (*line)(const char *text), struct error *err)
{
	const char *own = recipe_text(exec, "exec.prune_metric");
	const char *key = *own ? "exec.prune_metric" : "objective.metric";
	const char *name = recipe_text(exec, key);
	int n = 0;

	if (!strcmp(recipe_text(exec, "exec.prune"), "none") || !*name)
		return 0;
	if ((*own && check_measured(key, name, p, line, err)) || check_enough(exec, p, err))
		return -1;
	for (int i = 0; i < p->n; i++)
		n += may_be_pruned(exec, &p->of[i], name, p->epochs[i]);
	if (!n)
		return fail_rungs(exec, name, p, err);
	if (n < p->n)
		report_some("exec.prune: there is a value to compare before the end", n, p->n,
			    line);
	return 0;
}

int sweep_metrics_check(const struct recipe *exec, const struct sweep_points *points,
			void (*line)(const char *text), struct error *err)
{
	const char *objective = recipe_text(exec, "objective.metric");

	if (*objective && check_measured("objective.metric", objective, points, line, err))
		return -1;
	return check_pruning(exec, points, line, err);
}
