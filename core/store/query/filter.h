/* Inside core/store/ only: what a user writes about runs, as SQL over v_run. */
#ifndef SSL_STORE_QUERY_FILTER_H
#define SSL_STORE_QUERY_FILTER_H

#include "core/base/strbuf.h"
#include "core/store/store_internal.h"

/* Appends the SQL of one name: a column of v_run (knn.top1 is knn_top1), else a hyperparameter,
 * else a metric: its last value, or of best:NAME the best. Brackets around it are allowed.
 * ERR_USAGE with the nearest name. `truth`: true and false become 1 and 0; FILTER_RECKONED: so that
 * it is compared by size or reckoned with, and a word in a number's place is NULL. */
enum { FILTER_RECKONED = 2 };
int filter_name(struct store *s, const char *what, const char *name, size_t n, int truth,
		struct strbuf *out, struct error *err);

/* As filter_name(); *kind: what the name was. */
enum filter_kind { FILTER_COLUMN, FILTER_PARAM, FILTER_METRIC };
int filter_name_kind(struct store *s, const char *what, const char *name, size_t n, int truth,
		     struct strbuf *out, enum filter_kind *kind, struct error *err);

/* As filter_name() of what follows --by, whose values make groups: a dataset is grouped by its
 * label, since one name may stand for several datasets; BY_RECIPE stands for group_hash. */
int filter_group(struct store *s, const char *by, struct strbuf *out, struct error *err);

/* Which of a metric's values: "last:", "best:", "floor:" (of the untrained encoder, v_floor) or
 * "gain:" (the last less the floor) in front of its name says it, and is stepped over. */
enum filter_value { FILTER_ANY, FILTER_LAST, FILTER_BEST, FILTER_FLOOR, FILTER_GAIN };
enum filter_value filter_prefix(const char **name);

/* Appends the SQL of that value of the metric, for the run v_run.id; FILTER_ANY is the last one.
 * NULL where the evaluation has no result. */
int filter_metric(struct store *s, int64_t id, const char *goal, enum filter_value which,
		  struct strbuf *out, struct error *err);

/* SQL: 1 where another run of the same recipe on the same data counts for the seed of v_run.id: the
 * newest that is done, before any that collapsed or was pruned. */
extern const char filter_replaced[];
/* SQL: 1 for the runs of the sweep of name ?3. */
extern const char filter_of_sweep[];

/* Appends ` AS "name"`. */
void filter_add_alias(const char *name, size_t n, struct strbuf *out);

/* Appends a checked SQL expression, names replaced. It cannot leave the parentheses that it will
 * stand in, nor hold a sub-select, a comment or a second statement. */
int filter_expression(struct store *s, const char *what, const char *text, struct strbuf *out,
		      struct error *err);

/* As filter_expression() of what follows -w, in parentheses; (1) for NULL. */
int filter_where(struct store *s, const char *text, struct strbuf *out, struct error *err);

#endif
