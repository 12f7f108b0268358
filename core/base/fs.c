#include "core/base/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif
#include <unistd.h>

int fs_open_file(const char *path, enum error_code code, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return error_errno(err, code, "%s", path);
	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return error_set(err, code, "%s: %s", path,
			 S_ISDIR(st.st_mode) ? "Is a directory" : "not a regular file");
}

int fs_read(const char *path, struct strbuf *out, struct error *err)
{
	char buf[65536];
	ssize_t n;
	int fd = fs_open_file(path, ERR_USAGE, err);

	if (fd < 0)
		return -1;
	while ((n = read(fd, buf, sizeof buf)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			error_errno(err, ERR_USAGE, "%s", path);
			close(fd);
			return -1;
		}
		strbuf_add(out, buf, (size_t)n);
		if (out->len > FS_READ_MAX) {
			close(fd);
			return error_set(err, ERR_USAGE, "%s: too large for a text", path);
		}
	}
	close(fd);
	return 0;
}

static void parent_of(const char *path, char *dir, size_t size)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		snprintf(dir, size, ".");
	else if (slash == path)
		snprintf(dir, size, "/");
	else
		snprintf(dir, size, "%.*s", (int)(slash - path), path);
}

int fs_write_atomic(const char *path, const void *data, size_t n, struct error *err)
{
	struct fs_out o;
	char dir[4096];

	parent_of(path, dir, sizeof dir);
	if (fs_out_open(&o, dir, err))
		return -1;
	if (fs_out_write(&o, data, n, err) || fs_out_commit(&o, path, err)) {
		fs_out_abort(&o);
		return -1;
	}
	return 0;
}

int fs_mkdirs(const char *path, struct error *err)
{
	char buf[4096], *p;

	if ((size_t)snprintf(buf, sizeof buf, "%s", path) >= sizeof buf)
		return error_set(err, ERR_FAILED, "%s: path too long", path);
	for (p = buf + 1;; p++) {
		if (*p == '/' || !*p) {
			char keep = *p;

			*p = 0;
			if (mkdir(buf, 0777) && errno != EEXIST)
				return error_errno(err, ERR_FAILED, "%s", buf);
			*p = keep;
			if (!keep)
				break;
		}
	}
	if (!fs_is_dir(path))
		return error_set(err, ERR_FAILED, "%s: not a folder", path);
	return 0;
}

/* The file is not opened, since closing it would release the process's POSIX locks on it. */
void fs_share(const char *path, const char *folder)
{
	struct stat file, like;
	mode_t mode, most;

	if (lstat(path, &file) || stat(folder, &like) ||
	    !(S_ISDIR(file.st_mode) || (S_ISREG(file.st_mode) && file.st_nlink == 1)))
		return;
	most = file.st_mode & 0700;
	most |= most >> 3 | most >> 6;
	mode = (file.st_mode | (like.st_mode & most)) & 07777;
	if (S_ISDIR(file.st_mode) && S_ISDIR(like.st_mode))
		mode |= like.st_mode & S_ISGID;
	if (mode != (file.st_mode & 07777))
		(void)!fchmodat(AT_FDCWD, path, mode, AT_SYMLINK_NOFOLLOW);
}

/* True if the path still names the file that is open as fd. */
static int is_still(const char *path, int fd)
{
	struct stat named, held;

	return !stat(path, &named) && !fstat(fd, &held) && named.st_dev == held.st_dev &&
	       named.st_ino == held.st_ino;
}

int fs_lock_dir(const char *path, int *lock, struct error *err)
{
	for (;;) {
		int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), failed;

		if (fd < 0)
			return error_errno(err, ERR_FAILED, "%s", path);
		while ((failed = flock(fd, LOCK_EX)) && errno == EINTR)
			;
		if (failed) {
			close(fd);
			*lock = -1;
			return 0;
		}
		if (is_still(path, fd)) {
			*lock = fd;
			return 0;
		}
		close(fd);
	}
}

static int flock_dir(const char *path, int how)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), failed = 1;

	while (fd >= 0 && (failed = flock(fd, how)) && errno == EINTR)
		;
	if (fd >= 0 && failed) {
		int why = errno;

		close(fd);
		fd = -1;
		errno = why;
	}
	return fd;
}

int fs_lock_dir_shared(const char *path)
{
	return flock_dir(path, LOCK_SH);
}

int fs_try_lock_dir(const char *path, int *lock)
{
	*lock = flock_dir(path, LOCK_EX | LOCK_NB);
	return *lock >= 0 || errno != EWOULDBLOCK;
}

void fs_unlock(int lock)
{
	if (lock >= 0)
		close(lock);
}

/* Removes a name in an open folder, so that no part of the path can be replaced by a link
 * meanwhile. */
