#include "core/store/upkeep/garbage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/store/object.h"
#include "core/store/row.h"
#include "core/store/store_internal.h"

enum {
	YOUNG = 3600,           /* seconds within which a file that is being written gets its row */
	PARTIAL_TIMES = 7 * 24, /* how many times as old an interrupted import has to be */
};

/* All garbage is found before any is reported or removed, so that no folder changes while it is
 * read.
 */
struct found {
	struct item {
		enum garbage_kind kind;
		char path[400]; /* below .ssl */
		char sha256[HASH_HEX];
		int64_t bytes;
	} * item;
	int n;
};

static void found_add(struct found *f, enum garbage_kind kind, const char *path, const char *sha256,
		      int64_t bytes)
{
	struct item *it;

	f->item = xrealloc(f->item, ((size_t)f->n + 1) * sizeof *f->item);
	it = &f->item[f->n++];
	it->kind = kind;
	snprintf(it->path, sizeof it->path, "%s", path);
	snprintf(it->sha256, sizeof it->sha256, "%s", sha256);
	it->bytes = bytes;
}

static int old_enough(const struct stat *st, double age)
{
	double written = (double)st->st_mtim.tv_sec + (double)st->st_mtim.tv_nsec * 1e-9;

	return clock_unix() - written >= age;
}

/* The hash of the object objects/FOLDER/NAME; "" if these are not the names of one. */
static void hash_of(const char *folder, const char *name, char out[HASH_HEX])
{
	out[0] = 0;
	if (strlen(folder) != 2 || strlen(name) != HASH_HEX - 3)
		return;
	snprintf(out, HASH_HEX, "%s%s", folder, name);
	if (!hash_is_hex(out))
		out[0] = 0;
}

static int is_named(struct store *s, const char *sha256, struct error *err)
{
	int64_t id;

	return db_int(s, &id, err, "SELECT id FROM object WHERE sha256 = ?", "t", sha256);
}

/* True if the text is digits only. */
static int is_number(const char *text)
{
	size_t n = strspn(text, "0123456789");

	return n && n < 20 && !text[n];
}

/* True for what an interrupted import leaves to be continued (core/data/partial.h): add-, 16 digits
 * of hex and a suffix. */
static int is_partial(const char *name)
{
	return !strncmp(name, "add-", 4) && strspn(name + 4, "0123456789abcdef") == 16 &&
	       (!strcmp(name + 20, ".journal") || !strcmp(name + 20, ".pixels"));
}

/* True for the names that ssl gives to files in objects/tmp. No file with another name is removed.
 */
static int is_temporary(const char *name)
{
	static const char *const numbered[] = {"gc-", "backup-"};
	const char *p = name;

	if (!strncmp(name, ".tmp-", 5)) /* fs_out_open() */
		return strlen(name) < 16;
	if (!strncmp(name, "checkpoint-", 11)) /* followed by a run's uuid and the attempt */
		return strlen(name) > 48 && name[47] == '-' && is_number(name + 48);
	if (!strncmp(name, "import.", 7)) { /* followed by a process and a number */
		p = strchr(name + 7, '.');
		return p && strspn(name + 7, "0123456789") == (size_t)(p - name - 7) &&
		       is_number(p + 1);
	}
	for (size_t i = 0; i < sizeof numbered / sizeof *numbered; i++) {
		size_t n = strlen(numbered[i]);

		if (!strncmp(name, numbered[i], n)) {
			p = name + n + strspn(name + n, "0123456789");
			return p > name + n && (!*p || !strcmp(p, ".db") || !strcmp(p, ".db-wal") ||
						!strcmp(p, ".db-shm") || !strcmp(p, ".db-journal"));
		}
	}
	return is_partial(name);
}

/* Adds a file of the open folder objects/FOLDER if it is garbage. Files with names that ssl does
 * not give, and links, are not. */
