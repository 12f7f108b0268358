/* The charts of runs that `ssl plot` and `ssl report` draw. Each function sets *out, which the caller
 * frees with chart_free(). */
#ifndef SSL_PLOT_FIGURES_H
#define SSL_PLOT_FIGURES_H

#include "core/plot/chart.h"
#include "core/stats/groups.h"
#include "core/store/query/selection.h"

/* The colour of each run's group, a place in the palette or CHART_GREY, the same in all figures that get
 * this. Runs by their ids. */
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
	const char *name;   /* spectrum, alignment: which vectors; NULL: "z", "predictor.cos" */
	int best;           /* the best value of each run instead of its last */
	int steps;          /* x in steps instead of epochs */
	int log_x, log_y;
	int lowest; /* the lowest curves in colour, not the best */
	int most;   /* number of curves in colour (the best ones, eight at most) or bars; 0: 8, 20 */
	const struct figure_colours *colours; /* NULL: by the rank in this figure */
};

/* The type of all of these functions. */
typedef int figure_fn(struct store *s, const struct selection *sel, const struct figure *f,
		      struct chart **out, struct error *err);

/* The metric over training: mean and +- sd over the runs of each group. Losses of several methods are
 * drawn in panels, one per method; a measure of collapse shows the thresholds of the guard. */
int figure_curve(struct store *s, const struct selection *sel, const struct figure *f,
		 struct chart **out, struct error *err);
/* The metric of each group, the best first: mean, 95 % interval, single runs. Panels as above. */
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

/* The two hyperparameters that have the most values within a method, for a heatmap. Returns their number,
 * 0 to 2, or -1. The caller frees the names. */
int figure_axes(struct store *s, const struct selection *sel, char *axis[2], struct error *err);

#endif
