/* For core/plot/ only: what figures share. */
#ifndef SSL_PLOT_FIGURES_INTERNAL_H
#define SSL_PLOT_FIGURES_INTERNAL_H

#include "core/plot/figures.h"
#include "core/stats/floor.h"
#include "core/stats/groups.h"
#include "core/store/query/selection_values.h"
#include "core/store/query/series.h"

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

/* The colour of a group that is the rank-th of its picture, of which `most` have one. */
int figure_colour(const struct figure *f, const struct selection *sel, const struct group *g,
		  int rank, int most);

/* Is it a loss, and have the runs several methods? Then they share no axis. */
int figure_is_split(const struct selection *sel, const char *metric);
/* Makes a panel of each method, coloured so that each colour stands for one group of the picture. */
int figure_panels(struct store *s, const struct selection *sel, const struct figure *f,
		  const struct metric_info *m, figure_fn *make, struct chart **out,
		  struct error *err);
/* The refusal, where panels would not do. */
int figure_refuse_loss(const char *what, const struct metric_info *m, struct error *err);

/* "; collapse.h.std_ratio: ...": what a name means that does not say it. */
void figure_explain(const char *metric, struct strbuf *out);
/* Is it a measure of collapse, of which the lowest is what matters? */
int figure_is_collapse(const char *metric);
/* The thresholds of the guard that look at this metric, as marks of the chart. */
int figure_thresholds(struct store *s, const struct selection *sel, const char *metric,
		      struct chart *c, struct error *err);

/* "; untrained: 17.60", where it is known; and whether none of the groups exceeds it. */
void figure_floor(const struct floors *f, const struct group_set *g, const double *value,
		  struct strbuf *out);

/* Adds the same to the chart's note, each run being a group. */
int figure_note_floor(struct store *s, const struct selection *sel, const char *metric,
		      const double *value, struct chart *c, struct error *err);

/* "; the best 8 of 22 in colour", where some are grey. */
void figure_coloured(const struct chart *c, int groups, const char *which, struct strbuf *out);

/* Appends how many of the n runs at the places run[] (NULL: 0 to n - 1) collapsed or were pruned and,
 * if `open`, did not finish: "2 collapsed, 1 pruned". `first` stands before the first number. */
void figure_lost_runs(const struct selection *sel, const int *run, int n, int open,
		      const char *first, struct strbuf *out);
/* "; in no mean: 2 collapsed, 1 pruned", if there are such runs. means: 0 where the picture shows the
 * single runs, so that these are drawn too, as far as they came. */
void figure_lost(const struct selection *sel, int means, struct strbuf *out);

#endif
