/*
 * Writing to a place that a user named: every command with -o or with the name of an output does it this
 * way. Links are followed and stay. A regular file is replaced as a whole once everything has been
 * written, and keeps its permissions; a file that exists is overwritten only if the flags allow it.
 * Pipes, terminals and other character devices are written to directly. /dev/stdout and /dev/fd/N are
 * the open descriptors. Nothing is ever written inside a store. Another name of the file (a hard link)
 * keeps the old content. All functions return 0, or -1 with *err: ERR_USAGE if the place is refused,
 * ERR_FAILED if writing fails.
 */
#ifndef SSL_BASE_OUTPUT_H
#define SSL_BASE_OUTPUT_H

#include <sys/types.h>

#include "core/base/fs.h"

enum {
	OUTPUT_REPLACE = 1,  /* a file that exists is overwritten: with -f, or if the command wrote
				it and updates it */
	OUTPUT_OF_STORE = 2, /* a file of the store itself, such as its config */
	OUTPUT_REMAKE = 4,   /* the output is made from the store: a file that has the mark of such
				outputs (mark.h) is overwritten, and no other */
};

struct output {
	struct fs_out out; /* for fs_out_write() */
	char path[4096];   /* the file itself, behind all links */
	int flags;
	int direct; /* a pipe, a device or an open descriptor: nothing is renamed */
	int there;  /* a regular file exists, with this mode and these owners: */
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

/* Checks the place without writing: for -n, and before long work. */
int output_check(const char *path, int flags, struct error *err);
/* Checks a folder, which may exist or not: it must not lie inside a store. */
int output_check_dir(const char *path, struct error *err);

/* Opens the place. output_commit() then puts the file in its place, output_abort() leaves the old file as
 * it was; it is safe after a commit and on a zeroed struct. */
int output_open(struct output *o, const char *path, int flags, struct error *err);
int output_commit(struct output *o, struct error *err);
void output_abort(struct output *o);

/* Opens, writes n bytes and commits. */
int output_write(const char *path, int flags, const void *data, size_t n, struct error *err);

#endif
