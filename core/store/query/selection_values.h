/* A metric of the runs of a selection, one value per run. */
#ifndef SSL_STORE_QUERY_SELECTION_VALUES_H
#define SSL_STORE_QUERY_SELECTION_VALUES_H

#include "core/store/query/selection.h"

/* The metric that `name` means: NAME, test.NAME or val.NAME, whichever most of the finished runs
 * have (of all runs, if no finished run has any; the first of equals). ERR_NOT_FOUND with the
 * nearest name if none has any. Commands call metric_choose() of metric_choice.h. */
struct metric_info {
	char name[128], unit[16];
	int low_is_good; /* its goal is "min"; if it has none, that of a sweep with this objective */
};
int selection_metric(struct store *s, const struct selection *sel, const char *name,
		     struct metric_info *out, struct error *err);

/* The last value of the metric's series, else of its newest evaluation; best: the best of both, if
 * the metric has a goal. NaN: the run has none. out has sel->n values. */
int selection_values(struct store *s, const struct selection *sel, const char *metric, int best,
		     double *out, struct error *err);

/* The floor of the metric: the value of the untrained encoder (v_floor). NaN: it is not known. */
int selection_floors(struct store *s, const struct selection *sel, const char *metric, double *out,
		     struct error *err);

/* Replaces by NaN the values of runs that are not done, which are no results. Every value that
 * enters a mean over runs has passed through here; see core/stats/compare.h. */
void selection_results(const struct selection *sel, double *value);
/* Replaces by NaN only the values of collapsed runs, which are never first when runs are
 * ordered. */
void selection_order(const struct selection *sel, double *value);

#endif
