/*
 * Files. Writes are atomic: the data go to a temporary file in the target's folder, which is
 * fsynced and renamed, and then the folder is fsynced, so that a reader sees either the old file
 * or the complete new one. All functions return 0, or -1 with *err filled (ERR_FAILED unless
 * noted).
 */
#ifndef SSL_BASE_FS_H
#define SSL_BASE_FS_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/base/strbuf.h"

enum { FS_READ_MAX = 64 << 20 };

/* Opens a regular file for reading. Returns its descriptor, or -1 with *err of this code. Anything
 * else is refused at once, since reading a pipe or a device could block or never end. Every file
 * that a user or a store names is opened with this function. */
int fs_open_file(const char *path, enum error_code code, struct error *err);

/* Appends a whole text file to *out. ERR_USAGE if it cannot be opened or read, or is longer than
 * FS_READ_MAX. */
int fs_read(const char *path, struct strbuf *out, struct error *err);

/* Writes n bytes to the file, atomically. */
int fs_write_atomic(const char *path, const void *data, size_t n, struct error *err);

/* Creates the folder and its parents; they may exist. */
int fs_mkdirs(const char *path, struct error *err);

/* Gives group and others the permissions on `path` that they have on `folder`, as far as the owner
 * of `path` has them. So the contents of a shared folder are shared, whatever the umask of their
 * creator. No permission is removed. Links, files with other names and files of other users are
 * left alone. */
void fs_share(const char *path, const char *folder);

/* Waits for an exclusive lock on the folder, which is held until fs_unlock(*lock). The lock is on
 * the folder that has this name when the lock is obtained: if the folder was replaced meanwhile,
 * the new one is locked. On a file system without locks *lock is -1 and nothing is locked. */
int fs_lock_dir(const char *path, int *lock, struct error *err);
void fs_unlock(int lock);

/* Waits for a shared lock on the folder and returns it, for fs_unlock(). Shared locks exclude only
 * the lock of fs_try_lock_dir(). -1: nothing is locked. */
int fs_lock_dir_shared(const char *path);
/* As fs_lock_dir(), without waiting: 1 and *lock if the folder is now locked (*lock -1: the file
 * system has no locks), 0 if another process holds a lock. */
int fs_try_lock_dir(const char *path, int *lock);

/* Removes the file or the folder with everything in it, as far as possible; does not follow links.
 */
void fs_remove_tree(const char *path);

/* 1 if the path exists, 0 if it does not, -1 if that cannot be determined: an error other than
 * ENOENT and ENOTDIR does not count as absence. Links are followed. err may be NULL. */
int fs_exists(const char *path, struct error *err);
int fs_is_dir(const char *path);

/* fsyncs the folder, so that a rename in it survives a power failure. */
int fs_sync_dir(const char *path, struct error *err);

/* A file mapped read-only. For an empty file size is 0 and data is "". */
struct fs_map {
	const unsigned char *data;
	size_t size;
};
int fs_map(const char *path, struct fs_map *out, struct error *err);
void fs_unmap(struct fs_map *m);

/* A file that is written in pieces; it gets its final name in fs_out_commit(). */
struct fs_out {
	int fd;
	char tmp[4096];
	char shown[1024]; /* its name in messages; "": the temporary name */
};
/* Opens a temporary file in folder `dir`. For files that a user names use output.h instead. */
int fs_out_open(struct fs_out *o, const char *dir, struct error *err);
int fs_out_write(struct fs_out *o, const void *data, size_t n, struct error *err);
/* fsync, close, rename to `path` (same file system), fsync its folder. */
int fs_out_commit(struct fs_out *o, const char *path, struct error *err);
/* Closes and removes the temporary file. Does nothing after a commit or on a zeroed struct. */
void fs_out_abort(struct fs_out *o);

/* True if `path` is on a network file system (NFS, SMB, Lustre, FUSE-mounted ...), where
 * SQLite's WAL mode is not safe. */
int fs_is_network(const char *path);

#endif
