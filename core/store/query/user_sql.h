/*
 * Inside core/store/ only: running SQL that a user wrote, or a part of which a user wrote. It may
 * only read. Its memory, the length of its texts, its result and its time are limited. SQLite
 * cannot interrupt a single call of a function; if that takes too long, the process ends with the
 * same message (core/base/watch.h).
 */
#ifndef SSL_STORE_QUERY_USER_SQL_H
#define SSL_STORE_QUERY_USER_SQL_H

#include "core/store/query/query.h"
#include "core/store/store_internal.h"

enum {
	USER_SQL_MB = 512,       /* memory, and the size of a result */
	USER_SQL_TEXT_MB = 16,   /* a text or a blob */
	USER_SQL_PATTERN = 1000, /* bytes of a pattern of LIKE or GLOB */
};

/* Prepares one statement under the authorizer, which allows SELECT and pure functions, and sets all
 * limits until user_sql_end(). `what` begins messages ("sql", "-w"). seconds = 0: no time limit.
 * NULL with *err; then user_sql_end() must not be called. */
sqlite3_stmt *user_sql_prepare(struct store *s, const char *what, const char *sql, double seconds,
			       struct error *err);

/* For a caller that steps the statement itself: removes the limits, and turns rc, the last result
 * of sqlite3_step(), into 0 or -1. Does not finalize. */
int user_sql_end(struct store *s, const char *what, int rc, struct error *err);

/* Steps the statement to its end, with its rows to the sink, and calls user_sql_end(). */
int user_sql_run(struct store *s, const char *what, sqlite3_stmt *st, const struct query_sink *sink,
		 struct error *err);

/* Runs a query of the program's own with bound values (types as in db_bind()), with its rows to the
 * sink. */
int query_bound(struct store *s, const struct query_sink *sink, struct error *err, const char *sql,
		const char *types, ...);

#endif
