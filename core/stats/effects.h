/*
 * What the hyperparameters of a sweep do to a metric: marginal means, and how much of the variance
 * over all runs each explains alone (the main effects of an analysis of variance, eta squared),
 * what the seeds do (the variance within cells, a cell being one recipe), and what is left:
 * interactions. Within each method, since another method's cells say nothing about it. As in a
 * comparison (compare.h) only finished runs with a finite value enter a mean. Runs that collapsed
 * or were pruned are counted at each value of a hyperparameter, since that is what it did; a value
 * of which no run finished has a row, too.
 *
 * Shares add up to 1 on a full grid with as many seeds in each cell. Otherwise main effects overlap
 * and the rest can be below zero: then it is NaN.
 */
#ifndef SSL_STATS_EFFECTS_H
#define SSL_STATS_EFFECTS_H

#include "core/store/query/selection.h"

struct effect_level {
	char *text; /* the value; joined by " / " for parameters that change together */
	int n, collapsed, pruned; /* finished runs; runs that ended so */
	double number, mean, sd;  /* number: NaN where it is none */
	double gain;              /* over the untrained encoder (floor.h); NaN: not known */
};
struct effect {
	char *param; /* "vicreg.mu", or "optim.batch / optim.lr" that change together */
	struct effect_level *level;
	int n;        /* levels, numbers rising */
	double share; /* of the variance; NaN when there is none, or each run has its own value */
	int edge;  /* of the best cell, with three numeric levels or more: -1 smallest, 1 largest */
	int drawn; /* by a search: the levels are ranges (ranges.h) */
	int best;  /* level of the best cell */
};
struct effect_block {
	char method[32];
	int runs, cells; /* finished runs with a value; recipes, those of lost runs included */
	int collapsed, pruned; /* runs that ended so: in no mean, and counted with each value */
	int left_out, undone;  /* finished, but without a finite value; not finished */
	double mean, sd;       /* over all runs */
	double best_mean;      /* of the best cell */
	double best_gain;      /* the largest of a cell; NaN: none is known */
	double seeds, rest;    /* shares; seeds NaN with one run a cell */
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
