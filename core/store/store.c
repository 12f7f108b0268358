/* Finding, opening and creating a store. */
#include "core/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/store/connect.h"
#include "core/store/object.h"
#include "core/store/owner.h"
#include "core/store/schema_check.h"
#include "core/store/store_internal.h"

enum { PATH_SIZE = 4096 };

/* Excludes the store from a git repository around it. */
static int write_gitignore(const char *dir, struct error *err)
{
	char path[PATH_SIZE];
	int there;

	snprintf(path, sizeof path, "%s/.gitignore", dir);
	there = fs_exists(path, err);
	return there ? (there < 0 ? -1 : 0) : fs_write_atomic(path, "*\n", 2, err);
}

/* Removes a store that could not be created completely. There was no database before. */
static void remove_partial(const struct store *s, int had_objects)
{
	static const char *const files[] = {"ssl.db-wal", "ssl.db-shm", "ssl.db-journal", "ssl.db"};
	static const char *const in_objects[] = {"objects/store", "objects/tmp", "objects"};
	char path[PATH_SIZE];

	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		snprintf(path, sizeof path, "%s/%s", s->dir, files[i]);
		unlink(path);
	}
	for (size_t i = 0; had_objects ? 0 : i < sizeof in_objects / sizeof *in_objects; i++) {
		snprintf(path, sizeof path, "%s/%s", s->dir, in_objects[i]);
		remove(path);
	}
	rmdir(s->dir);
}

/* SQLite would create the database with mode 0644, whatever the umask; and it gives the log and the
 * journal the mode of the database. */
static int create_database(const struct store *s, struct error *err)
{
	int fd = open(s->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	if (fd < 0 && errno != EEXIST)
		return error_errno(err, ERR_FAILED, "%s", s->path);
	if (fd >= 0)
		close(fd);
	return 0;
}

/* Gives the contents of the store the permissions of its folder, so that a group that may write to
 * the folder shares the store, whatever the umask of its members. This also applies to a store of
 * an older version, or one whose folder's permissions were changed. */
static void share(const struct store *s)
{
	static const char *const name[] = {
	    "ssl.db", "ssl.db-wal", "ssl.db-shm", "ssl.db-journal", ".gitignore",   "config",
	    "alive",  "claims",     "objects",    "objects/tmp",    "objects/store"};
	char path[PATH_SIZE];

	for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
		snprintf(path, sizeof path, "%s/%s", s->dir, name[i]);
		fs_share(path, s->dir);
	}
}

/* Connects, switches to WAL and migrates, under a lock: SQLite does not wait while another process
 * changes the journal mode. If that fails the folder is removed, unless it had a database before.
 */
static int create(struct store *s, int *created, struct error *err)
{
	char objects[PATH_SIZE];
	int lock, was_there, had_objects, ret;

	if (fs_mkdirs(s->dir, err) || owner_check(s->dir, err) || fs_lock_dir(s->dir, &lock, err))
		return -1;
	was_there = fs_exists(s->path, err);
	snprintf(objects, sizeof objects, "%s/objects", s->dir);
	had_objects = was_there < 0 ? -1 : fs_exists(objects, err);
	if (had_objects < 0) {
		fs_unlock(lock);
		return -1;
	}
	ret = create_database(s, err) || store_connect(s, 1, err) || migrate(s, created, err) ||
		      objects_check(s, 1, err) || write_gitignore(s->dir, err)
		  ? -1
		  : 0;
	if (ret)
		store_disconnect(s);
	else
		share(s);
	if (ret && !was_there)
		remove_partial(s, had_objects);
	fs_unlock(lock);
	return ret;
}

/* The store of an existing folder, not connected yet. */
static struct store *store_of(const char *dir, enum store_mode mode, struct error *err)
{
	struct strbuf path = STRBUF_INIT;
	struct store *s = NULL;
	char *real = realpath(dir, NULL);

	if (!real) {
		error_errno(err, ERR_FAILED, "%s", dir);
		return NULL;
	}
	strbuf_addf(&path, "%s/.ssl", strcmp(real, "/") ? real : "");
	free(real);
	if (path.len > PATH_SIZE - 128)
		error_set(err, ERR_FAILED, "%s: path too long", dir);
	else
		s = store_new(path.buf, mode);
	strbuf_release(&path);
	return s;
}

