#include "core/base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mark.h"

enum { PATH_SIZE = 4096, LINKS_MAX = 40 };

/* ---- stores ---- */

/* 1 if the folder has an entry of this name, 0 if not, -1 with *err if that is unknown. */
static int is_there(const char *dir, const char *name, struct error *err)
{
	char path[PATH_SIZE + 16];
	struct stat st;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	if (!lstat(path, &st))
		return 1;
	if (errno == ENOENT || errno == ENOTDIR)
		return 0;
	return error_errno(err, ERR_FAILED, "%s", path);
}

/* True for a folder with a database and objects, whatever its name is, and for .ssl with one of the
 * two; on a file system that ignores case .SSL is the same. */
static int is_store(const char *dir, struct error *err)
{
	const char *slash = strrchr(dir, '/');
	int db = is_there(dir, "ssl.db", err), objects;

	if (db < 0)
		return -1;
	objects = is_there(dir, "objects", err);
	if (objects < 0)
		return -1;
	return db + objects >= (strcasecmp(slash ? slash + 1 : dir, ".ssl") ? 2 : 1);
}

/* True if the rest of the path leaves the folder again by "..". */
static int climbs(const char *rest)
{
	while ((rest = strstr(rest, "/..")) && rest[3] && rest[3] != '/')
		rest++;
	return rest != NULL;
}

/* An error if one of the folders on the path is a store. */
static int refuse_stores(char *path, const char *shown, struct error *err)
{
	for (char *p = path; (p = strchr(p, '/')); p++) {
		int inside;

		if (p == path || climbs(p))
			continue;
		*p = 0;
		inside = is_store(path, err);
		*p = '/';
		if (inside < 0)
			return -1;
		if (inside)
			return error_set(err, ERR_USAGE,
					 "%s: inside a store, where only ssl itself writes", shown);
	}
	return 0;
}

/* ---- what a file that exists holds ---- */

/* The descriptor of a regular file, which cannot block; -1 with errno, and 0 for any other file, or
 * one that this user may not read. */
static int open_to_read(const char *path, off_t *size)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return errno == EACCES ? 0 : -1;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode)) {
		*size = st.st_size;
		return fd;
	}
	close(fd);
	return 0;
}

/* Reads n bytes at this place, or as many as there are, into *out; their number, or -1 with errno.
 */
static ssize_t read_at(int fd, off_t at, void *out, size_t n)
{
	ssize_t got;

	while ((got = pread(fd, out, n, at)) < 0 && errno == EINTR)
		;
	return got;
}

/* True if the file, which has several names, is the database of a store. */
static int is_database(const char *path, struct error *err)
{
	static const char magic[] = "SQLite format 3", id[] = "SSL1";
	char head[72];
	off_t size;
	ssize_t n;
	int fd = open_to_read(path, &size);

	if (fd <= 0)
		return fd ? error_errno(err, ERR_FAILED, "%s", path) : 0;
	n = read_at(fd, 0, head, sizeof head);
	if (n < 0)
		error_errno(err, ERR_FAILED, "%s", path);
	close(fd);
	if (n < 0)
		return -1;
	return n == sizeof head && !memcmp(head, magic, sizeof magic) && !memcmp(head + 68, id, 4);
}

/* 1: an output that ssl made and can make again, by its mark. */
static int is_made_by_ssl(const char *path, struct error *err)
{
	struct mark_ends e;
	off_t size;
	ssize_t head, tail;
	int fd = open_to_read(path, &size);

	if (fd <= 0)
		return fd ? error_errno(err, ERR_FAILED, "%s", path) : 0;
	head = read_at(fd, 0, e.head, MARK_HEAD);
	tail =
	    head < 0 ? -1 : read_at(fd, size < MARK_TAIL ? 0 : size - MARK_TAIL, e.tail, MARK_TAIL);
	if (tail < 0)
		error_errno(err, ERR_FAILED, "%s", path);
	close(fd);
	if (tail < 0)
		return -1;
	e.n_head = (size_t)head;
	e.n_tail = (size_t)tail;
	return mark_is_in(&e);
}

/* The one place that decides whether the file that exists may be overwritten: 0, or -1 with *err.
 */
static int may_overwrite(const struct output *o, const char *shown, struct error *err)
{
	int made = o->flags & OUTPUT_REPLACE  ? 1
		   : o->flags & OUTPUT_REMAKE ? is_made_by_ssl(o->path, err)
					      : 0;

	if (made)
		return made < 0 ? -1 : 0;
	return error_set(err, ERR_USAGE, "%s: exists already: -f overwrites it", shown);
}

