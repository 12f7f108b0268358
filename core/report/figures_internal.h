/* Inside core/report/ only: what figures share. */
#ifndef SSL_REPORT_FIGURES_INTERNAL_H
#define SSL_REPORT_FIGURES_INTERNAL_H

#include "core/report/figures.h"
#include "core/report/floor.h"
#include "core/report/groups.h"

/* How the series of one run is read. */
struct figure_reading {
	int (*read)(struct store *s, const struct selected *r, const char *name, struct series *out,
		    struct error *err);
	const char *name;
	int epochs; /* x in epochs: steps are scaled, where the run has any */
};

/* How many runs the means of a picture are of: those that have a value. */
struct figure_counts {
	int groups, least, most;
};
void figure_count(struct figure_counts *c, int runs);
/* "3 runs each", "2 to 3 runs". */
void figure_counts_text(const struct figure_counts *c, struct strbuf *out);

/* Adds the group's curve: at each step that one of its runs has, the mean of those that have it,
 * and mean -+ sd. No curve where no run has a point. Counts the runs that have some. */
int figure_group_curve(struct store *s, const struct selection *sel, const struct group *g,
		       const struct figure_reading *how, struct chart *c,
		       struct figure_counts *count, struct error *err);

/* "val.knn.top1, %" */
void figure_axis_name(const struct metric_info *m, int best, char out[160]);

/* Places of groups, best mean first; those without a value last. The caller frees it. */
int *figure_order(const struct group_set *g, const double *value, int low_is_good);

/* "; untrained: 17.60", where it is known; and whether none of the groups exceeds it. */
void figure_floor(const struct floors *f, const struct group_set *g, const double *value,
		  struct strbuf *out);

/* Adds the same to the chart's note, each run being a group. */
int figure_note_floor(struct store *s, const struct selection *sel, const char *metric,
		      const double *value, struct chart *c, struct error *err);

/* "; in no mean: 2 collapsed, 1 pruned", if there are such; means: 0 where single runs are drawn,
 * and theirs as far as they came. */
void figure_lost(const struct selection *sel, int means, struct strbuf *out);

#endif
