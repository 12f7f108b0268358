/*
 * The queries behind commands that print tables. Each passes its rows to a sink. SQL that a user
 * wrote runs read-only under an authorizer (SELECT and pure functions only) and with a time limit;
 * it may also call median(), stddev() and quantile(x, q).
 */
#ifndef SSL_STORE_QUERY_QUERY_H
#define SSL_STORE_QUERY_QUERY_H

#include "core/store/store.h"

/* Receives a result: `column` for each column, then one value per cell, row by row. */
struct query_sink {
	void *ctx;
	void (*column)(void *ctx, const char *name);
	void (*text)(void *ctx, const char *s); /* NULL: null */
	void (*integer)(void *ctx, int64_t v);
	void (*real)(void *ctx, double v);
};

/* As a key of groups: the recipe without its seed, so that replicates are in one group. In SQL it
 * is group_hash. */
#define BY_RECIPE "recipe"

enum { QUERY_SQL_MAX = 1 << 20 }; /* bytes of a statement */

/* Runs one statement of SQL that the user wrote. ERR_USAGE, with SQLite's message, if it is wrong,
 * would write, is longer than QUERY_SQL_MAX or is more than one statement; ERR_FAILED if it takes
 * longer than `seconds` (0: no limit) or needs more memory than user_sql.h allows. */
int query_user(struct store *s, const char *sql, double seconds, const struct query_sink *sink,
	       struct error *err);

/* Checks the statement without running it, with the same errors. */
int query_check(struct store *s, const char *sql, struct error *err);

struct log_query {
	const char *where;   /* an SQL expression over v_run (filter.h); NULL: all runs */
	const char *sort;    /* a name; "-knn.top1": descending; NULL: newest first */
	const char *columns; /* separated by commas; NULL: the default ones */
	int brief; /* the default columns are for a terminal: `elapsed` and `eta` instead of
		    * `seconds` while a run is running, else neither */
	const char *tag;   /* only runs with this tag; NULL: any */
	const char *sweep; /* only runs of this sweep's cells; NULL: any */
	long limit;        /* of rows; 0: none */
	uint64_t *nulls; /* if not NULL: gets a bit for each of the first 64 columns with a NULL */
	int group; /* one row per recipe, over the seeds of its finished runs. Every measure NAME is a
		    * mean, followed by the columns "NAME.sd", its standard deviation, and "NAME.n",
		    * how many runs have a value */
};
/* The rows that `ssl log` prints. */
int query_log(struct store *s, const struct log_query *q, const struct query_sink *sink,
	      struct error *err);
/* Appends the caveats about the metrics among its columns (metric_caveats.h). */
struct strbuf;
int query_log_caveats(struct store *s, const struct log_query *q, struct strbuf *out,
		      struct error *err);

struct selection; /* selection.h */
struct best_query {
	const char *metric;  /* the recorded name of a metric with a goal (metric_choice.h) */
	const char *heading; /* the metric's name as the user wrote it, for the column */
	const struct selection *of; /* the runs to choose from */
	const char *by; /* a column, a hyperparameter or BY_RECIPE: the best runs of each of its
			 * values; or NULL */
	long limit;     /* how many runs (of each value); 0: all */
};
/* The rows that `ssl best` prints: runs, best first. Collapsed runs are left out: their values are
 * those of a constant representation, although its loss may be the smallest. */
int query_best(struct store *s, const struct best_query *q, const struct query_sink *sink,
	       struct error *err);
/* How many collapsed runs were left out. */
int query_best_collapsed(struct store *s, const struct best_query *q, int64_t *n,
			 struct error *err);

/* The rows that `ssl metrics` prints. query_metrics(): the run's metrics, one per row.
 * query_series(): a row for each step at which one of the named metrics has a value, with a column
 * for each metric; ERR_NOT_FOUND for a metric that the run does not have. */
int query_metrics(struct store *s, int64_t run, const struct query_sink *sink, struct error *err);
int query_series(struct store *s, int64_t run, const char *const *name, int n,
		 const struct query_sink *sink, struct error *err);

/* The differences of two runs, one per row: section (environment, data, run, parameters, metrics,
 * series), name, the two values, the difference if they are numbers, and for a series the first
 * step at which it differs. Measures of speed and time are left out, since they always differ. */
int query_diff(struct store *s, int64_t a, int64_t b, const struct query_sink *sink,
	       struct error *err);

#endif
