/*
 * Files. What is written is written whole: to a temporary name beside the target, fsynced, renamed,
 * and the folder fsynced, so that a reader sees the old file or the new one and never a half. All
 * return 0, or -1 with *err filled (ERR_FAILED unless said otherwise).
 */
#ifndef SSL_BASE_FS_H
#define SSL_BASE_FS_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/base/strbuf.h"

enum { FS_READ_MAX = 64 << 20 };

/* Opens a regular file for reading: its descriptor, or -1 with *err of this code. What is none, a pipe
 * or a device say, would be waited for, or never end: it is refused at once. The one way in which files
 * that a user or a store names are opened. */
int fs_open_file(const char *path, enum error_code code, struct error *err);

/* Appends the whole file, a text, to *out. ERR_USAGE when it cannot be opened, or is longer than
 * FS_READ_MAX (a device, say). */
int fs_read(const char *path, struct strbuf *out, struct error *err);

int fs_write_atomic(const char *path, const void *data, size_t n, struct error *err);

/* Creates the folder and its parents; one that exists is fine. */
int fs_mkdirs(const char *path, struct error *err);

/* Gives group and others the permissions on `path` that they have on `folder`, as far as its owner
 * has them: so what is in a shared folder is shared, whatever the umask of who made it. Nothing is
 * taken away; nothing is done to a link, to a file that has other names, or to another user's. */
void fs_share(const char *path, const char *folder);

/* Waits until no other process holds the folder, and holds it until fs_unlock(*lock). The folder is
 * the one of that name once the lock is held: one that was removed meanwhile is looked up again. On
 * a file system without locks *lock is -1 and nothing is held. */
int fs_lock_dir(const char *path, int *lock, struct error *err);
void fs_unlock(int lock);

/* For many at once, who keep out only fs_try_dir(). Waits for it to be over. -1: nothing is held.
 */
int fs_share_dir(const char *path);
/* As fs_lock_dir(), but at once: 1 held (or, with *lock -1, a file system without locks), 0
 * somebody holds it. */
int fs_try_dir(const char *path, int *lock);

/* Removes the file or folder and all that is in it, as far as it can; follows no links. */
void fs_remove_tree(const char *path);

/* 1 something is there, 0 nothing is, -1 it cannot be known: only that nothing is there counts as
 * that. A link counts as what it leads to. */
int fs_there(const char *path, struct error *err);
/* For places where it makes no difference: also 0 when it cannot be known. */
int fs_exists(const char *path);
int fs_is_dir(const char *path);

/* fsyncs the folder, so that a rename inside it survives a power cut. */
int fs_sync_dir(const char *path, struct error *err);

/* A file mapped read-only. size 0 maps to data "" . */
struct fs_map {
	const unsigned char *data;
	size_t size;
};
int fs_map(const char *path, struct fs_map *out, struct error *err);
void fs_unmap(struct fs_map *m);

/* A file being written in pieces; nothing shows at its final name before fs_out_commit(). */
struct fs_out {
	int fd;
	char tmp[4096];
	char shown[1024]; /* its name in messages; "" the temporary one */
};
/* Opens a temporary file in folder `dir`. What a user named goes through output.h instead. */
int fs_out_open(struct fs_out *o, const char *dir, struct error *err);
int fs_out_write(struct fs_out *o, const void *data, size_t n, struct error *err);
/* fsync, close, rename to `path` (same file system), fsync its folder. */
int fs_out_commit(struct fs_out *o, const char *path, struct error *err);
/* Closes and removes the temporary file. Safe after a commit and on a zeroed struct. */
void fs_out_abort(struct fs_out *o);

/* True when `path` lies on a network file system (NFS, SMB, Lustre, FUSE-mounted ...), where
 * SQLite's WAL mode is not safe. */
int fs_is_network(const char *path);

#endif
