/*
 * Inside core/store/ only: reading a database that cannot be read in its place. Without write
 * permission SQLite can neither create the index of a write-ahead log that the last writer left nor
 * roll back a journal. It can do both with a copy in a private folder.
 */
#ifndef SSL_STORE_PRIVATE_COPY_H
#define SSL_STORE_PRIVATE_COPY_H

#include "core/base/error.h"

struct private_copy {
	char dir[4096], path[4200]; /* path: the database, a single file */
};

/* True if there is a log or a journal beside the database. If there is none, no process is writing
 * to it and the file is complete. */
int private_copy_needed(const char *path);

/* Copies the database with its log or journal as they are at one moment. ERR_BUSY if writers do not
 * pause long enough. */
int private_copy_make(struct private_copy *c, const char *path, struct error *err);
void private_copy_remove(const struct private_copy *c);

#endif
