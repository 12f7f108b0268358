/*
 * Files in the object store that nothing names: what a killed process leaves behind. Only files
 * with names that ssl gives: what else lies there is not ours; no link is followed. Both are safe
 * beside running writers: a file counts only once it is `age` seconds old, and goes under the write
 * lock; and while somebody holds the folder of temporary files (fs_lock_dir_shared()) only what is
 * an hour old.
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

/* Calls fn for each, until it returns non-zero; fn must not use the store. */
int garbage_each(struct store *s, double age, int (*fn)(void *ctx, const struct garbage *g),
		 void *ctx, struct error *err);

/* The same, removing each before fn is told. The store is open for writing. */
int garbage_collect(struct store *s, double age, int (*fn)(void *ctx, const struct garbage *g),
		    void *ctx, struct error *err);

#endif
