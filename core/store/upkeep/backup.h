/*
 * A copy of a store that is a store itself: the database through SQLite's online backup, beside
 * running writers, and every object that the copy names, each read back against its hash.
 */
#ifndef SSL_STORE_UPKEEP_BACKUP_H
#define SSL_STORE_UPKEEP_BACKUP_H

#include <signal.h>

#include "core/store/store.h"

struct backup {
	int link;    /* hard links where the file system allows it, instead of copies */
	int replace; /* bring an older backup there up to date */
	const volatile sig_atomic_t *stop; /* not 0: gives up; or NULL */
	long objects,
	    copied;    /* out: that the copy names; of these, that were not there yet, or damaged */
	int64_t bytes; /* out: of these */
};

/* Makes DIR/.ssl; with STORE_DRY it counts and checks what it would copy. ERR_USAGE when there
 * is one already (unless replace, and it is a backup of this store in which nothing was
 * recorded), or when it is this very store; ERR_CORRUPT when an object is missing or damaged:
 * what is sound has been copied then. The database comes last, so that one that is there names
 * only what was copied, and an older backup stays what it was when the new one fails;
 * ERR_PREEMPTED when it was stopped. */
int store_backup(struct store *s, const char *dir, struct backup *b, struct error *err);

#endif
