/* Inside core/store/ only: names of metrics. Resolves the names that users write, and reports
 * unknown ones. */
#ifndef SSL_STORE_METRIC_NAMES_H
#define SSL_STORE_METRIC_NAMES_H

#include "core/store/store_internal.h"

/* The id of a metric's name. A missing row is added, with the description of metric_kinds.h; in the
 * caller's transaction. */
int metric_name_id(struct store *s, const char *name, int64_t *id, struct error *err);

/* Brings every row up to date with the registry; in the caller's transaction. Names that the
 * registry only guesses about keep their description. */
int metric_names_refresh(struct store *s, struct error *err);

/* The ids of the metrics that a user may mean by `name`, in order of preference: NAME, test.NAME
 * and val.NAME, as far as they have values; if none has, those with values by an older rule.
 * Returns their number, or -1. They measure different things, so a column or a ranking uses only
 * one of them. */
int metric_resolve(struct store *s, const char *name, int64_t id[3], struct error *err);

/* The first of these, which a query over all runs uses. 1; 0: there is none; -1. */
int metric_pick(struct store *s, const char *name, int64_t *id, struct error *err);

/* Has the metric values from evaluations? 1, 0, -1. */
int metric_is_evaluated(struct store *s, int64_t id, struct error *err);

/* Copies the name of the metric; ERR_CORRUPT if no metric has this id. */
int metric_name_text(struct store *s, int64_t id, char out[256], struct error *err);

/* *goal: max, min or none. */
int metric_goal(struct store *s, int64_t id, const char **goal, struct error *err);

/* The names that metric_resolve() finds, for suggestions. */
#define METRIC_NAMES_SQL                                                                           \
	"SELECT name FROM metric_name UNION "                                                      \
	"SELECT substr(name, 6) FROM metric_name WHERE name LIKE 'test.%' UNION "                  \
	"SELECT substr(name, 5) FROM metric_name WHERE name LIKE 'val.%'"

/* Sets ERR_NOT_FOUND, "WHATNAME: no run has this metric", with a similar name if there is one.
 * what: what the user wrote before the name ("best:"), or "COMMAND: ". Returns -1. */
int metric_missing(struct store *s, const char *what, const char *name, struct error *err);

#endif
