/*
 * Garbage: files in objects/ that no row names, and rows of objects that no row refers to, as a
 * killed process leaves them behind. Only files with names that ssl gives count, and no link is
 * followed. What an interrupted import of images leaves, so that it can be continued, has to be 168 times
 * as old as other files: a week where they have to be an hour old.
 *
 * Both functions may be called while writers run. A file counts only once it is `age` seconds old,
 * and is removed under the write lock. While a process holds a shared lock on the folder of
 * temporary files (fs_lock_dir_shared()), only files that are an hour old are removed.
 */
#ifndef SSL_STORE_UPKEEP_GARBAGE_H
#define SSL_STORE_UPKEEP_GARBAGE_H

#include "core/store/store.h"

enum garbage_kind {
	GARBAGE_TEMPORARY, /* a file in objects/tmp */
	GARBAGE_FILE,      /* an object's file that no row names */
	GARBAGE_ROW,       /* an object's row that nothing refers to, with its file */
};

struct garbage {
	enum garbage_kind kind;
	const char *path; /* below .ssl */
	int64_t bytes;
};

/* Calls fn for each piece of garbage until fn returns non-zero; fn must not use the store. */
int garbage_each(struct store *s, double age, int (*fn)(void *ctx, const struct garbage *g),
		 void *ctx, struct error *err);

/* The same, but removes each piece before fn is called for it. The store is open for writing. */
int garbage_collect(struct store *s, double age, int (*fn)(void *ctx, const struct garbage *g),
		    void *ctx, struct error *err);

#endif
