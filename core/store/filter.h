/* Inside core/store/ only: what a user writes about runs, as SQL over v_run. */
#ifndef SSL_STORE_FILTER_H
#define SSL_STORE_FILTER_H

#include "core/base/strbuf.h"
#include "core/store/store_internal.h"

/* Appends the SQL of one name: a column of v_run (knn.top1 is knn_top1), else a hyperparameter,
 * else a metric (its best value; the last where none is better). Brackets around it are allowed.
 * ERR_USAGE with the nearest name. `truth`: true and false become 1 and 0. */
int filter_name(struct store *s, const char *what, const char *name, size_t n, int truth,
		struct strbuf *out, struct error *err);

/* Appends a checked SQL expression, names replaced. It cannot leave the parentheses that it will
 * stand in, nor hold a sub-select, a comment or a second statement. */
int filter_expression(struct store *s, const char *what, const char *text, struct strbuf *out,
		      struct error *err);

#endif
