/*
 * One value per run, for statistics: the selected runs, each with its group, its recipe without the
 * seed (`cell`) and the final value of a metric.
 */
#ifndef SSL_STORE_QUERY_VALUES_H
#define SSL_STORE_QUERY_VALUES_H

#include "core/base/strbuf.h"
#include "core/store/query/query.h"

struct value_query {
	const char *where; /* as in log_query; NULL: all */
	const char *tag;   /* NULL: any */
	const char *sweep; /* the runs of its cells; NULL: any */
	const int64_t *id; /* of these runs; NULL: any */
	int n_ids;
	const char *by;     /* the key of the groups: a column, a hyperparameter, or BY_RECIPE */
	const char *metric; /* its last value, with best:NAME the best; NULL: metric_choose() */
	const char *select; /* another metric, likewise; or NULL */
};

struct value_row {
	int64_t id, seed;
	char *name, *method, *group, *cell, *status; /* group may be NULL */
	char *dataset;        /* its label (v_dataset); NULL: none */
	int repeated;         /* another run counts in its place (filter_replaced in filter.h) */
	double value, select; /* NaN: none, or not finite */
	double floor;         /* the untrained encoder's value of the metric (v_floor); NaN: unknown */
};

struct values {
	struct value_row *row; /* by id */
	int n;
	const char *goal, *select_goal; /* max, min, none */
	char metric[256]; /* its recorded name: NAME, test.NAME or val.NAME, whichever most runs have */
	char why[320];    /* as in struct metric_choice */
};

/* ERR_USAGE for an unknown name, ERR_NOT_FOUND for an unknown metric. */
int query_values(struct store *s, const struct value_query *q, struct values *out,
		 struct error *err);
void values_release(struct values *v);

/* Appends the hyperparameters in which the runs differ, the seed left out, with the values of the
 * run `of`; those of its method come first: "vicreg.lambda=25 vicreg.mu=10 optim.lr=0.1". */
int query_varied(struct store *s, const int64_t *id, int n, int64_t of, struct strbuf *out,
		 struct error *err);

#endif
