/* The folder that a backup goes to: new, or an older backup of the same store. */
#ifndef SSL_STORE_UPKEEP_BACKUP_TARGET_H
#define SSL_STORE_UPKEEP_BACKUP_TARGET_H

#include <sqlite3.h>

#include "core/store/store.h"

/* Whether DIR, a .ssl, may become the copy: nothing is there, or (with `replace`) a backup of this
 * very store, in which nothing was recorded since. ERR_USAGE otherwise. */
int backup_target_check(struct store *s, const char *dir, int replace, struct error *err);

/* Notes in the finished copy how far it goes, by which the check above knows what came later. */
int backup_target_mark(sqlite3 *copy, const char *path, struct error *err);

/* Moves the finished copy TMP to DIR/ssl.db. The older backup is whole until then, and after an
 * error. */
int backup_target_place(const char *tmp, const char *dir, struct error *err);

#endif
