/* Charts of runs: what `ssl plot` and `ssl report` draw. Each fills *out, to be freed with
 * chart_free(). */
#ifndef SSL_PLOT_FIGURES_H
#define SSL_PLOT_FIGURES_H

#include "core/plot/chart.h"
#include "core/stats/groups.h"
#include "core/store/query/selection.h"

/* Which colour the group of each run has, in every figure that is given it: runs by their ids, each
 * with its place in the palette or CHART_GREY. */
struct figure_colours {
	int64_t *run;
	int *colour;
	int n;
};
/* The best group of each method and the best of all have the palette's colours, the others are grey.
 * order: of the groups, by groups_by_mean(). */
void figure_colours_of(const struct selection *sel, const struct group_set *g, const int *order,
		       const double *value, struct figure_colours *out);
void figure_colours_release(struct figure_colours *c);

struct figure {
	const char *title;  /* NULL: made from the rest */
	const char *metric; /* curve, bars, heatmap, parallel */
	const char *x, *y;  /* heatmap: hyperparameters; NULL: the two with the most values */
	const char *by;     /* groups, as groups_make() */
	const char *name;   /* spectrum, alignment: of the vectors; NULL: the usual */
	int best;           /* the best value of each run instead of its last */
	int steps;          /* x in steps instead of epochs */
	int log_x, log_y;
	int lowest; /* the lowest curves in colour, not the best */
	int most;   /* curves in colour (the best ones, eight at most), bars; 0: the usual */
	const struct figure_colours *colours; /* NULL: by the rank in this figure */
};

/* The shape of all of them. */
typedef int figure_fn(struct store *s, const struct selection *sel, const struct figure *f,
		      struct chart **out, struct error *err);

/* The metric over training, mean and +- sd over the runs of each group. Losses of several methods
 * are panels, one a method; a measure of collapse has the guard's thresholds. */
int figure_curve(struct store *s, const struct selection *sel, const struct figure *f,
		 struct chart **out, struct error *err);
/* The metric of each group: mean, 95 % interval, single runs; the best first. Panels as above. */
int figure_bars(struct store *s, const struct selection *sel, const struct figure *f,
		struct chart **out, struct error *err);
/* The metric's mean for each pair of values of two hyperparameters. ERR_USAGE for the loss of
 * several methods, as for figure_parallel(). */
int figure_heatmap(struct store *s, const struct selection *sel, const struct figure *f,
		   struct chart **out, struct error *err);
/* A line per recipe through its hyperparameters to the metric's mean over its runs. */
int figure_parallel(struct store *s, const struct selection *sel, const struct figure *f,
		    struct chart **out, struct error *err);
/* Eigenvalues of the covariance, largest first, where they were measured last. */
int figure_spectrum(struct store *s, const struct selection *sel, const struct figure *f,
		    struct chart **out, struct error *err);
/* Cosine between the eigenspaces of predictor and correlation, over training. */
int figure_alignment(struct store *s, const struct selection *sel, const struct figure *f,
		     struct chart **out, struct error *err);

/* The two hyperparameters (within one method) with the most values, for a heatmap: 2, or how many
 * there are. Names are owned by the caller. */
int figure_axes(struct store *s, const struct selection *sel, char *axis[2], struct error *err);

#endif
