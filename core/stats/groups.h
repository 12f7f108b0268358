/*
 * Runs put together: replicates (equal recipes but for the seed, on the same data), or all runs
 * that share a method or the value of a hyperparameter; each with a label of what sets it apart.
 * Runs on different data are never in one group.
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

/* by: NULL or BY_RECIPE replicates, "run" each alone, "method", or a hyperparameter. In the order of the
 * selection; groups by a number in its order. A run that was done again later is in no group (but
 * of "run"), so that a seed counts once. */
int groups_make(struct store *s, const struct selection *sel, const char *by, struct group_set *out,
		struct error *err);
void groups_release(struct group_set *g);

/* Leaves the parameters that differ within a method at the front of v, and returns how many they
 * are: that another method has other defaults says nothing. "method" itself is not among them. */
int groups_telling(const struct selection *sel, struct varied_set *v);

/* Mean and its like of the finite ones among value[g->run[..]]. */
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
