/*
 * Effects of the hyperparameters of a sweep on a metric: marginal means, and the share of the variance
 * over all runs that each hyperparameter explains alone (the main effects of an analysis of variance,
 * eta squared), that the seeds explain (the variance within cells; a cell is one recipe), and that is
 * left to interactions. Each method is analysed by itself. As in a comparison (compare.h) only finished
 * runs with a finite value enter a mean. Runs that collapsed or were pruned are counted at each value
 * of a hyperparameter, since that too is its effect; a value without a finished run has a level, too.
 *
 * Shares add up to 1 on a full grid with equally many seeds in each cell. Otherwise main effects
 * overlap and the rest could be below zero: then it is NaN.
 */
#ifndef SSL_STATS_EFFECTS_H
#define SSL_STATS_EFFECTS_H

#include "core/store/query/selection.h"

struct effect_level {
	char *text; /* the value; values joined by " / " for parameters that change together */
	int n, collapsed, pruned; /* finished runs; runs that ended so */
	double number, mean, sd;  /* number: NaN where it is none */
	double gain;              /* over the untrained encoder (floor.h); NaN: not known */
};
struct effect {
	char *param; /* "vicreg.mu", or "optim.batch / optim.lr" that change together */
	struct effect_level *level;
	int n;        /* levels, numbers rising */
	double share; /* of the variance; NaN if there is none or each run has its own value */
	int edge;  /* the best cell has, of three numeric levels or more, -1 the smallest, 1 the largest */
	int drawn; /* drawn by a random search: the levels are ranges (ranges.h) */
	int best;  /* level of the best cell */
};
struct effect_block {
	char method[32];
	int runs, cells; /* finished runs with a value; recipes, including those of lost runs */
	int collapsed, pruned; /* runs that ended so: in no mean, but counted at their levels */
	int left_out, undone;  /* runs that finished without a finite value; that did not finish */
	double mean, sd;       /* over all runs */
	double best_mean;      /* of the best cell */
	double best_gain;      /* the largest gain of a cell; NaN: none is known */
	double seeds, rest;    /* shares; seeds: NaN with one run per cell */
	struct effect *effect; /* the largest share first */
	int n;
};
struct effects {
	struct effect_block *block;
	int n;
};

/* value, floor: of each run of the selection; floor: NaN where not known. */
int effects_make(struct store *s, const struct selection *sel, const double *value,
		 const double *floor, int low_is_good, struct effects *out, struct error *err);
void effects_release(struct effects *e);

#endif
