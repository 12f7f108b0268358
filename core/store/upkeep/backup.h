/*
 * A backup is a store itself: a copy of the database, made by SQLite's online backup while writers
 * may go on, and of every object that the copy names, each checked against its hash.
 */
#ifndef SSL_STORE_UPKEEP_BACKUP_H
#define SSL_STORE_UPKEEP_BACKUP_H

#include <signal.h>

#include "core/store/store.h"

struct backup {
	int link;    /* make hard links instead of copies where the file system allows it */
	int replace; /* update an older backup in that folder */
	const volatile sig_atomic_t *stop; /* ends the backup once it is not 0; or NULL */
	long objects;  /* out: objects that the copy names */
	long copied;   /* out: those of them that were missing or damaged there */
	int64_t bytes; /* out: the size of these */
};

/* Makes the backup DIR/.ssl; with STORE_DRY it only checks and counts. The database is put in place
 * last, so that it names only objects that were copied, and an older backup remains as it was if
 * the new one fails. ERR_USAGE if DIR/.ssl exists (unless `replace` is set and it is a backup of
 * this store in which nothing was recorded since), or is this store; ERR_CORRUPT if an object is
 * missing or damaged, after all others were copied; ERR_PREEMPTED if it was stopped. */
int store_backup(struct store *s, const char *dir, struct backup *b, struct error *err);

#endif
