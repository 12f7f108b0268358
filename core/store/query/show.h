/* The queries of `ssl show`: everything that the store has about one run. */
#ifndef SSL_STORE_QUERY_SHOW_H
#define SSL_STORE_QUERY_SHOW_H

#include "core/store/query/query.h"

/* The first block, in one row: a column for each fact, named as it is shown; NULL if it does not
 * apply. */
int query_show_head(struct store *s, int64_t run, const struct query_sink *sink, struct error *err);

/* The row of v_run. */
int query_show_run(struct store *s, int64_t run, const struct query_sink *sink, struct error *err);

/* The sections below the first block, from 0 in the order in which they are shown: the name of the
 * i-th, NULL past the end; and its rows. */
const char *query_show_section_name(int i);
int query_show_section(struct store *s, int i, int64_t run, const struct query_sink *sink,
		       struct error *err);

#endif
