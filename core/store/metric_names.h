/* Inside core/store/ only: the names of metrics. What a name says about its values, what a user may
 * mean by a name, and what is said of one that is not there. */
#ifndef SSL_STORE_METRIC_NAMES_H
#define SSL_STORE_METRIC_NAMES_H

#include "core/store/store_internal.h"

/* The id of a metric's name, its row made as its kind has it (metric_kinds.h) if need be; in the
 * caller's transaction. */
int metric_name_id(struct store *s, const char *name, int64_t *id, struct error *err);

/* Every row as the registry has it now; in the caller's transaction. Names that the registry can
 * only guess about keep what they have. */
int metric_names_refresh(struct store *s, struct error *err);

/* The ids of the metrics that a user may mean by `name`, best first: that name, test.NAME,
 * val.NAME, of those that have values; where none has, the same with values by an older rule. How
 * many there are, or -1. They measure different things: a column or a ranking is of one of them. */
int metric_resolve(struct store *s, const char *name, int64_t id[3], struct error *err);

/* The one that is meant where all runs are looked at: the first. 1, 0 there is
 * none, -1. */
int metric_pick(struct store *s, const char *name, int64_t *id, struct error *err);

/* Has it values that come from evaluations? 1, 0, -1. */
int metric_is_evaluated(struct store *s, int64_t id, struct error *err);

/* Copies the name of the metric; ERR_CORRUPT when there is none with this id. */
int metric_name_text(struct store *s, int64_t id, char out[256], struct error *err);

/* *goal: max, min or none. */
int metric_goal(struct store *s, int64_t id, const char **goal, struct error *err);

/* What metric_resolve() finds: for the search of the nearest. */
#define METRIC_NAMES_SQL                                                                           \
	"SELECT name FROM metric_name UNION "                                                      \
	"SELECT substr(name, 6) FROM metric_name WHERE name LIKE 'test.%' UNION "                  \
	"SELECT substr(name, 5) FROM metric_name WHERE name LIKE 'val.%'"

/* ERR_NOT_FOUND, with the nearest name if one is near: "WHATNAME: no run has this metric". `what`
 * is what the user wrote before it ("best:"), or "COMMAND: ". */
int metric_missing(struct store *s, const char *what, const char *name, struct error *err);

#endif
