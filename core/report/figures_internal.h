/* Inside core/report/ only: what figures share. */
#ifndef SSL_REPORT_FIGURES_INTERNAL_H
#define SSL_REPORT_FIGURES_INTERNAL_H

#include "core/report/figures.h"
#include "core/report/groups.h"

/* The group's curve: at each step that one of its runs has, the mean of those that have it, and
 * mean -+ sd. `x_per_step` of each run turns steps into x. Takes nothing over. */
void figure_mean_curve(struct chart *c, const char *label, const struct series *series,
		       const double *x_per_step, int n);

/* "val.knn.top1, %" */
void figure_axis_name(const struct metric_info *m, int best, char out[160]);

/* Places of groups, best mean first; those without a value last. The caller frees it. */
int *figure_order(const struct group_set *g, const double *value, int low_is_good);

/* "mean over 3 runs each", "2 to 3 runs" */
void figure_replicates(const struct group_set *g, struct strbuf *out);

#endif
