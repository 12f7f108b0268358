/* Inside core/store/ only, but for metric_pick_name(): names of metrics as headings of columns. */
#ifndef SSL_STORE_QUERY_METRIC_HEADING_H
#define SSL_STORE_QUERY_METRIC_HEADING_H

#include "core/base/strbuf.h"
#include "core/store/store.h"

/* The recorded name of the metric that metric_pick() finds for `name`: 1; 0 and "" when there is
 * none; -1. */
int metric_pick_name(struct store *s, const char *name, char out[256], struct error *err);

/* Appends the heading of a column that the user asked for by the first n bytes of `name`: these,
 * and "/rule=1" if the metric that they mean is by an older rule. `meant` is its recorded name;
 * NULL: that of metric_pick_name(). */
int metric_heading(struct store *s, const char *name, size_t n, const char *meant,
		   struct strbuf *out, struct error *err);

/* Appends ` AS "HEADING"`, the metric_heading() of the metric `id`, which the user asked for by
 * `name`. */
int metric_add_alias(struct store *s, const char *name, int64_t id, struct strbuf *sql,
		     struct error *err);

#endif