static int check_file(struct store *s, int fd, const char *folder, const char *name, double age,
		      struct found *f, struct error *err)
{
	char path[400], sha256[HASH_HEX];
	struct stat st;
	int named = 0, temporary = !strcmp(folder, "tmp");

	if (temporary && is_partial(name))
		age *= PARTIAL_TIMES;
	hash_of(folder, name, sha256);
	if (temporary ? !is_temporary(name) : !sha256[0])
		return 0;
	snprintf(path, sizeof path, "objects/%s/%s", folder, name);
	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : error_errno(err, ERR_FAILED, "%s", path);
	if (!(S_ISREG(st.st_mode) || (S_ISDIR(st.st_mode) && temporary)) || !old_enough(&st, age))
		return 0;
	if (!temporary)
		named = is_named(s, sha256, err);
	if (!named)
		found_add(f, temporary ? GARBAGE_TEMPORARY : GARBAGE_FILE, path, sha256,
			  (int64_t)st.st_size);
	return named < 0 ? -1 : 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

struct entries {
	char **name;
	int n;
};

static void entries_free(struct entries *e)
{
	for (int i = 0; i < e->n; i++)
		free(e->name[i]);
	free(e->name);
	*e = (struct entries){0};
}

/* Reads the names in the open folder, sorted. */
static int entries_read(int fd, struct entries *out, struct error *err)
{
	int copy = dup(fd), failed;
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;

	*out = (struct entries){0};
	if (!d) {
		error_errno(err, ERR_FAILED, "objects");
		if (copy >= 0)
			close(copy);
		return -1;
	}
	while ((void)(errno = 0), (e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		out->name = xrealloc(out->name, ((size_t)out->n + 1) * sizeof *out->name);
		out->name[out->n++] = xstrdup(e->d_name);
	}
	failed = errno != 0;
	if (failed) {
		error_errno(err, ERR_FAILED, "objects");
		entries_free(out);
	}
	closedir(d);
	if (out->n)
		qsort(out->name, (size_t)out->n, sizeof *out->name, by_text);
	return failed ? -1 : 0;
}

static int is_folder_of_objects(const char *name)
{
	return !strcmp(name, "tmp") || (strlen(name) == 2 && strspn(name, "0123456789abcdef") == 2);
}

static int find_in_folder(struct store *s, const char *folder, double age, struct found *f,
			  struct error *err)
{
	struct entries e;
	int fd = objects_open(s, folder), ret;

	if (fd < 0) /* a link or a file is not one of the store's folders */
		return errno == ENOENT || errno == ELOOP || errno == ENOTDIR
			   ? 0
			   : error_errno(err, ERR_FAILED, "%s/objects/%s", store_dir(s), folder);
	ret = entries_read(fd, &e, err);
	for (int i = 0; !ret && i < e.n; i++)
		ret = check_file(s, fd, folder, e.name[i], age, f, err);
	entries_free(&e);
	close(fd);
	return ret;
}

static int find_files(struct store *s, double age, struct found *f, struct error *err)
{
	struct entries folder;
	int fd = objects_open(s, NULL), ret;

	if (fd < 0)
		return errno == ENOENT ? 0
				       : error_errno(err, ERR_FAILED, "%s/objects", store_dir(s));
	ret = entries_read(fd, &folder, err);
	close(fd);
	for (int i = 0; !ret && i < folder.n; i++)
		if (is_folder_of_objects(folder.name[i]))
			ret = find_in_folder(s, folder.name[i], age, f, err);
	entries_free(&folder);
	return ret;
}

/* Finds rows of objects that no row refers to. A row is inserted in the transaction that refers to
 * it, so such a row is no longer needed. */
static int find_rows(struct store *s, struct found *f, struct error *err)
{
	sqlite3_stmt *st =
	    db_prepare(s,
		       "SELECT sha256, bytes, id FROM object o "
		       "WHERE NOT EXISTS (SELECT 1 FROM checkpoint WHERE object_id = o.id) "
		       "AND NOT EXISTS (SELECT 1 FROM dataset WHERE object_id = o.id) "
		       "ORDER BY sha256",
		       err);
	struct row r = {st, "object", 0, err, 0};
	char path[400];
	int more;

	if (!st)
		return -1;
	while ((more = db_step(s, st, err)) > 0) {
		const char *sha256 = db_text(st, 0);

		if (!hash_is_hex(sha256)) /* `ssl fsck` reports it */
			continue;
		snprintf(path, sizeof path, "objects/%.2s/%.62s", sha256, sha256 + 2);
		r.id = sqlite3_column_int64(st, 2);
		found_add(f, GARBAGE_ROW, path, sha256, row_int(&r, 1, "bytes", 0, INT64_MAX));
	}
	return r.bad ? -1 : more;
}

/* Opens the folder of the item; *name is the item's name in it. */
static int open_item(struct store *s, const struct item *it, const char **name)
{
	char folder[4];

	snprintf(folder, sizeof folder, "%.*s", (int)strcspn(it->path + 8, "/"), it->path + 8);
	*name = strrchr(it->path, '/') + 1;
	return objects_open(s, folder);
}

/* Removes the file: 1; 0 if it must stay; -1. It is renamed and its age is checked again before it
 * is removed, since a writer may just have replaced it by a new one (object_adopt()), which is
 * renamed back. */
static int remove_aside(struct store *s, int fd, const char *name, double age, struct error *err)
{
	char aside[40];
	struct stat st;
	int tmp = objects_open(s, "tmp"), ret = 1;

	snprintf(aside, sizeof aside, "gc-%ld", (long)getpid());
	if (tmp < 0 || renameat(fd, name, tmp, aside))
		ret = tmp >= 0 && errno == ENOENT ? 0 : -1;
	else if (!fstatat(tmp, aside, &st, AT_SYMLINK_NOFOLLOW) && !old_enough(&st, age))
		ret = renameat(tmp, aside, fd, name) ? -1 : 0;
	else if (unlinkat(tmp, aside, 0))
		ret = -1;
	if (ret < 0)
		error_errno(err, ERR_FAILED, "%s: cannot be removed", name);
	if (tmp >= 0)
		close(tmp);
	return ret;
}

/* 1 and *lock if the file may be removed, else 0. A process that writes a file which no row names
 * yet holds a shared lock on the folder of temporary files (fs_lock_dir_shared()). Meanwhile no
 * young file is removed, however small `age` is, since it may be that process's. */
static int may_remove(struct store *s, int fd, const char *name, int *lock)
{
	struct stat st;

	return fs_try_lock_dir(store_tmp_dir(s), lock) ||
	       (!fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) && old_enough(&st, YOUNG));
}

/* Removes a temporary file, or the folder of links to objects that a backup made: 1; 0 if it has
 * other files in it; -1. */
static int remove_temporary(int tmp, const char *name, struct error *err)
{
	struct entries e = {0};
	int fd, ret = 0;

	if (!unlinkat(tmp, name, 0) || errno == ENOENT)
		return 1;
	fd = openat(tmp, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, ERR_FAILED, "objects/tmp/%s: cannot be removed", name);
	ret = entries_read(fd, &e, err);
	for (int i = 0; !ret && i < e.n; i++)
		if (hash_is_hex(e.name[i]))
			unlinkat(fd, e.name[i], 0);
	entries_free(&e);
	close(fd);
	if (!ret && unlinkat(tmp, name, AT_REMOVEDIR))
		return errno == ENOTEMPTY || errno == EEXIST
			   ? 0
			   : error_errno(err, ERR_FAILED, "objects/tmp/%s: cannot be removed",
					 name);
	return ret ? -1 : 1;
}

/* As remove_one(), for an item that is not a row. */
static int remove_file(struct store *s, const struct item *it, int fd, const char *name, double age,
		       struct error *err)
{
	int ret;

