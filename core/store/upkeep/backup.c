#include "core/store/upkeep/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/output.h"
#include "core/store/object.h"
#include "core/store/owner.h"
#include "core/store/schema_check.h"
#include "core/store/store_internal.h"
#include "core/store/upkeep/backup_target.h"

enum { PATH_SIZE = 4300, TRIES = 50 };

static int copy_error(sqlite3 *to, const char *path, struct error *err)
{
	return error_set(err, ERR_FAILED, "%s: %s", path, sqlite3_errmsg(to));
}

/* Copies all pages in one step, which is one snapshot however long it takes, while writers go on in
 * the WAL. The copy needs no WAL of its own. */
static int copy_pages(struct store *s, sqlite3 *to, const char *path, struct error *err)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", s->db, "main");
	int rc;

	if (!b)
		return copy_error(to, path, err);
	while ((rc = sqlite3_backup_step(b, -1)) == SQLITE_BUSY || rc == SQLITE_LOCKED)
		sqlite3_sleep(20);
	if (sqlite3_backup_finish(b) || rc != SQLITE_DONE)
		return copy_error(to, path, err);
	if (sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL))
		return copy_error(to, path, err);
	return backup_target_mark(to, path, err);
}

/* Copies the database to a file in DIR/objects/tmp. */
static int copy_database(struct store *s, const char *tmp, struct error *err)
{
	sqlite3 *to = NULL;
	int ret = -1, fd;

	unlink(tmp);
	/* SQLite would create it with mode 0644 */
	fd = open(tmp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return error_errno(err, ERR_FAILED, "%s", tmp);
	close(fd);
	if (sqlite3_open(tmp, &to)) {
		copy_error(to, tmp, err);
	} else {
		db_harden(to);
		ret = copy_pages(s, to, tmp, err);
	}
	sqlite3_close(to);
	return ret;
}

static int copy_bytes(const char *from, struct fs_out *out, struct error *err)
{
	struct fs_map map;
	int ret;

	if (fs_map(from, &map, err))
		return -1;
	ret = fs_out_write(out, map.data, map.size, err);
	fs_unmap(&map);
	return ret;
}

/* ---- objects ---- */

struct copy {
	struct store *s;
	struct backup *b;
	char dir[4096];       /* .ssl of the copy */
	char db[PATH_SIZE];   /* its database, until the objects have been copied */
	char pins[PATH_SIZE]; /* a folder of links to the objects, which a run may prune meanwhile;
				 "": none */
	char (*hex)[HASH_HEX];
	int64_t *bytes;
	int n;
	struct error misnamed; /* of a row whose hash is none */
};

static int list_objects(struct copy *c, struct error *err)
{
	sqlite3_stmt *st = db_prepare(c->s, "SELECT sha256, bytes FROM object ORDER BY id", err);
	int more;

	c->n = 0;
	if (!st)
		return -1;
	while ((more = db_step(c->s, st, err)) > 0) {
		if (object_check_name(db_text(st, 0), &c->misnamed))
			continue;
		c->hex = xrealloc(c->hex, ((size_t)c->n + 1) * sizeof *c->hex);
		c->bytes = xrealloc(c->bytes, ((size_t)c->n + 1) * sizeof *c->bytes);
		db_text_into(st, 0, c->hex[c->n], HASH_HEX);
		c->bytes[c->n++] = sqlite3_column_int64(st, 1);
	}
	return more;
}

static void target_path(const struct copy *c, const char *sha256, char out[PATH_SIZE])
{
	snprintf(out, PATH_SIZE, "%s/objects/%.2s/%s", c->dir, sha256, sha256 + 2);
}

/* Makes the links; returns how many of the objects are gone already, or -1 if that cannot be
 * determined.
 */
static int pin_objects(struct copy *c, struct error *err)
{
	char from[PATH_SIZE], to[PATH_SIZE], pin[PATH_SIZE + 80];
	int gone = 0;

	for (int i = 0; i < c->n; i++) {
		int there;

		object_path(c->s, c->hex[i], from, sizeof from);
		snprintf(pin, sizeof pin, "%s/%s", c->pins, c->hex[i]);
		if (c->pins[0] && (!link(from, pin) || errno == EEXIST))
			continue;
		there = fs_exists(from, err);
		if (!there) {
			target_path(c, c->hex[i], to);
			there = fs_exists(to, err);
		}
		if (there < 0)
			return -1;
		gone += !there;
	}
	return gone;
}

/* Copies a snapshot of the database whose objects all exist. If a run prunes one of its checkpoints
 * in between, a newer snapshot does not name that object. An object that is missing every time is
 * lost; copy_object() reports it. */
static int copy_snapshot(struct copy *c, struct error *err)
{
	for (int i = 0; i < TRIES; i++) {
		int ret = -1, gone = 0;

		if (db_run(c->s, err, "BEGIN", ""))
			return -1;
		if (!list_objects(c, err)) {
			gone = pin_objects(c, err);
			ret = gone < 0                ? -1
			      : gone && i < TRIES - 1 ? 0
						      : copy_database(c->s, c->db, err);
		}
		if (tx_end(c->s, ret, err))
			return -1;
		if (!gone)
			break;
	}
	return 0;
}

/* 1 if the object's file exists and has this hash, 0 if not, -1. */
static int is_intact(const char *path, const char *sha256, struct error *err)
{
	char hex[HASH_HEX];
	struct stat st;

	if (lstat(path, &st))
		return errno == ENOENT ? 0 : error_errno(err, ERR_FAILED, "%s", path);
	return S_ISREG(st.st_mode) && !hash_file(path, hex, NULL) && !strcmp(hex, sha256);
}

/* Finds the object's file: the link, or the store's own. */
static int find_source(struct copy *c, const char *sha256, char from[PATH_SIZE + 80],
		       struct error *err)
{
	int there = 0;

	snprintf(from, PATH_SIZE + 80, "%s/%s", c->pins, sha256);
	if (c->pins[0])
		there = fs_exists(from, err);
	if (!there) {
		object_path(c->s, sha256, from, PATH_SIZE);
		there = fs_exists(from, err);
	}
	if (there)
		return there < 0 ? -1 : 0;
	return error_set(err, ERR_CORRUPT, "object %.12s: missing: run `ssl fsck`", sha256);
}

/* Makes a hard link: 1; 0 if the file system does not allow it; -1. */
static int link_object(struct copy *c, const char *from, const char *to, struct error *err)
{
	char tmp[PATH_SIZE + 16];

	snprintf(tmp, sizeof tmp, "%s-link", c->db);
	unlink(tmp);
	if (link(from, tmp))
		return 0;
	if (!rename(tmp, to)) {
		unlink(tmp); /* the two may have been the same file */
		return 1;
	}
	error_errno(err, ERR_FAILED, "%s", to);
	unlink(tmp);
	return -1;
}

static int object_damaged(const char *sha256, struct error *err)
{
	return error_set(err, ERR_CORRUPT, "object %.12s: its file is damaged: run `ssl fsck`",
			 sha256);
}

static int write_object(struct copy *c, const char *from, const char *to, const char *sha256,
			struct error *err)
{
	char folder[PATH_SIZE], hex[HASH_HEX];
	struct fs_out out = {.fd = -1};
	int ret = -1;

	snprintf(folder, sizeof folder, "%s/objects/tmp", c->dir);
	if (fs_out_open(&out, folder, err))
		return -1;
	if (!copy_bytes(from, &out, err) && !hash_file(out.tmp, hex, err)) {
		if (strcmp(hex, sha256))
			object_damaged(sha256, err);
		else
			ret = fs_out_commit(&out, to, err);
	}
	if (!ret)
		fs_share(to, c->dir);
	fs_out_abort(&out);
	return ret;
}

/* Copies or links an object into the folder of the copy: 1; 0 if it is there and intact; -1. */
static int copy_object(struct copy *c, const char *sha256, struct error *err)
{
	char from[PATH_SIZE + 80], to[PATH_SIZE], folder[PATH_SIZE];
	int intact, linked = 0;

	target_path(c, sha256, to);
	intact = is_intact(to, sha256, err);
	if (intact)
		return intact < 0 ? -1 : 0;
	if (find_source(c, sha256, from, err))
		return -1;
	if (c->s->mode == STORE_DRY) {
		intact = is_intact(from, sha256, err);
		return intact ? intact : object_damaged(sha256, err);
	}
	snprintf(folder, sizeof folder, "%s/objects/%.2s", c->dir, sha256);
	if (fs_mkdirs(folder, err))
		return -1;
	fs_share(folder, c->dir);
	if (c->b->link) {
		intact = is_intact(from, sha256, err);
		if (intact > 0)
			linked = link_object(c, from, to, err);
		if (intact < 0 || linked)
			return linked > 0 ? 1 : -1;
	}
	return write_object(c, from, to, sha256, err) ? -1 : 1;
}

/* Copies all objects that are intact. Then reports the first error; an error of the copy
 * (ERR_FAILED) ends the loop and takes precedence over one of the store. */
static int copy_objects(struct copy *c, struct error *err)
{
	struct error first = c->misnamed;

	c->b->objects = c->n;
	for (int i = 0; i < c->n && first.code != ERR_FAILED; i++) {
		struct error why = {0};
		int copied;

		if (c->b->stop && *c->b->stop)
			return error_set(err, ERR_PREEMPTED, "backup: stopped by signal %d",
					 *c->b->stop);
		copied = copy_object(c, c->hex[i], &why);

		if (copied < 0 && (!first.code || why.code == ERR_FAILED))
			first = why;
		c->b->copied += copied > 0;
		c->b->bytes += copied > 0 ? c->bytes[i] : 0;
	}
	if (!first.code)
		return 0;
	*err = first;
	return -1;
}

static int copy_settings(struct store *s, const char *dir, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	char from[PATH_SIZE], to[PATH_SIZE];
	int ret;

	snprintf(from, sizeof from, "%s/config", store_dir(s));
	snprintf(to, sizeof to, "%s/config", dir);
	ret = fs_exists(from, err);
	if (ret > 0) {
		ret = fs_read(from, &text, err) || fs_write_atomic(to, text.buf, text.len, err);
		if (!ret)
			fs_share(to, dir);
	}
	strbuf_release(&text);
	return ret ? -1 : 0;
}

/* Fills in the paths, and checks that the copy may go there. */
static int check_folders(struct copy *c, const char *dir, struct error *err)
{
	if ((size_t)snprintf(c->dir, sizeof c->dir, "%s/.ssl", dir) >= sizeof c->dir)
		return error_set(err, ERR_FAILED, "%s: path too long", dir);
	if (output_check_dir(dir, err) || backup_target_check(c->s, c->dir, c->b->replace, err))
		return -1;
	if ((size_t)snprintf(c->db, sizeof c->db, "%s/objects/tmp/backup-%ld.db", c->dir,
			     (long)getpid()) >= sizeof c->db ||
	    (size_t)snprintf(c->pins, sizeof c->pins, "%s/backup-%ld", store_tmp_dir(c->s),
			     (long)getpid()) >= sizeof c->pins)
		return error_set(err, ERR_FAILED, "%s: path too long", dir);
	return 0;
}

static int make_folders(struct copy *c, const char *dir, struct error *err)
{
	char tmp[PATH_SIZE];

	if (check_folders(c, dir, err))
		return -1;
	snprintf(tmp, sizeof tmp, "%s/objects/tmp", c->dir);
	if (fs_mkdirs(dir, err) || fs_mkdirs(tmp, err))
		return -1;
	fs_share(tmp, c->dir);
	/* no links if this process cannot write to the store, or must not */
	if (owner_check(c->s->dir, NULL) || objects_check(c->s, 0, NULL) ||
	    fs_mkdirs(c->pins, NULL))
		c->pins[0] = 0;
	return 0;
}

static int dry_run(struct copy *c, const char *dir, struct error *err)
{
	int ret = check_folders(c, dir, err);

	c->pins[0] = 0;
	ret = ret || list_objects(c, err) || copy_objects(c, err) ? -1 : 0;
	free(c->hex);
	free(c->bytes);
	return ret;
}

int store_backup(struct store *s, const char *dir, struct backup *b, struct error *err)
{
	struct copy c = {.s = s, .b = b};
	int ret = -1, damaged;

	b->objects = b->copied = b->bytes = 0;
	if (s->mode == STORE_DRY)
		return dry_run(&c, dir, err);
	if (!make_folders(&c, dir, err) && !copy_snapshot(&c, err)) {
		damaged = copy_objects(&c, err);
		if (!damaged || err->code == ERR_CORRUPT)
			ret = backup_target_place(c.db, c.dir, damaged ? NULL : err) || damaged ||
				      copy_settings(s, c.dir, err)
				  ? -1
				  : 0;
	}
	if (c.db[0])
		unlink(c.db);
	if (c.pins[0])
		fs_remove_tree(c.pins);
	free(c.hex);
	free(c.bytes);
	return ret;
}
