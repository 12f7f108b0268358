/*
 * The tables of a report. Each is one query over a selection of runs, run with bound values. The
 * report also prints the query with its values, so that `ssl sql` returns the same rows.
 */
#ifndef SSL_STORE_QUERY_REPORT_QUERY_H
#define SSL_STORE_QUERY_REPORT_QUERY_H

#include "core/store/query/selection.h"

enum report_query {
	REPORT_STATUS,   /* runs by method and status */
	REPORT_GROUPS,   /* n, mean, sd, min, max of the metric, by recipe without its seed */
	REPORT_RUNS,     /* one row per run */
	REPORT_COLLAPSE, /* runs whose embeddings collapsed, have a low rank, or that do not learn */
	REPORT_EVENTS,   /* events of guards, warnings, failures */
	REPORT_NOTES,    /* notes and tags */
	REPORT_DATA,     /* datasets */
	REPORT_CODE,     /* builds */
	REPORT_HOSTS,    /* machines */
	REPORT_COMMANDS, /* command lines */
	REPORT_QUERIES,
};

/* Runs the query; those that do not need the metric ignore it. At most `limit` rows; 0: all. */
int report_query(struct store *s, enum report_query which, const struct selection *sel,
		 const char *metric, long limit, const struct query_sink *sink, struct error *err);

/* Appends the SQL with its values, for `ssl sql`. */
void report_query_sql(enum report_query which, const struct selection *sel, const char *metric,
		      struct strbuf *out);

/* Reads the canonical recipe (JSON) of a run, which the caller frees. */
int report_recipe(struct store *s, int64_t run, char **json, struct error *err);

#endif