int store_init(const char *dir, int *created, struct error *err)
{
	struct store *s;
	int ret, fresh;

	if (fs_mkdirs(dir, err))
		return -1;
	s = store_of(dir, STORE_WRITE, err);
	ret = s ? create(s, &fresh, err) : -1;
	if (!ret)
		*created = fresh;
	store_close(s);
	return ret;
}

/* 1 and *s if there is a folder .ssl; 0 if there is none; -1. */
static int find_existing(const char *dir, struct store **s, struct error *err)
{
	struct stat st;
	int there = fs_exists(dir, err);

	if (there <= 0)
		return there;
	if (stat(dir, &st) || !S_ISDIR(st.st_mode))
		return error_set(err, ERR_FAILED, "%s: not a folder", dir);
	*s = store_of(dir, STORE_DRY, err);
	there = *s ? fs_exists((*s)->dir, err) : -1;
	if (there <= 0)
		return there;
	if (stat((*s)->dir, &st) || !S_ISDIR(st.st_mode))
		return error_set(err, ERR_FAILED, "%s: not a folder", (*s)->dir);
	return 1;
}

int store_init_plan(const char *dir, enum store_plan *out, struct error *err)
{
	struct store *s = NULL;
	int found = find_existing(dir, &s, err), now = 0, newest = 1;

	if (found > 0)
		found = fs_exists(s->path, err);
	if (found > 0 && (store_connect(s, 0, err) || migrate_versions(s, &now, &newest, err)))
		found = -1;
	if (found >= 0 && s && (now ? objects_check(s, 0, err) : objects_check_new(s, err)))
		found = -1;
	if (found >= 0)
		*out = !now ? STORE_MAKE : now < newest ? STORE_UPGRADE : STORE_KEEP;
	store_close(s);
	return found < 0 ? -1 : 0;
}

/* Writes the path of the .ssl in the nearest folder upwards, if it has a database in it: ~/.ssl may
 * belong to another program. */
static int find_upwards(const char *start, char out[PATH_SIZE], struct error *err)
{
	char db[PATH_SIZE], *real = realpath(start, NULL), *slash;
	int there;

	if (!real)
		return error_errno(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_FAILED, "%s", start);
	for (;;) {
		const char *base = strcmp(real, "/") ? real : "";

		if ((size_t)snprintf(out, PATH_SIZE, "%s/.ssl", base) < PATH_SIZE &&
		    (size_t)snprintf(db, sizeof db, "%s/.ssl/ssl.db", base) < sizeof db &&
		    (there = fs_exists(db, err))) /* an error ends the search as well */
			break;
		if (!*base) {
			free(real);
			return error_set(err, ERR_NOT_FOUND,
					 "%s: not in an ssl store: `ssl init` creates one", start);
		}
		slash = strrchr(real, '/');
		slash[slash == real] = 0;
	}
	free(real);
	return there < 0 ? -1 : 0;
}

/* An empty file is a database that was lost, or whose creation was interrupted. It is not filled
 * without a word. */
static int check_not_empty(struct store *s, struct error *err)
{
	int64_t one;
	int found = db_int(s, &one, err, "SELECT 1 FROM sqlite_schema LIMIT 1", "");

	if (found)
		return found < 0 ? -1 : 0;
	return error_set(err, ERR_CORRUPT,
			 "%s: the database is empty: `ssl init` creates a new store in its place",
			 s->path);
}

/* A writer waits while another process creates or upgrades the store. A reader writes nothing and
 * so takes no lock. */
static int open_existing(struct store *s, struct error *err)
{
	int created, lock = -1, ret;

	if (s->mode == STORE_WRITE && (owner_check(s->dir, err) || fs_lock_dir(s->dir, &lock, err)))
		return -1;
	ret = store_connect(s, 0, err) || check_not_empty(s, err) || migrate(s, &created, err) ||
		      (s->mode == STORE_WRITE && objects_check(s, 1, err))
		  ? -1
		  : 0;
	if (!ret && s->mode == STORE_WRITE)
		share(s);
	fs_unlock(lock);
	return ret;
}

int store_open(struct store **out, const char *start, enum store_mode mode, struct error *err)
{
	char dir[PATH_SIZE];
	struct store *s;

	if (find_upwards(start, dir, err))
		return -1;
	s = store_new(dir, mode);
	if (open_existing(s, err)) {
		store_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

int store_open_copy(struct store *s, struct store **out, struct error *err)
{
	struct store *copy = store_new(s->dir, STORE_WRITE);

	if (store_connect_copy(copy, s, err) || views_update(copy, err)) {
		store_close(copy);
		return -1;
	}
	*out = copy;
	return 0;
}
