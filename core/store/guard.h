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

#endif
