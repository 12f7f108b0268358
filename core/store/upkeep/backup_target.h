/* The folder of a backup: a new one, or an older backup of the same store. */
#ifndef SSL_STORE_UPKEEP_BACKUP_TARGET_H
#define SSL_STORE_UPKEEP_BACKUP_TARGET_H

#include <sqlite3.h>

#include "core/store/store.h"

/* Checks that DIR, a .ssl, may become the copy: there is none, or (with `replace`) it is a backup
 * of this store in which nothing was recorded since. ERR_USAGE otherwise. */
int backup_target_check(struct store *s, const char *dir, int replace, struct error *err);

/* Records in the finished copy which rows are the last, so that backup_target_check() finds out
 * whether rows were added later. */
int backup_target_mark(sqlite3 *copy, const char *path, struct error *err);

/* Renames the finished copy TMP to DIR/ssl.db. Until then, and after an error, the older backup is
 * complete. */
int backup_target_place(const char *tmp, const char *dir, struct error *err);

#endif
