/* Whether a sweep maximises or minimises its objective; see sweep.h. */
#include <string.h>

#include "core/run/keys.h"
#include "core/run/sweep.h"
#include "core/store/metric_kinds.h"

static int is_none(const char *goal)
{
	return !strcmp(goal, "none");
}

/* True for a metric that this program measures and that has no direction. One that it does not
 * measure is refused in sweep_metrics.c. */
static int has_none(const char *metric)
{
	const struct metric_kind *kind = metric_kind(metric);

	return *metric && !kind->guess && is_none(kind->goal);
}

/* The metric that objective.goal is about: the objective or, without one, the pruning metric; ""
 * none. */
static const char *goal_metric(const struct recipe *exec, const char **key)
{
	const char *objective = recipe_text(exec, "objective.metric");

	*key = *objective ? "objective.metric" : "exec.prune_metric";
	return *objective ? objective : recipe_text(exec, *key);
}

const char *sweep_direction(const char *metric, const char *goal)
{
	const char *own = metric_kind_goal(metric);

	return is_none(own) ? goal : own;
}

const char *sweep_prune_metric(const struct recipe *exec)
{
	const char *metric = recipe_text(exec, "exec.prune_metric");

	return *metric ? metric : recipe_text(exec, "objective.metric");
}

/* Refuses a goal that contradicts the metric, in what a user gives now. */
static int check_given(const struct grid *g, struct error *err)
{
	const char *key, *metric = goal_metric(&g->exec, &key);
	const char *goal = recipe_text(&g->exec, "objective.goal"), *own = metric_kind_goal(metric);

	if (!*metric || is_none(own) || !strcmp(goal, "auto") || !strcmp(goal, own))
		return 0;
	return error_set(err, ERR_USAGE,
			 "%s: objective.goal: %s, but for %s: %s the %s value is the best", g->file,
			 goal, key, metric, !strcmp(own, "min") ? "smallest" : "largest");
}

int sweep_goal_settle(struct grid *g, struct error *err)
{
	const char *key, *metric = goal_metric(&g->exec, &key), *own = metric_kind_goal(metric);

	if (!g->how.recorded && check_given(g, err))
		return -1;
	if (strcmp(recipe_text(&g->exec, "objective.goal"), "auto") != 0)
		return 0;
	g->goal_open = has_none(metric);
	return grid_set(g, !strcmp(own, "min") ? "objective.goal=min" : "objective.goal=max", err);
}

int sweep_goal_check(const struct grid *g, struct error *err)
{
	const struct recipe *exec = &g->exec;
	const char *key, *metric = goal_metric(exec, &key), *prunes = sweep_prune_metric(exec);
	int prune = strcmp(recipe_text(exec, "exec.prune"), "none") != 0;

	if (g->how.recorded)
		return 0;
	if (g->goal_open)
		return error_set(err, ERR_USAGE,
				 "%s: %s: neither more nor less of %s is better: set "
				 "objective.goal",
				 g->file, key, metric);
	if (prune && strcmp(prunes, metric) != 0 && has_none(prunes))
		return error_set(err, ERR_USAGE,
				 "%s: exec.prune_metric: neither more nor less of %s is better, "
				 "and objective.goal is that of %s",
				 g->file, prunes, metric);
	return 0;
}

int sweep_goal_remark(const struct sweep_row *w, struct strbuf *out, struct error *err)
{
	const struct recipe_how how = {.defaults = w->defaults, .recorded = 1};
	const char *key, *metric, *own;
	struct grid g;
	int ret = -1;

	grid_init(&g, keys_schema(), &how);
	if (grid_from_json(&g, w->spec, err))
		goto done;
	metric = goal_metric(&g.exec, &key);
	own = metric_kind_goal(metric);
	if (*metric && strcmp(sweep_direction(metric, w->goal), w->goal) != 0)
		strbuf_addf(out,
			    "sweep %s: its objective.goal, %s, was a default: the %s value of %s "
			    "counts as the best",
			    w->name, w->goal, !strcmp(own, "min") ? "smallest" : "largest", metric);
	ret = 0;
done:
	grid_release(&g);
	return ret;
}
