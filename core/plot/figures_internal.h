/* For core/plot/ only: what figures share. */
#ifndef SSL_PLOT_FIGURES_INTERNAL_H
#define SSL_PLOT_FIGURES_INTERNAL_H

#include "core/plot/figures.h"
#include "core/stats/floor.h"
#include "core/stats/groups.h"
#include "core/store/query/selection_values.h"
#include "core/store/query/series.h"

/* How the series of a run is read. */
struct figure_reading {
	int (*read)(struct store *s, const struct selected *r, const char *name, struct series *out,
		    struct error *err);
	const char *name;
	int epochs; /* x in epochs, to which the steps are scaled */
};

/* The numbers of runs with a value, over the groups of a picture. */
struct figure_counts {
	int groups, least, most;
};
void figure_count(struct figure_counts *c, int runs);
/* "3 runs each", "2 to 3 runs". */
void figure_counts_text(const struct figure_counts *c, struct strbuf *out);

/* Adds the group's curve: at each step, the mean over the runs that have a value there, and mean -+ sd.
 * Without a value there is no curve. Counts the runs that have values. */
int figure_group_curve(struct store *s, const struct selection *sel, const struct group *g,
		       const struct figure_reading *how, struct chart *c,
		       struct figure_counts *count, struct error *err);

/* "val.knn.top1, %" */
void figure_axis_name(const struct metric_info *m, int best, char out[160]);

/* The colour of the group that is the rank-th of its picture; by rank, the first `most` have one. */
int figure_colour(const struct figure *f, const struct selection *sel, const struct group *g,
		  int rank, int most);

/* True for a loss of runs of several methods: they share no axis. */
int figure_is_split(const struct selection *sel, const char *metric);
/* Makes a panel for each method. A colour stands for one group in the whole picture. */
int figure_panels(struct store *s, const struct selection *sel, const struct figure *f,
		  const struct metric_info *m, figure_fn *make, struct chart **out,
		  struct error *err);
/* The error for such a loss in figures that have no panels; returns -1. */
int figure_refuse_loss(const char *what, const struct metric_info *m, struct error *err);

/* Appends what the name of the metric means, "; collapse.h.std_ratio: ...", if that needs explanation. */
void figure_explain(const char *metric, struct strbuf *out);
/* True for a measure of collapse, of which the lowest values matter. */
int figure_is_collapse(const char *metric);
/* Adds the guard's thresholds for this metric as marks of the chart. */
int figure_thresholds(struct store *s, const struct selection *sel, const char *metric,
		      struct chart *c, struct error *err);

/* Appends "; untrained: 17.60" if it is known, and a clause if none of the groups exceeds it. */
void figure_floor(const struct floors *f, const struct group_set *g, const double *value,
		  struct strbuf *out);

/* Adds the same to the chart's note, with each run as a group. */
int figure_note_floor(struct store *s, const struct selection *sel, const char *metric,
		      const double *value, struct chart *c, struct error *err);

/* Appends "; the best 8 of 22 in colour" if some are grey. */
void figure_coloured(const struct chart *c, int groups, const char *which, struct strbuf *out);

/* Appends how many of the n runs at the places run[] (NULL: 0 to n - 1) collapsed or were pruned and,
 * if `open`, did not finish: "2 collapsed, 1 pruned". `first` stands before the first number. */
void figure_lost_runs(const struct selection *sel, const int *run, int n, int open,
		      const char *first, struct strbuf *out);
/* "; in no mean: 2 collapsed, 1 pruned", if there are such runs. means: 0 where the picture shows the
 * single runs, so that these are drawn too, as far as they came. */
void figure_lost(const struct selection *sel, int means, struct strbuf *out);

#endif
