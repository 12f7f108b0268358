/* Inside core/store/ only: whether the schema of an open database is one that ssl creates. */
#ifndef SSL_STORE_SCHEMA_CHECK_H
#define SSL_STORE_SCHEMA_CHECK_H

#include "core/store/store_internal.h"

/* Sets what protects a connection from a database that another program may have written: its schema
 * is not trusted, nothing can be attached and no trigger runs. */
void db_harden(sqlite3 *db);

/* ERR_CORRUPT unless the schema has the tables of this version and nothing that runs code of
 * others: no trigger, no virtual table, and no computed column except old names of columns. */
int schema_check(struct store *s, int version, struct error *err);
/* True if the newest version of the schema has a table of this name. */
int schema_has_table(const char *name);
/* Creates a database in memory with the tables of this version and no rows; with `views`, also with
 * the views of schema/views.sql. NULL if that fails; else the caller closes it with
 * sqlite3_close(). */
sqlite3 *schema_model(int version, int views);
/* Compares the columns of every table with those that the migrations create: 1 and the first
 * difference in `out`, or 0. Slower than schema_check(): it is called after an error and by
 * fsck. */
int schema_damage(struct store *s, char out[200]);

/* Makes the views v_* those of schema/views.sql: in the store (a writer), or for this
 * connection. */
int views_update(struct store *s, struct error *err);

#endif
