/*
 * Groups of runs: replicates (recipes that differ only in the seed, on the same data), or all runs
 * that share a method or the value of a hyperparameter. The label of a group says in what it differs
 * from the others. Runs on different data are never in one group.
 */
#ifndef SSL_STATS_GROUPS_H
#define SSL_STATS_GROUPS_H

#include "core/stats/stats.h"
#include "core/store/query/selection.h"
#include "core/store/query/varied.h"

struct group {
	char *label; /* "vicreg lambda=5 mu=25" */
	int *run;    /* places in the selection */
	int n;
};
struct group_set {
	struct group *group;
	int n;
};

/* by: NULL or BY_RECIPE: replicates; "run": each run alone; "method"; or a hyperparameter. Groups are in
 * the order of the selection, those by a number in its order. A run that was repeated later is in no
 * group (except by "run"), so that a seed counts once. */
int groups_make(struct store *s, const struct selection *sel, const char *by, struct group_set *out,
		struct error *err);
void groups_release(struct group_set *g);

/* Moves the hyperparameters that differ between runs of one method to the front of v, and returns their
 * number. Those that differ only between methods, which have different defaults, stay behind. */
int groups_varied(const struct selection *sel, struct varied_set *v);

/* Moments of the finite values among x[0..n-1], or value[g->run[..]]. */
struct moments {
	int n;
	double mean, sd; /* sd: NaN for n < 2 */
	double min, max;
};
struct moments moments_of(const double *x, int n);
struct moments group_moments(const struct group *g, const double *value);
/* Places of the groups, the best mean first and those without a value last; the caller frees it. */
int *groups_by_mean(const struct group_set *g, const double *value, int low_is_good);
/* Student's 95 % interval of the mean; NaN for n < 2. */
struct interval moments_interval(const struct moments *m);

#endif
