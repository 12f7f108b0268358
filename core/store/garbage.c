/* Finding and removing what nothing names; see garbage.h. */
#include "core/store/garbage.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/store/object.h"
#include "core/store/store_internal.h"

enum { YOUNG = 3600 }; /* seconds in which whatever is being written is named */

/* Found first, told or removed afterwards: the folder must not change while it is read. */
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

/* The hash that "ab" and "cdef..." are of, or "". */
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

/* One file of objects/FOLDER. */
static int look_at_file(struct store *s, const char *folder, const char *name, double age,
			struct found *f, struct error *err)
{
	char path[400], whole[4600], sha256[HASH_HEX];
	struct stat st;
	int named = 0, temporary = !strcmp(folder, "tmp");

	snprintf(path, sizeof path, "objects/%s/%s", folder, name);
	snprintf(whole, sizeof whole, "%s/%s", store_dir(s), path);
	if (lstat(whole, &st) || (S_ISDIR(st.st_mode) && !temporary) || !old_enough(&st, age))
		return 0;
	hash_of(folder, name, sha256);
	if (sha256[0])
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

/* The folder's entries, sorted; a folder that is gone has none. */
static int entries(const char *path, char ***out)
{
	DIR *d = opendir(path);
	struct dirent *e;
	int n = 0;

	*out = NULL;
	while (d && (e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		*out = xrealloc(*out, ((size_t)n + 1) * sizeof **out);
		(*out)[n++] = xstrdup(e->d_name);
	}
	if (d)
		closedir(d);
	if (n)
		qsort(*out, (size_t)n, sizeof **out, by_text);
	return n;
}

static void entries_free(char **name, int n)
{
	for (int i = 0; i < n; i++)
		free(name[i]);
	free(name);
}

static int find_files(struct store *s, double age, struct found *f, struct error *err)
{
	char path[4500], **folder, **name;
	int n_folders, n, ret = 0;

	snprintf(path, sizeof path, "%s/objects", store_dir(s));
	n_folders = entries(path, &folder);
	for (int i = 0; !ret && i < n_folders; i++) {
		snprintf(path, sizeof path, "%s/objects/%s", store_dir(s), folder[i]);
		n = entries(path, &name);
		for (int j = 0; !ret && j < n; j++)
			ret = look_at_file(s, folder[i], name[j], age, f, err);
		entries_free(name, n);
	}
	entries_free(folder, n_folders);
	return ret;
}

/* Rows are made in the transaction that refers to them: one that nothing refers to is left over. */
static int find_rows(struct store *s, struct found *f, struct error *err)
{
	sqlite3_stmt *st =
	    db_prepare(s,
		       "SELECT sha256, bytes FROM object o "
		       "WHERE NOT EXISTS (SELECT 1 FROM checkpoint WHERE object_id = o.id) "
		       "AND NOT EXISTS (SELECT 1 FROM dataset WHERE object_id = o.id) "
		       "ORDER BY sha256",
		       err);
	char path[400];
	int more;

	if (!st)
		return -1;
	while ((more = db_step(s, st, err)) > 0) {
		const char *sha256 = db_text(st, 0);

		snprintf(path, sizeof path, "objects/%.2s/%.62s", sha256, sha256 + 2);
		found_add(f, GARBAGE_ROW, path, sha256, sqlite3_column_int64(st, 1));
	}
	return more;
}

/* The file is moved aside before it is looked at for the last time: a writer may just have put a
 * new one in its place (object_adopt()), and then it goes back. */
static int remove_aside(const char *path, const char *aside, double age, struct error *err)
{
	struct stat st;

	if (rename(path, aside))
		return errno == ENOENT ? 0 : error_errno(err, ERR_FAILED, "%s", path);
	if (!lstat(aside, &st) && !old_enough(&st, age))
		return rename(aside, path) ? error_errno(err, ERR_FAILED, "%s", path) : 0;
	return unlink(aside) ? error_errno(err, ERR_FAILED, "%s", aside) : 1;
}

/* Who writes what nothing names yet holds the folder of temporary files (fs_share_dir()): meanwhile
 * nothing goes that is young enough to be his, however small `age` is. 1 go on, and *lock; 0. */
static int may_remove(struct store *s, const char *path, int *lock)
{
	struct stat st;

	return fs_try_dir(store_tmp_dir(s), lock) || (!lstat(path, &st) && old_enough(&st, YOUNG));
}

/* The same, of what is not a row. */
static int remove_file(struct store *s, const struct item *it, const char *path, double age,
		       struct error *err)
{
	char aside[4600];
	int ret = 0;

	if (it->kind == GARBAGE_TEMPORARY) {
		fs_remove_tree(path);
		return fs_exists(path) ? error_set(err, ERR_FAILED, "%s: cannot be removed", path)
				       : 1;
	}
	snprintf(aside, sizeof aside, "%s/gc-%ld", store_tmp_dir(s), (long)getpid());
	if (tx_begin(s, err))
		return -1;
	if (it->sha256[0])
		ret = is_named(s, it->sha256, err);
	if (ret >= 0)
		ret = ret ? 0 : remove_aside(path, aside, age, err);
	return tx_end(s, ret < 0 ? -1 : 0, err) ? -1 : ret;
}

/* 1 removed, 0 it is needed after all, -1 with *err. */
static int remove_one(struct store *s, const struct item *it, double age, struct error *err)
{
	char path[4600];
	int lock, ret = 0;

	if (it->kind == GARBAGE_ROW)
		return object_drop_unused(s, it->sha256, err) ? -1 : 1;
	snprintf(path, sizeof path, "%s/%s", store_dir(s), it->path);
	if (may_remove(s, path, &lock))
		ret = remove_file(s, it, path, age, err);
	fs_unlock(lock);
	return ret;
}

static int each(struct store *s, double age, int collect,
		int (*fn)(void *ctx, const struct garbage *g), void *ctx, struct error *err)
{
	struct found f = {0};
	int ret = find_rows(s, &f, err) || find_files(s, age, &f, err) ? -1 : 0;

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
