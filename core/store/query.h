/*
 * Reading for people: rows of a query as a table. User SQL runs read-only under an authorizer
 * (SELECT and pure functions only), with a time limit, and with median(), stddev(), quantile(x, q)
 * added.
 */
#ifndef SSL_STORE_QUERY_H
#define SSL_STORE_QUERY_H

#include "core/store/store.h"

/* Receives a result. `column` once per column, then a value per cell, row by row. */
struct query_sink {
	void *ctx;
	void (*column)(void *ctx, const char *name);
	void (*text)(void *ctx, const char *s); /* NULL: null */
	void (*integer)(void *ctx, int64_t v);
	void (*real)(void *ctx, double v);
};

/* The user's own SQL, one statement. ERR_USAGE with SQLite's message when it is wrong, when it
 * would write, or when there is more than one statement; ERR_FAILED when it takes longer than
 * seconds. */
int query_user(struct store *s, const char *sql, double seconds, const struct query_sink *sink,
	       struct error *err);

struct log_query {
	const char *where;   /* checked SQL expression over v_run; [vicreg.mu] is a parameter; a
			      * metric's name   its best value; NULL: all */
	const char *sort;    /* "-knn.top1": descending; NULL: newest first */
	const char *columns; /* comma-separated, or NULL: the usual */
	const char *tag;
	long limit; /* 0: none */
};
/* What `ssl log` prints. */
int query_log(struct store *s, const struct log_query *q, const struct query_sink *sink,
	      struct error *err);

#endif
