/*
 * Inside core/store/ only: reading a database that cannot be read where it lies. Without write
 * permission SQLite can neither make the index of a write-ahead log that its last writer left, nor
 * roll back a journal. A copy in a private folder can have both done to it.
 */
#ifndef SSL_STORE_PRIVATE_COPY_H
#define SSL_STORE_PRIVATE_COPY_H

#include "core/base/error.h"

struct private_copy {
	char dir[4096], path[4200]; /* path: the database, one file that needs nothing beside it */
};

/* Is there a log or a journal beside the database? Without one nobody is writing to it, and what it
 * holds is whole. */
int private_copy_needed(const char *path);

/* Copies the database with its log or journal as they are at one moment. ERR_BUSY where a writer
 * leaves none. */
int private_copy_make(struct private_copy *c, const char *path, struct error *err);
void private_copy_remove(const struct private_copy *c);

#endif
