/*
 * Where a user asked for something to be written: the one way of every command with -o or with the
 * name of an output. Links are followed and stay; a regular file is replaced whole when everything
 * has been written, and keeps its permissions; what is there is only overwritten when asked for, or
 * when ssl made it and can make it again; a pipe, a terminal or another character device is written to directly; /dev/stdout and /dev/fd/N
 * are what is open there. Nothing is ever written inside a store. Another name of the file (a hard
 * link) keeps the old content. All return 0, or -1 with *err: ERR_USAGE when the place is refused,
 * ERR_FAILED when writing fails.
 */
#ifndef SSL_BASE_OUTPUT_H
#define SSL_BASE_OUTPUT_H

#include <sys/types.h>

#include "core/base/fs.h"

enum {
	OUTPUT_REPLACE = 1,  /* a file that exists is overwritten: -f, or the file is one that the
				command itself wrote and updates */
	OUTPUT_OF_STORE = 2, /* a file of the store itself, such as its config */
	OUTPUT_REMAKE = 4,   /* the output is made from the store: a file that has the mark of such
				outputs (mark.h) is overwritten, and no other */
};

struct output {
	struct fs_out out; /* for fs_out_write() */
	char path[4096];   /* the file itself, behind all links */
	int flags;
	int direct; /* a pipe or a device: there is nothing to rename */
	int there;  /* a regular file is there, with this mode and these owners: */
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

/* Whether the place is acceptable; writes nothing. For -n, and before long work. */
int output_check(const char *path, int flags, struct error *err);
/* The same for a folder, which may exist, or be made: it must not lie inside a store. */
int output_check_dir(const char *path, struct error *err);

int output_open(struct output *o, const char *path, int flags, struct error *err);
int output_commit(struct output *o, struct error *err);
/* Leaves what was there as it was. Safe after a commit and on a zeroed struct. */
void output_abort(struct output *o);

/* All in one. */
int output_write(const char *path, int flags, const void *data, size_t n, struct error *err);

#endif
