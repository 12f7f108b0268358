/*
 * The tables of a report: each is one query over a selection of runs, run here with its values
 * bound, and printed so that `ssl sql` gives the same rows.
 */
#ifndef SSL_STORE_QUERY_REPORT_QUERY_H
#define SSL_STORE_QUERY_REPORT_QUERY_H

#include "core/store/query/selection.h"

enum report_query {
	REPORT_STATUS,   /* runs by method and status */
	REPORT_GROUPS,   /* n, mean, sd, min, max of the metric, by recipe without its seed */
	REPORT_RUNS,     /* a row a run */
	REPORT_COLLAPSE, /* runs whose embeddings collapsed, have a low rank, or that do not learn */
	REPORT_EVENTS,   /* guards, warnings, failures */
	REPORT_NOTES,    /* notes and tags */
	REPORT_DATA,     /* datasets */
	REPORT_CODE,     /* builds */
	REPORT_HOSTS,    /* machines */
	REPORT_COMMANDS, /* as they were typed */
	REPORT_QUERIES,
};

/* Its rows; a query that has no use for the metric ignores it. At most `limit` of them, 0 all. */
int report_query(struct store *s, enum report_query which, const struct selection *sel,
		 const char *metric, long limit, const struct query_sink *sink, struct error *err);

/* Appends the SQL with the values in it, to be given to `ssl sql`. */
void report_query_sql(enum report_query which, const struct selection *sel, const char *metric,
		      struct strbuf *out);

/* The canonical recipe (JSON) of a run, owned by the caller. */
int report_recipe(struct store *s, int64_t run, char **json, struct error *err);

#endif
