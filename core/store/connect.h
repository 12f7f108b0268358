/*
 * Inside core/store/ only: the connection of a store to its database. A writer locks as SQLite
 * does. A reader that may not write beside the database reads the file as it is if no log or
 * journal is beside it, and else a private copy (private_copy.h).
 */
#ifndef SSL_STORE_CONNECT_H
#define SSL_STORE_CONNECT_H

#include "core/store/store_internal.h"

/* The store of the folder `dir` (.ssl, absolute), not connected yet. For store_close(). */
struct store *store_new(const char *dir, enum store_mode mode);

/* Connects to the database, in the store's mode. `create`: a writer creates it if it does not
 * exist. */
int store_connect(struct store *s, int create, struct error *err);
/* Connects `copy` to a temporary database, which nobody else sees, with the contents of that of
 * `from`. */
int store_connect_copy(struct store *copy, struct store *from, struct error *err);

/* Finalizes the statements and closes the connection, if any. The store may connect again. */
void store_disconnect(struct store *s);

#endif