/* ---- resolving a path ---- */

/* Splits "a/b/c" into the folder "a/b", copied to dir, and "c", which is returned. */
static const char *split_path(const char *path, char dir[PATH_SIZE])
{
	const char *slash = strrchr(path, '/');

	if (!slash) {
		snprintf(dir, PATH_SIZE, ".");
		return path;
	}
	snprintf(dir, PATH_SIZE, "%.*s", (int)(slash == path ? 1 : slash - path), path);
	return slash + 1;
}

/* Sets o->path to `name` in the folder, whose links are resolved. */
static int set_path(struct output *o, const char *dir, const char *name, const char *shown,
		    struct error *err)
{
	char *real = realpath(dir, NULL);
	int bad;

	if (!real)
		return error_errno(err, ERR_FAILED, "%s", shown);
	bad = snprintf(o->path, sizeof o->path, "%s/%s", strcmp(real, "/") ? real : "", name) >=
	      (int)sizeof o->path;
	free(real);
	return bad ? error_set(err, ERR_USAGE, "%s: path too long", shown) : 0;
}

/* Sets o->path, following links; the last one may lead to a file that does not exist yet. */
static int resolve_links(struct output *o, const char *path, struct error *err)
{
	char name[PATH_SIZE], to[PATH_SIZE], dir[PATH_SIZE];

	if ((size_t)snprintf(name, sizeof name, "%s", path) >= sizeof name)
		return error_set(err, ERR_USAGE, "%s: path too long", path);
	for (int i = 0; i < LINKS_MAX; i++) {
		const char *last = split_path(name, dir);
		ssize_t n;

		if (!(o->flags & OUTPUT_OF_STORE) && refuse_stores(name, path, err))
			return -1;
		n = readlink(name, to, sizeof to - 1);
		if (n < 0 && errno != EINVAL && errno != ENOENT)
			return error_errno(err, ERR_FAILED, "%s", path);
		if (n < 0)
			return set_path(o, dir, last, path, err);
		to[n] = 0;
		if (to[0] == '/')
			snprintf(name, sizeof name, "%s", to);
		else if ((size_t)snprintf(name, sizeof name, "%s/%s", dir, to) >= sizeof name)
			return error_set(err, ERR_USAGE, "%s: path too long", path);
	}
	return error_set(err, ERR_FAILED, "%s: too many links", path);
}

/* The descriptor that /dev/stdout, /dev/stderr or /dev/fd/N stands for; -1 for other paths. Opened
 * by such a name, a regular file would be written from its start. */
static int open_already(const char *path)
{
	static const char *const folder[] = {"/dev/fd/", "/proc/self/fd/"};
	char *end;
	long fd;

	if (!strcmp(path, "/dev/stdout"))
		return STDOUT_FILENO;
	if (!strcmp(path, "/dev/stderr"))
		return STDERR_FILENO;
	for (int i = 0; i < 2; i++) {
		const char *number = path + strlen(folder[i]);

		if (strncmp(path, folder[i], strlen(folder[i])) || *number < '0' || *number > '9')
			continue;
		fd = strtol(number, &end, 10);
		return *end || fd > INT_MAX ? -1 : (int)fd;
	}
	return -1;
}

/* Checks a regular file, or a path where no file exists yet. */
static int check_file(struct output *o, const char *path, const struct stat *st, struct error *err)
{
	int second;

	if (resolve_links(o, path, err))
		return -1;
	if (!(o->flags & OUTPUT_OF_STORE) && refuse_stores(o->path, path, err))
		return -1;
	if (!o->there)
		return 0;
	o->mode = st->st_mode & 07777;
	o->uid = st->st_uid;
	o->gid = st->st_gid;
	if (may_overwrite(o, path, err))
		return -1;
	second = st->st_nlink > 1 && !(o->flags & OUTPUT_OF_STORE) ? is_database(path, err) : 0;
	if (second)
		return second < 0 ? -1
				  : error_set(err, ERR_USAGE,
					      "%s: another name of the database of a store", path);
	return 0;
}

