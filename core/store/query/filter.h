/*
 * Inside core/store/ only: translates what a user writes about runs (after -w, -s, --columns, --by)
 * to SQL over v_run. A name is a column of v_run (knn.top1 means knn_top1), else a hyperparameter,
 * else a metric: its last value, or with best:NAME the best. It may stand in brackets. `what`
 * begins messages.
 */
#ifndef SSL_STORE_QUERY_FILTER_H
#define SSL_STORE_QUERY_FILTER_H

#include "core/base/strbuf.h"
#include "core/store/store_internal.h"

/* Appends the SQL of the name. ERR_USAGE with the nearest name if there is none. truth = 1: the
 * values true and false become 1 and 0; FILTER_NUMERIC: so they do, and a word among numbers
 * becomes NULL, as arithmetic and comparisons by size need. */
enum { FILTER_NUMERIC = 2 };
int filter_name(struct store *s, const char *what, const char *name, size_t n, int truth,
		struct strbuf *out, struct error *err);

/* As filter_name(), and reports in *kind what the name is. */
enum filter_kind { FILTER_COLUMN, FILTER_PARAM, FILTER_METRIC };
int filter_name_kind(struct store *s, const char *what, const char *name, size_t n, int truth,
		     struct strbuf *out, enum filter_kind *kind, struct error *err);

/* As filter_name(), for the argument of --by. Datasets are grouped by label, since several may have
 * one name. BY_RECIPE means group_hash. */
int filter_group(struct store *s, const char *by, struct strbuf *out, struct error *err);

/* Which value of a metric is meant: "last:", "best:", "floor:" (of the untrained encoder, v_floor)
 * or "gain:" (the last minus the floor) before its name. filter_prefix() moves *name behind the
 * prefix. */
enum filter_value { FILTER_ANY, FILTER_LAST, FILTER_BEST, FILTER_FLOOR, FILTER_GAIN };
enum filter_value filter_prefix(const char **name);

/* Appends the SQL of that value of the metric, for the run v_run.id; FILTER_ANY means the last one.
 * Its value is NULL if the evaluation has no result. */
int filter_metric(struct store *s, int64_t id, const char *goal, enum filter_value which,
		  struct strbuf *out, struct error *err);

/* SQL: 1 if another run of the same recipe (with its seed) on the same data counts in the place of
 * v_run.id: the newest that is done, else the newest that collapsed or was pruned. */
extern const char filter_replaced[];
/* SQL: 1 for the runs of the sweep that has the name ?3. */
extern const char filter_of_sweep[];

/* Appends ` AS "name"`. */
void filter_add_alias(const char *name, size_t n, struct strbuf *out);

/* Checks an SQL expression and appends it with its names replaced. It cannot close the parentheses
 * around it, nor contain a subquery, a comment or a second statement. */
int filter_expression(struct store *s, const char *what, const char *text, struct strbuf *out,
		      struct error *err);

/* As filter_expression(), for the argument of -w, in parentheses; (1) for NULL. */
int filter_where(struct store *s, const char *text, struct strbuf *out, struct error *err);

#endif
