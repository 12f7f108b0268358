/*
 * Inside core/store/ only: running SQL that a user wrote, or has a part in. It may only read; its
 * memory, the length of its texts and its result are limited; and so is its time, also inside one
 * call of a function, where SQLite asks nobody: then the process ends with the same message
 * (watch.h).
 */
#ifndef SSL_STORE_QUERY_USER_SQL_H
#define SSL_STORE_QUERY_USER_SQL_H

#include "core/store/query/query.h"
#include "core/store/store_internal.h"

enum {
	USER_SQL_MB = 512,       /* of memory, and of a result */
	USER_SQL_TEXT_MB = 16,   /* of a text or a blob */
	USER_SQL_PATTERN = 1000, /* bytes of a pattern of LIKE and GLOB */
};

/* Prepares one statement under the authorizer: SELECT and pure functions only, with all limits from
 * here to user_sql_end(). `what` begins messages ("sql", "-w"); seconds: 0 for no limit. NULL with
 * *err, and then nothing is to be ended. */
sqlite3_stmt *user_sql_prepare(struct store *s, const char *what, const char *sql, double seconds,
			    struct error *err);

/* For who steps it himself: the limits end, and the last result of sqlite3_step() becomes 0 or -1.
 * Does not finalize. */
int user_sql_end(struct store *s, const char *what, int rc, struct error *err);

/* Steps it to the end into the sink, then user_sql_end(). */
int user_sql_run(struct store *s, const char *what, sqlite3_stmt *st, const struct query_sink *sink,
	      struct error *err);

/* A query of our own with bound values (types as in db_bind()) into the sink. */
int query_bound(struct store *s, const struct query_sink *sink, struct error *err, const char *sql,
		const char *types, ...);

#endif
