#include "core/store/upkeep/backup_target.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/store/schema_check.h"
#include "core/store/store_internal.h"

enum { PATH_SIZE = 4400, ID_SIZE = 64 };

/* A mark consists of the last row's number in each table to which commands add rows. */
#define MARK_SQL                                                                                   \
	"SELECT printf('%d %d %d %d %d', (SELECT max(id) FROM run), (SELECT max(id) FROM eval), "  \
	"(SELECT max(id) FROM note), (SELECT max(id) FROM sweep), (SELECT max(id) FROM cell))"

static int target_error(sqlite3 *db, const char *path, struct error *err)
{
	return error_set(
	    err, ERR_USAGE,
	    "backup: %s: it exists and is not a backup of this store (%s): use another "
	    "folder, or remove it first",
	    path, db ? sqlite3_errmsg(db) : "out of memory");
}

/* Reads the first column of the first row: 1, 0 if there is none, -1. */
static int read_text(sqlite3 *db, const char *sql, char *out, size_t size)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);

	if (!rc)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		db_text_into(st, 0, out, size);
	sqlite3_finalize(st);
	return rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : -1;
}

static int add_mark(sqlite3 *db, const char *mark)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(
	    db, "INSERT OR REPLACE INTO meta (key, value) VALUES ('backup', ?)", -1, &st, NULL);

	if (!rc)
		rc = sqlite3_bind_text(st, 1, mark, -1, SQLITE_STATIC);
	if (!rc)
		rc = sqlite3_step(st) == SQLITE_DONE ? SQLITE_OK : SQLITE_ERROR;
	sqlite3_finalize(st);
	return rc ? -1 : 0;
}

int backup_target_mark(sqlite3 *copy, const char *path, struct error *err)
{
	char mark[160];

	if (read_text(copy, MARK_SQL, mark, sizeof mark) == 1 && !add_mark(copy, mark))
		return 0;
	return error_set(err, ERR_FAILED, "%s: %s", path, sqlite3_errmsg(copy));
}

/* Finds a run of the older backup that this store does not have: 1 and its name, 0, -1. */
static int find_unknown_run(struct store *s, sqlite3 *db, char *name, size_t size,
			    struct error *err)
{
	sqlite3_stmt *st = NULL;
	int64_t id;
	int rc = sqlite3_prepare_v2(db, "SELECT uuid, name FROM run ORDER BY id", -1, &st, NULL),
	    known = 1;

	while (!rc && known > 0 && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		rc = SQLITE_OK;
		known =
		    db_int(s, &id, err, "SELECT id FROM run WHERE uuid = ?", "t", db_text(st, 0));
		if (!known)
			db_text_into(st, 1, name, size);
	}
	sqlite3_finalize(st);
	if (known < 0 || (rc && rc != SQLITE_DONE))
		return known < 0 ? -1 : target_error(db, sqlite3_db_filename(db, "main"), err);
	return !known;
}

static int is_newer(const char *now, const char *then)
{
	long long a[5], b[5];

	if (sscanf(now, "%lld %lld %lld %lld %lld", &a[0], &a[1], &a[2], &a[3], &a[4]) != 5 ||
	    sscanf(then, "%lld %lld %lld %lld %lld", &b[0], &b[1], &b[2], &b[3], &b[4]) != 5)
		return 1;
	for (int i = 0; i < 5; i++)
		if (a[i] > b[i])
			return 1;
	return 0;
}

/* Fails if something was recorded in the backup itself, which would be lost. A backup of an older
 * version, without a mark, is compared run by run. */
static int check_untouched(struct store *s, sqlite3 *db, const char *dir, struct error *err)
{
	char mark[160], now[160], name[160] = "";
	int marked =
		read_text(db, "SELECT value FROM meta WHERE key = 'backup'", mark, sizeof mark),
	    found = 0;

	if (marked < 0 || read_text(db, MARK_SQL, now, sizeof now) != 1)
		return target_error(db, dir, err);
	if (!marked)
		found = find_unknown_run(s, db, name, sizeof name, err);
	else
		found = is_newer(now, mark);
	if (!found)
		return 0;
	return found < 0
		   ? -1
		   : error_set(err, ERR_USAGE,
			       "backup: %s: %s%s was added to this backup and would be lost: use "
			       "another folder",
			       dir, name[0] ? "run " : "something", name);
}

