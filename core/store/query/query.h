/*
 * Reading for people: rows of a query as a table. User SQL runs read-only under an authorizer
 * (SELECT and pure functions only), with a time limit, and with median(), stddev(), quantile(x, q)
 * added.
 */
#ifndef SSL_STORE_QUERY_QUERY_H
#define SSL_STORE_QUERY_QUERY_H

#include "core/store/store.h"

/* Receives a result. `column` once per column, then a value per cell, row by row. */
struct query_sink {
	void *ctx;
	void (*column)(void *ctx, const char *name);
	void (*text)(void *ctx, const char *s); /* NULL: null */
	void (*integer)(void *ctx, int64_t v);
	void (*real)(void *ctx, double v);
};

/* As a key that makes groups: the recipe without its seed, so that replicates are together. In SQL
 * it is group_hash. */
#define BY_RECIPE "recipe"

enum { QUERY_SQL_MAX = 1 << 20 }; /* bytes of a statement */

/* The user's own SQL, one statement. ERR_USAGE with SQLite's message when it is wrong, when it
 * would write, when it is longer than QUERY_SQL_MAX, or when there is more than one statement;
 * ERR_FAILED when it takes longer than seconds (0: no limit) or more memory than user_sql.h
 * allows. */
int query_user(struct store *s, const char *sql, double seconds, const struct query_sink *sink,
	       struct error *err);

/* Would it run? The same faults, without running it. */
int query_check(struct store *s, const char *sql, struct error *err);

struct log_query {
	const char *where;   /* checked SQL expression over v_run; [vicreg.mu] is a parameter; a
			      * metric's name its last value, best:NAME the best; NULL: all */
	const char *sort;    /* "-knn.top1": descending; NULL: newest first */
	const char *columns; /* comma-separated, or NULL: the usual */
	int brief; /* the usual for people: `elapsed` and `eta` in place of `seconds`, and only while a
		    * run is running */
	const char *tag;
	const char *sweep; /* the runs of its cells; NULL: any */
	long limit;        /* 0: none */
	uint64_t *nulls; /* not NULL: gets a bit for each of the first 64 columns that has a NULL */
	int group;  /* a row per recipe, over the seeds of its finished runs: of every measure NAME
		     * its mean, and behind it the columns "NAME.sd", its standard deviation, and
		     * "NAME.n", how many runs have a value */
};
/* What `ssl log` prints. */
int query_log(struct store *s, const struct log_query *q, const struct query_sink *sink,
	      struct error *err);
/* Appends what has to be said about the metrics among its columns: see metric_caveats.h. */
struct strbuf;
int query_log_caveats(struct store *s, const struct log_query *q, struct strbuf *out,
		      struct error *err);

struct selection; /* selection.h */
struct best_query {
	const char *metric;  /* the recorded name of one with a goal (metric_choice.h) */
	const char *heading; /* of its column: as the user wrote it */
	const struct selection *of; /* these runs */
	const char *by; /* a column, a hyperparameter or BY_RECIPE: the best of each of its values; or
			 * NULL */
	long limit;         /* how many (of each); 0: all */
};
/* What `ssl best` prints: runs, the best one first. No run that collapsed is among them: what it
 * measures is of a dead representation, though a loss may be the smallest there. */
int query_best(struct store *s, const struct best_query *q, const struct query_sink *sink,
	       struct error *err);
/* How many runs that collapsed were left out. */
int query_best_collapsed(struct store *s, const struct best_query *q, int64_t *n,
			 struct error *err);

/* What `ssl metrics` prints. Without names: the run's metrics. With names: a row per step at which
 * one of them has a value, a column for each. ERR_NOT_FOUND for a metric that the run has not. */
int query_metrics(struct store *s, int64_t run, const struct query_sink *sink, struct error *err);
int query_series(struct store *s, int64_t run, const char *const *name, int n,
		 const struct query_sink *sink, struct error *err);

/* In what two runs differ, a row a fact: section (environment, data, run, parameters, metrics,
 * series), name, the two values, the difference of numbers, and (series) the first step at which
 * they part. Measures of speed and time are left out: they always differ. */
int query_diff(struct store *s, int64_t a, int64_t b, const struct query_sink *sink,
	       struct error *err);

#endif