static int prepare(struct output *o, const char *path, int flags, struct error *err)
{
	struct stat st = {0};

	memset(o, 0, sizeof *o);
	o->out.fd = -1;
	o->flags = flags;
	o->direct = open_already(path) >= 0;
	if (o->direct)
		return 0;
	if (!stat(path, &st))
		o->there = 1;
	else if (errno != ENOENT)
		return error_errno(err, ERR_FAILED, "%s", path);
	if (o->there && S_ISDIR(st.st_mode))
		return error_set(err, ERR_USAGE, "%s: a folder, not a file", path);
	if (o->there && S_ISBLK(st.st_mode) && !(flags & OUTPUT_REPLACE))
		return error_set(err, ERR_USAGE, "%s: a disk: -f overwrites it", path);
	o->direct = o->there && !S_ISREG(st.st_mode);
	return o->direct ? 0 : check_file(o, path, &st, err);
}

int output_check(const char *path, int flags, struct error *err)
{
	struct output o;

	return prepare(&o, path, flags, err);
}

int output_check_dir(const char *path, struct error *err)
{
	struct output o = {.flags = 0};
	char name[PATH_SIZE + 2], dir[PATH_SIZE];

	if ((size_t)snprintf(dir, sizeof dir, "%s", path) >= sizeof dir)
		return error_set(err, ERR_USAGE, "%s: path too long", path);
	snprintf(name, sizeof name, "%s/", dir);
	if (refuse_stores(name, path, err))
		return -1;
	for (;;) { /* find the nearest folder that exists */
		char *real = realpath(dir, NULL);

		free(real);
		if (real)
			break;
		if (errno != ENOENT)
			return error_errno(err, ERR_FAILED, "%s", path);
		snprintf(name, sizeof name, "%s", dir);
		split_path(name, dir);
	}
	return set_path(&o, dir, "", path, err) || refuse_stores(o.path, path, err) ? -1 : 0;
}

/* ---- writing ---- */

static int open_direct(struct output *o, const char *path, struct error *err)
{
	int open_fd = open_already(path);

	o->out.fd = open_fd >= 0 ? fcntl(open_fd, F_DUPFD_CLOEXEC, 3)
				 : open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (o->out.fd < 0)
		return error_errno(err, ERR_FAILED, "%s", path);
	snprintf(o->out.shown, sizeof o->out.shown, "%s", path);
	return 0;
}

int output_open(struct output *o, const char *path, int flags, struct error *err)
{
	char dir[PATH_SIZE];

	if (prepare(o, path, flags, err))
		return -1;
	if (o->direct)
		return open_direct(o, path, err);
	split_path(o->path, dir);
	if (fs_out_open(&o->out, dir, err))
		return -1;
	snprintf(o->out.shown, sizeof o->out.shown, "%s", path);
	if (!o->there) {
		mode_t mask = umask(0);

		umask(mask);
		o->mode = 0666 & ~mask;
	} else if (fchown(o->out.fd, o->uid, o->gid)) {
		o->mode &= 0777; /* no set-user-ID for another owner */
	}
	return 0;
}

/* Renames the finished file. A file that another process created since output_open() is overwritten
 * only if may_overwrite() allows it; a file system without links cannot tell, and overwrites it. */
static int move_into_place(struct output *o, struct error *err)
{
	if (!(o->flags & OUTPUT_REPLACE)) {
		if (!link(o->out.tmp, o->path))
			return 0; /* fs_out_abort() removes the temporary name */
		if (errno == EEXIST && may_overwrite(o, o->out.shown, err))
			return -1;
	}
	if (rename(o->out.tmp, o->path))
		return error_errno(err, ERR_FAILED, "%s: rename", o->out.shown);
	o->out.tmp[0] = 0;
	return 0;
}

int output_commit(struct output *o, struct error *err)
{
	char dir[PATH_SIZE];
	int fd = o->out.fd, ret;

	if (!o->direct && (fchmod(fd, o->mode) || fsync(fd)))
		return error_errno(err, ERR_FAILED, "%s: fsync", o->out.shown);
	o->out.fd = -1;
	if (close(fd))
		return error_errno(err, ERR_FAILED, "%s: close", o->out.shown);
	if (o->direct)
		return 0;
	ret = move_into_place(o, err);
	fs_out_abort(&o->out);
	split_path(o->path, dir);
	return ret ? -1 : fs_sync_dir(dir, err);
}

void output_abort(struct output *o)
{
	if (o->direct && o->out.fd >= 0)
		close(o->out.fd);
	if (o->direct)
		o->out.fd = -1;
	else
		fs_out_abort(&o->out);
}

int output_write(const char *path, int flags, const void *data, size_t n, struct error *err)
{
	struct output o;

	if (output_open(&o, path, flags, err))
		return -1;
	if (fs_out_write(&o.out, data, n, err) || output_commit(&o, err)) {
		output_abort(&o);
		return -1;
	}
	return 0;
}