static void remove_at(int dir, const char *name)
{
	struct dirent *e;
	DIR *d;
	int fd;

	if (!unlinkat(dir, name, 0) || errno == ENOENT)
		return;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	d = fd < 0 ? NULL : fdopendir(fd);
	while (d && (e = readdir(d)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			remove_at(fd, e->d_name);
	if (d)
		closedir(d);
	else if (fd >= 0)
		close(fd);
	unlinkat(dir, name, AT_REMOVEDIR);
}

void fs_remove_tree(const char *path)
{
	remove_at(AT_FDCWD, path);
}

int fs_exists(const char *path, struct error *err)
{
	struct stat st;

	if (!stat(path, &st))
		return 1;
	return errno == ENOENT || errno == ENOTDIR ? 0 : error_errno(err, ERR_FAILED, "%s", path);
}

int fs_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int fs_sync_dir(const char *path, struct error *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), bad;

	if (fd < 0)
		return error_errno(err, ERR_FAILED, "%s", path);
	bad = fsync(fd) && errno != EINVAL;
	if (bad)
		error_errno(err, ERR_FAILED, "%s: fsync", path);
	close(fd);
	return bad ? -1 : 0;
}

int fs_map(const char *path, struct fs_map *out, struct error *err)
{
	struct stat st;
	void *p;
	int fd = fs_open_file(path, ERR_FAILED, err);

	if (fd < 0)
		return -1;
	if (fstat(fd, &st)) {
		error_errno(err, ERR_FAILED, "%s", path);
		close(fd);
		return -1;
	}
	if (st.st_size == 0) {
		close(fd);
		out->data = (const unsigned char *)"";
		out->size = 0;
		return 0;
	}
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		return error_errno(err, ERR_FAILED, "%s: mmap", path);
	out->data = p;
	out->size = (size_t)st.st_size;
	return 0;
}

void fs_unmap(struct fs_map *m)
{
	if (m->size)
		munmap((void *)(size_t)m->data, m->size);
	m->data = NULL;
	m->size = 0;
}

int fs_out_open(struct fs_out *o, const char *dir, struct error *err)
{
	o->fd = -1;
	o->shown[0] = 0;
	if ((size_t)snprintf(o->tmp, sizeof o->tmp, "%s/.tmp-XXXXXX", dir) >= sizeof o->tmp) {
		o->tmp[0] = 0;
		return error_set(err, ERR_FAILED, "%s: path too long", dir);
	}
	o->fd = mkostemp(o->tmp, O_CLOEXEC);
	if (o->fd < 0) {
		o->tmp[0] = 0;
		return error_errno(err, ERR_FAILED, "%s: cannot create a file", dir);
	}
	return 0;
}

int fs_out_write(struct fs_out *o, const void *data, size_t n, struct error *err)
{
	const char *p = data;

	while (n) {
		ssize_t w = write(o->fd, p, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return error_errno(err, ERR_FAILED, "%s: write",
					   o->shown[0] ? o->shown : o->tmp);
		p += w;
		n -= (size_t)w;
	}
	return 0;
}

int fs_out_commit(struct fs_out *o, const char *path, struct error *err)
{
	char dir[4096];
	mode_t mask = umask(0);

	umask(mask);
	if (fchmod(o->fd, 0666 & ~mask) || fsync(o->fd))
		return error_errno(err, ERR_FAILED, "%s: fsync", path);
	if (close(o->fd)) {
		o->fd = -1;
		return error_errno(err, ERR_FAILED, "%s: close", path);
	}
	o->fd = -1;
	if (rename(o->tmp, path))
		return error_errno(err, ERR_FAILED, "%s: rename", path);
	o->tmp[0] = 0;
	parent_of(path, dir, sizeof dir);
	return fs_sync_dir(dir, err);
}

void fs_out_abort(struct fs_out *o)
{
	if (!o->tmp[0])
		return;
	if (o->fd >= 0)
		close(o->fd);
	unlink(o->tmp);
	o->fd = -1;
	o->tmp[0] = 0;
}

int fs_is_network(const char *path)
{
#ifdef __linux__
	static const unsigned long kinds[] = {
	    0x6969,     /* NFS */
	    0x517B,     /* SMB */
	    0xFE534D42, /* SMB2 */
	    0xFF534D42, /* CIFS */
	    0x0BD00BD0, /* Lustre */
	    0x47504653, /* GPFS */
	    0x00C36400, /* Ceph */
	    0x5346414F, /* AFS */
	    0x65735546, /* FUSE: sshfs, and others that cannot be distinguished from it */
	    0x19830326, /* BeeGFS */
	    0x01021997, /* 9P */
	};
	struct statfs s;
	unsigned i;

	if (statfs(path, &s))
		return 0;
	for (i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (((unsigned long)s.f_type & 0xFFFFFFFFul) == kinds[i])
			return 1;
#else
	(void)path;
#endif
	return 0;
}
