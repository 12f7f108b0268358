#include "core/store/private_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"

enum { FILES = 3, TRIES = 100, BLOCK = 1 << 16 };

static const char *const suffix[FILES] = {"", "-wal", "-journal"};

static int file_of(const char *path, int i, char *out, size_t size, struct error *err)
{
	if ((size_t)snprintf(out, size, "%s%s", path, suffix[i]) < size)
		return 0;
	return error_set(err, ERR_FAILED, "%s: path too long", path);
}

int private_copy_needed(const char *path)
{
	char name[4200];
	struct stat st;

	for (int i = 1; i < FILES; i++)
		if (file_of(path, i, name, sizeof name, NULL) || !stat(name, &st) ||
		    errno != ENOENT)
			return 1;
	return 0;
}

/* The properties that change when a file is written to; zero if the file does not exist. */
struct state {
	struct {
		ino_t inode;
		off_t size;
		struct timespec modified;
	} file[FILES];
};

static int read_state(const char *path, struct state *out, struct error *err)
{
	char name[4200];
	struct stat st;

	memset(out, 0, sizeof *out);
	for (int i = 0; i < FILES; i++) {
		if (file_of(path, i, name, sizeof name, err))
			return -1;
		if (stat(name, &st)) {
			if (i && errno == ENOENT)
				continue;
			return error_errno(err, ERR_FAILED, "%s", name);
		}
		out->file[i].inode = st.st_ino;
		out->file[i].size = st.st_size;
		out->file[i].modified = st.st_mtim;
	}
	return 0;
}

static int copy_bytes(int from, int to, char *block, const char *name, struct error *err)
{
	ssize_t n;

	while ((n = read(from, block, BLOCK)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(err, ERR_FAILED, "%s", name);
		for (ssize_t done = 0, w; done < n; done += w) {
			w = write(to, block + done, (size_t)(n - done));
			if (w < 0 && errno == EINTR)
				w = 0;
			else if (w < 0)
				return error_errno(err, ERR_FAILED, "temporary copy of %s", name);
		}
	}
	return 0;
}

static int copy_file(const char *from, const char *to, struct error *err)
{
	char *block = xmalloc(BLOCK);
	int in = fs_open_file(from, ERR_FAILED, err), out = -1, ret = -1;

	if (in >= 0 && (out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) < 0)
		error_errno(err, ERR_FAILED, "%s", to);
	else if (in >= 0)
		ret = copy_bytes(in, out, block, from, err);
	if (in >= 0)
		close(in);
	if (out >= 0 && close(out) && !ret)
		ret = error_errno(err, ERR_FAILED, "%s", to);
	free(block);
	return ret;
}

static int copy_files(const char *path, const struct state *was, const char *to, struct error *err)
{
	char from[4200], name[4200];

	for (int i = 0; i < FILES; i++) {
		if (file_of(path, i, from, sizeof from, err) ||
		    file_of(to, i, name, sizeof name, err))
			return -1;
		if (!was->file[i].inode)
			unlink(name); /* of an earlier attempt */
		else if (copy_file(from, name, err))
			return -1;
	}
	return 0;
}

/* 1 if no process wrote meanwhile, 0 if one did; it may also have deleted a file while that was
 * copied. */
static int copy_once(const char *path, const char *to, struct error *err)
{
	struct state before, after;
	int bad;

	if (read_state(path, &before, err))
		return -1;
	bad = copy_files(path, &before, to, err);
	if (read_state(path, &after, bad ? NULL : err))
		return -1;
	if (memcmp(&before, &after, sizeof before))
		return 0;
	return bad ? -1 : 1;
}

/* Applies the log or rolls back the journal, so that the copy is a single file. */
static int merge_log(const char *copy, const char *path, struct error *err)
{
	sqlite3 *db = NULL;
	int rc = sqlite3_open_v2(copy, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

	if (!rc) {
		sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
		rc = sqlite3_exec(db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
	}
	if (rc)
		error_set(err,
			  rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB ? ERR_CORRUPT : ERR_FAILED,
			  "%s: cannot read a temporary copy: %s", path,
			  db ? sqlite3_errmsg(db) : "out of memory");
	sqlite3_close(db);
	return rc ? -1 : 0;
}

static int make_folder(struct private_copy *c, struct error *err)
{
	const char *tmp = getenv("TMPDIR");

	if (!tmp || *tmp != '/')
		tmp = "/tmp";
	if ((size_t)snprintf(c->dir, sizeof c->dir, "%s/ssl-read-XXXXXX", tmp) < sizeof c->dir &&
	    mkdtemp(c->dir)) {
		snprintf(c->path, sizeof c->path, "%s/ssl.db", c->dir);
		return 0;
	}
	c->dir[0] = 0;
	return error_errno(err, ERR_FAILED, "%s: cannot make a temporary copy of the store", tmp);
}

int private_copy_make(struct private_copy *c, const char *path, struct error *err)
{
	int done = 0;

	if (make_folder(c, err))
		return -1;
	for (int i = 0; !done && i < TRIES; i++) {
		if (i)
			usleep(20000);
		done = copy_once(path, c->path, err);
	}
	if (!done)
		error_set(err, ERR_BUSY, "%s: another process keeps writing to it: try again",
			  path);
	if (done > 0 && !merge_log(c->path, path, err))
		return 0;
	private_copy_remove(c);
	return -1;
}

void private_copy_remove(const struct private_copy *c)
{
	if (c->dir[0])
		fs_remove_tree(c->dir);
}
