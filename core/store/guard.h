/* Inside core/store/ only: running SQL that a user wrote, or has a part in. */
#ifndef SSL_STORE_GUARD_H
#define SSL_STORE_GUARD_H

#include "core/store/query.h"
#include "core/store/store_internal.h"

/* Prepares one statement under the authorizer: SELECT and pure functions only. `what` begins
 * messages
 * ("sql", "-w"). NULL with *err. */
sqlite3_stmt *guard_prepare(struct store *s, const char *what, const char *sql, struct error *err);

/* Steps it to the end into the sink, under the authorizer and the time limit (seconds; 0: none).
 * Does not finalize. */
int guard_run(struct store *s, const char *what, sqlite3_stmt *st, double seconds,
	      const struct query_sink *sink, struct error *err);

/* For who steps it himself: begins the time limit and the authorizer; ends both, and turns the last
 * result of sqlite3_step() into 0 or -1. */
void guard_limit(struct store *s, double seconds);
int guard_end(struct store *s, const char *what, int rc, struct error *err);

/* A query of our own with bound values (types as in db_bind()) into the sink. */
int query_bound(struct store *s, const struct query_sink *sink, struct error *err, const char *sql,
		const char *types, ...);

#endif