	if (it->kind == GARBAGE_TEMPORARY)
		return remove_temporary(fd, name, err);
	if (tx_begin(s, err))
		return -1;
	ret = is_named(s, it->sha256, err);
	if (ret >= 0)
		ret = ret ? 0 : remove_aside(s, fd, name, age, err);
	return tx_end(s, ret < 0 ? -1 : 0, err) ? -1 : ret;
}

/* 1 if the item was removed, 0 if it is needed after all, -1 with *err. */
static int remove_one(struct store *s, const struct item *it, double age, struct error *err)
{
	const char *name;
	int fd, lock, ret = 0;

	if (it->kind == GARBAGE_ROW)
		return object_drop_unused(s, it->sha256, err) ? -1 : 1;
	fd = open_item(s, it, &name);
	if (fd < 0)
		return errno == ENOENT ? 0 : error_errno(err, ERR_FAILED, "%s", it->path);
	if (may_remove(s, fd, name, &lock))
		ret = remove_file(s, it, fd, name, age, err);
	fs_unlock(lock);
	close(fd);
	return ret;
}

/* Fails if a row is damaged that refers to an object: the object would seem to be garbage. */
static int check_references(struct store *s, struct error *err)
{
	static const char *const sql[] = {
	    "SELECT id FROM checkpoint c WHERE NOT EXISTS (SELECT 1 FROM object o WHERE o.id = "
	    "c.object_id) LIMIT 1",
	    "SELECT id FROM dataset d WHERE d.removed IS NULL AND NOT EXISTS (SELECT 1 FROM object "
	    "o "
	    "WHERE o.id = d.object_id) LIMIT 1"};
	static const char *const table[] = {"checkpoint", "dataset"};

	for (int i = 0; i < 2; i++) {
		int64_t id = 0;
		int found = db_int(s, &id, err, sql[i], "");

		if (found)
			return found < 0
				   ? -1
				   : error_set(
					 err, ERR_CORRUPT,
					 "%s %lld: column object_id names no object: the store "
					 "is damaged: `ssl fsck` looks for more; restore it "
					 "from a backup",
					 table[i], (long long)id);
	}
	return 0;
}

/* Fails if the row of an object is damaged: its file would seem to be garbage. */
static int check_names(struct store *s, struct error *err)
{
	sqlite3_stmt *st = db_prepare(s,
				      "SELECT sha256 FROM object WHERE typeof(sha256) <> 'text' OR "
				      "length(sha256) <> 64 OR sha256 GLOB '*[^0-9a-f]*' LIMIT 1",
				      err);
	int found = st ? db_step(s, st, err) : -1;

	if (found <= 0)
		return found;
	found = object_check_name(db_text(st, 0), err) ? -1 : 0;
	sqlite3_reset(st);
	return found;
}

static int each(struct store *s, double age, int collect,
		int (*fn)(void *ctx, const struct garbage *g), void *ctx, struct error *err)
{
	struct found f = {0};
	int ret = objects_check(s, collect, err) || check_names(s, err) ||
			  check_references(s, err) || find_rows(s, &f, err) ||
			  find_files(s, age, &f, err)
		      ? -1
		      : 0;

	for (int i = 0; !ret && i < f.n; i++) {
		struct garbage g = {f.item[i].kind, f.item[i].path, f.item[i].bytes};
		int gone = collect ? remove_one(s, &f.item[i], age, err) : 1;

		ret = gone < 0 ? -1 : gone ? fn(ctx, &g) : 0;
	}
	free(f.item);
	return ret;
}

int garbage_each(struct store *s, double age, int (*fn)(void *ctx, const struct garbage *g),
		 void *ctx, struct error *err)
{
	return each(s, age, 0, fn, ctx, err);
}

int garbage_collect(struct store *s, double age, int (*fn)(void *ctx, const struct garbage *g),
		    void *ctx, struct error *err)
{
	return each(s, age, 1, fn, ctx, err);
}