static int check_database(struct store *s, const char *dir, const char *path, struct error *err)
{
	sqlite3 *db = NULL;
	char ours[ID_SIZE] = "", theirs[ID_SIZE] = "";
	int ret = -1;

	if (read_text(s->db, "SELECT value FROM meta WHERE key = 'store'", ours, sizeof ours) < 0)
		return db_error(s, err);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) ||
	    (db_harden(db), read_text(db, "SELECT value FROM meta WHERE key = 'store'", theirs,
				      sizeof theirs) < 0))
		target_error(db, dir, err);
	else if (!ours[0] || strcmp(ours, theirs))
		error_set(err, ERR_USAGE,
			  "backup: %s: it is another store: -f only updates a backup of this store",
			  dir);
	else
		ret = check_untouched(s, db, dir, err);
	sqlite3_close(db);
	return ret;
}

/* Checks that objects/ does not belong to another store, whose database is missing. */
static int check_objects(struct store *s, const char *dir, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	char path[PATH_SIZE], ours[ID_SIZE] = "";
	int there, ret = 0;

	snprintf(path, sizeof path, "%s/objects/store", dir);
	there = fs_exists(path, err);
	if (there <= 0)
		return there;
	if (read_text(s->db, "SELECT value FROM meta WHERE key = 'store'", ours, sizeof ours) < 0)
		return db_error(s, err);
	ret = fs_read(path, &text, err);
	if (!ret && (strncmp(text.buf, ours, strlen(ours)) || !ours[0]))
		ret =
		    error_set(err, ERR_USAGE, "backup: %s: it has the files of another store", dir);
	strbuf_release(&text);
	return ret;
}

int backup_target_check(struct store *s, const char *dir, int replace, struct error *err)
{
	char path[PATH_SIZE];
	struct stat here, there;

	snprintf(path, sizeof path, "%s/ssl.db", dir);
	if (stat(path, &there)) {
		if (errno != ENOENT && errno != ENOTDIR)
			return error_errno(err, ERR_FAILED, "%s", path);
		return check_objects(s, dir, err);
	}
	if (stat(s->path, &here))
		return error_errno(err, ERR_FAILED, "%s", s->path);
	if (here.st_dev == there.st_dev && here.st_ino == there.st_ino)
		return error_set(err, ERR_USAGE, "backup: %s: it is the store itself", dir);
	if (!S_ISREG(there.st_mode))
		return error_set(err, ERR_USAGE, "backup: %s: not a regular file", path);
	if (!replace)
		return error_set(err, ERR_USAGE, "backup: %s: it exists already: -f updates it",
				 dir);
	return check_database(s, dir, path, err);
}

/* ---- putting the copy in place ---- */

static const char *const suffix[] = {"-wal", "-shm", "-journal"};

/* 1 if there is a log or a journal beside the database, 0, -1. */
static int has_log(const char *db, struct error *err)
{
	char path[PATH_SIZE];
	int any = 0;

	for (int i = 0; i < 3 && any >= 0; i++) {
		int there;

		snprintf(path, sizeof path, "%s%s", db, suffix[i]);
		there = fs_exists(path, err);
		any = there < 0 ? -1 : any | there;
	}
	return any;
}

/* Moves what is in the log of the older backup to its database. SQLite would apply the log to the
 * new database, and without it the older one would not be complete. */
static int merge_log(const char *path, struct error *err)
{
	sqlite3 *db = NULL;
	char mode[32] = "";
	int any = has_log(path, err), bad;

	if (any <= 0)
		return any;
	bad = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL);
	if (!bad)
		db_harden(db);
	bad = bad || sqlite3_busy_timeout(db, 5000) ||
	      read_text(db, "PRAGMA journal_mode = DELETE", mode, sizeof mode) != 1 ||
	      strcmp(mode, "delete");
	if (bad)
		error_set(err, ERR_BUSY, "%s: in use by another process: %s", path,
			  db ? sqlite3_errmsg(db) : "out of memory");
	sqlite3_close(db);
	return bad ? -1 : 0;
}

int backup_target_place(const char *tmp, const char *dir, struct error *err)
{
	char path[PATH_SIZE], stale[PATH_SIZE + 16];
	int there;

	snprintf(path, sizeof path, "%s/ssl.db", dir);
	there = fs_exists(path, err);
	if (there < 0 || (there && merge_log(path, err)))
		return -1;
	for (int i = 0; i < 3; i++) { /* these are empty by now, or their database is gone */
		snprintf(stale, sizeof stale, "%s%s", path, suffix[i]);
		if (unlink(stale) && errno != ENOENT)
			return error_errno(err, ERR_FAILED, "%s", stale);
	}
	fs_share(tmp, dir);
	if (rename(tmp, path))
		return error_errno(err, ERR_FAILED, "%s", path);
	return fs_sync_dir(dir, err);
}
