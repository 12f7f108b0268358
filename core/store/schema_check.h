/* Inside core/store/ only: is the schema of an open database the one that ssl makes? */
#ifndef SSL_STORE_SCHEMA_CHECK_H
#define SSL_STORE_SCHEMA_CHECK_H

#include "core/store/store_internal.h"

/* What every connection to a database that somebody else may have made is set to: its schema is not
 * trusted, attaches nothing and runs no triggers. */
void db_harden(sqlite3 *db);

/* ERR_CORRUPT unless the schema has the tables of this version, and nothing that runs code which is
 * not ours: a trigger, a virtual table, a computed column. */
int schema_check(struct store *s, int version, struct error *err);
/* Does the newest schema have a table of this name? */
int schema_has_table(const char *name);
/* A database in memory that has the tables of this version and no rows. With `views` also those of
 * schema/views.sql. NULL if it cannot be made; else the caller closes it with sqlite3_close(). */
sqlite3 *schema_model(int version, int views);
/* Compares every table with what the migrations make: 1 and what is wrong, or 0. Slower: for after a
 * fault, and for fsck. */
int schema_damage(struct store *s, char out[200]);

/* Makes schema/views.sql what v_* stand for: in the store (a writer), or for this connection. */
int views_update(struct store *s, struct error *err);

#endif
