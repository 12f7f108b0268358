/*
 * Groups of runs compared on one metric: moments and intervals of each, and every pair of groups
 * tested. The unit is a run; a seed that was run twice counts once, with its newest run. Two groups
 * with seeds in common are compared by the differences seed by seed (where a group has several runs
 * of a seed, by their mean), others as two independent samples. p-values are corrected over the
 * pairs (Holm). Notes state what the numbers leave out.
 *
 * Only finished runs have a result: the last value of a collapsed run is that of a dead
 * representation, the last value of a pruned run that of an early epoch. Such runs enter no mean and
 * are counted beside it; a group without a finished run has a row, too. Runs that a user names one by
 * one count whatever their status is.
 *
 * Runs on different data are never averaged, nor compared, unless `by` is the dataset: a group has
 * one dataset, known by its label, and pairs are made of groups on the same one.
 */
#ifndef SSL_STATS_COMPARE_H
#define SSL_STATS_COMPARE_H

#include "core/stats/stats.h"
#include "core/store/query/values.h"

struct compare_query {
	struct value_query values;
	int ranks;    /* 0: permutation tests of means; 1: Wilcoxon and Mann-Whitney */
	int unpaired; /* 1: never by seed */
	int named;    /* 1: values.id are runs that a user named one by one */
};

struct compare_seed {
	int64_t seed;
	double mean;
	int n;
};

struct compare_group {
	const char *name;             /* the value of the key */
	const char *dataset;          /* its label; NULL: none */
	int place;                    /* by recipe: its rank in the order of first runs */
	int64_t first;                /* its first run */
	char *label;                  /* the value of the key; by recipe the hyperparameters in which
					 it differs from the others: "vicreg.mu=10" */
	char *title;                  /* the label, with the dataset where there are several:
					 "vicreg (t@1a2b3c4d)" */
	int n, cells;                 /* finished runs; their recipes, not counting the seed */
	int collapsed, pruned;        /* runs that ended so: in no mean */
	int tried;                    /* recipes among which --select chose, else 0 */
	double *value, *floors;       /* of each run; floors: NaN where not known */
	int64_t *seed, *id;           /* of each run */
	struct compare_seed *by_seed; /* the mean of each seed */
	int n_seeds;
	double mean, sd;
	double best;        /* the best value of a run; NaN if the metric has no goal */
	struct interval ci; /* of the mean, 95 % (Student's t) */
	double floor, gain; /* over the runs whose untrained encoder is known (floor.h); else NaN */
	double selected;    /* the mean of the metric of --select; NaN without */
	char *recipe;       /* in what the chosen cell differs from the others: "vicreg.mu=10" */
};

struct compare_pair {
	int a, b;           /* groups */
	int paired, n, m;   /* paired: n common seeds; else n and m runs */
	int equal;          /* the paired differences are all equal up to rounding */
	double difference;  /* of means: a - b */
	struct interval ci; /* of the paired difference, 95 % (Student's t); else NaN */
	double effect;      /* paired: Cohen's d, NaN when equal; else Cliff's delta */
	struct stats_test test;
	double p_holm, p_least; /* p_least: the smallest p that the test can give with so many values */
};

struct compare {
	const char *by, *metric, *goal, *select; /* of the query */
	const char *unit, *select_unit; /* of the two metrics (metric_kinds.h); select_unit: "" without */
	struct values values;
	struct compare_group *group; /* by name; numbers by size; recipes by their first runs */
	struct compare_pair *pair;
	int n_groups, n_pairs, ranks;
	int n_datasets; /* of the groups */
	int by_recipe;  /* grouped by recipe */
	int across;     /* grouped by dataset: pairs are made across datasets */
	int differ;     /* the values were evaluated with different settings: no pair is tested */
	struct strbuf notes; /* sentences about the runs and values, each ended by a newline */
};

/* ERR_NOT_FOUND when no run is left to compare. */
int compare_make(struct store *s, const struct compare_query *q, struct compare **out,
		 struct error *err);
void compare_free(struct compare *c);

/* For compare.c only: sets the label of each group (compare_label.c). */
int compare_label(struct store *s, struct compare *c, struct error *err);

/* For compare.c only: appends to the notes what concerns the groups as a whole (compare_notes.c):
 * cells of the sweep (NULL: none) that are not done; several devices, datasets and recipes. */
int compare_notes(struct store *s, struct compare *c, const char *sweep, struct error *err);

#endif
