/*
 * Groups of runs compared on one metric: moments and intervals of each, and every pair of groups
 * tested. The unit is a run; a seed that was run twice counts once, with its newest run. Two groups
 * with seeds in common are compared by the differences seed by seed (where a group has several runs
 * of a seed, by their mean), others as two independent samples. p-values are corrected over the
 * pairs (Holm). What the numbers cannot say is said in sentences.
 *
 * Only finished runs have a result: what a collapsed run ended with is of a dead representation,
 * what a pruned one did of an early epoch. They enter no mean, and are counted beside it; a group
 * of which none finished has a row, too. Runs that are named one by one count in any state.
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
	int place;                    /* by recipe: among the groups in the order of their first runs */
	int64_t first;                /* its first run */
	char *label; /* the value of the key; by recipe what sets it apart: "vicreg.mu=10" */
	char *title; /* the label; "vicreg (t@1a2b3c4d)" where there are several datasets */
	int n, cells;                 /* finished runs; recipes among them, seeds apart */
	int collapsed, pruned;        /* runs that ended so: in no mean */
	int tried;                    /* recipes among which --select chose, else 0 */
	double *value, *floors;       /* of each run; floors: NaN where not known */
	int64_t *seed, *id;           /* of each run */
	struct compare_seed *by_seed; /* the mean of each seed */
	int n_seeds;
	double mean, sd, best; /* best: of the values, one a run; NaN when the metric has no goal */
	struct interval ci;    /* of the mean, 95 % (Student's t) */
	double floor, gain; /* over the runs whose untrained encoder is known (floor.h); else NaN */
	double selected;    /* mean of the metric that chose, NaN without */
	char *recipe;       /* what sets the chosen cell apart: "vicreg.mu=10" */
};

struct compare_pair {
	int a, b;           /* groups */
	int paired, n, m;   /* n pairs; or n and m runs */
	int equal;          /* the paired differences are all the same, but for rounding */
	double difference;  /* of means: a - b */
	struct interval ci; /* of the paired difference, 95 % (Student's t); else NaN */
	double effect;      /* paired: Cohen's d, NaN when equal; else Cliff's delta */
	struct stats_test test;
	double p_holm, p_least; /* p_least: the smallest p that so many values can give */
};

struct compare {
	const char *by, *metric, *goal, *select; /* of the query */
	const char *unit, *select_unit; /* of the two metrics (metric_kinds.h); select_unit: "" without */
	struct values values;
	struct compare_group *group; /* in the order of names; numbers by size; recipes as they came */
	struct compare_pair *pair;
	int n_groups, n_pairs, ranks;
	int n_datasets; /* of the runs that count */
	int by_recipe;  /* grouped by recipe */
	int across;     /* grouped by dataset: pairs are made across datasets */
	int differ; /* the values were evaluated by different settings: no pairs, and no verdict */
	struct strbuf notes; /* sentences, each ended by a newline */
};

/* ERR_NOT_FOUND when no run is left to compare. */
int compare_make(struct store *s, const struct compare_query *q, struct compare **out,
		 struct error *err);
void compare_free(struct compare *c);

/* Inside: gives each group its label. */
int compare_label(struct store *s, struct compare *c, struct error *err);

#endif
