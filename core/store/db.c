/* The helpers through which all SQL goes, and the messages for SQLite's errors. */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/strbuf.h"
#include "core/store/private_copy.h"
#include "core/store/store_internal.h"

enum value_kind value_kind(double v)
{
	if (isnan(v))
		return VALUE_NAN;
	if (isinf(v))
		return v > 0 ? VALUE_INF : VALUE_MINUS_INF;
	return VALUE_NUMBER;
}

double value_make(enum value_kind kind, double v)
{
	switch (kind) {
	case VALUE_NUMBER:
		return v;
	case VALUE_NAN:
		return NAN;
	case VALUE_INF:
		return INFINITY;
	case VALUE_MINUS_INF:
		return -INFINITY;
	}
	return NAN; /* an unknown kind, in a damaged store */
}

void db_add_name(struct strbuf *sql, const char *name)
{
	strbuf_addc(sql, '"');
	for (; *name; name++) {
		if (*name == '"')
			strbuf_addc(sql, '"');
		strbuf_addc(sql, *name);
	}
	strbuf_addc(sql, '"');
}

int db_error(struct store *s, struct error *err)
{
	int code = sqlite3_extended_errcode(s->db), os = sqlite3_system_errno(s->db);
	const char *msg = sqlite3_errmsg(s->db);

	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return error_set(err, ERR_BUSY,
				 "%s: database is busy: another process has held it for %.3g s",
				 s->path, clock_now() - s->busy.since);
	case SQLITE_FULL:
		return error_set(err, ERR_FAILED, "%s: cannot write: disk full", s->path);
	case SQLITE_IOERR:
		if (code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_SHMSIZE)
			return error_set(
			    err, ERR_FAILED, "%s: cannot write: %s", s->path,
			    os ? strerror(os)
			    : code == SQLITE_IOERR_WRITE
				? "disk I/O error, disk full, or a limit on the size of files"
				: "disk full, or a limit on the size of files");
		return error_set(err, ERR_FAILED, "%s: cannot read or write: %s", s->path,
				 os ? strerror(os) : msg);
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return error_set(err, ERR_FAILED, "%s: the store is read-only", s->path);
	case SQLITE_CANTOPEN:
		return error_set(err, ERR_FAILED, "%s: cannot open: %s", s->path,
				 os ? strerror(os) : msg);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		if (s->as_file && private_copy_needed(s->path))
			return error_set(err, ERR_BUSY,
					 "%s: another process began to write to the store while it "
					 "was read: try again",
					 s->path);
		return error_set(err, ERR_CORRUPT,
				 "%s: corrupt: %s: `ssl fsck` looks for more; restore it from a "
				 "backup",
				 s->path, msg);
	case SQLITE_NOMEM:
		return error_set(err, ERR_FAILED, "%s: out of memory", s->path);
	case SQLITE_ERROR: /* our statements fail only if the store is damaged */
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
	case SQLITE_RANGE:
	case SQLITE_TOOBIG:
		return error_set(err, ERR_CORRUPT,
				 "%s: damaged: %s: `ssl fsck` looks for more; restore it from a "
				 "backup",
				 s->path, msg);
	default:
		return error_set(err, ERR_FAILED, "%s: %s", s->path, msg);
	}
}

sqlite3_stmt *db_prepare(struct store *s, const char *sql, struct error *err)
{
	size_t at = ((size_t)sql >> 3) % STORE_STATEMENTS;
	sqlite3_stmt *st;

	for (int i = 0; i < STORE_STATEMENTS; i++, at = (at + 1) % STORE_STATEMENTS) {
		if (s->cache[at].sql && s->cache[at].sql != sql)
			continue;
		st = s->cache[at].stmt;
		if (!st) {
			if (sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st,
					       NULL)) {
				db_error(s, err);
				return NULL;
			}
			s->cache[at].sql = sql;
			s->cache[at].stmt = st;
		} else if (sqlite3_stmt_busy(st)) {
			BUG("statement used inside itself: %s", sql);
		}
		sqlite3_clear_bindings(st);
		return st;
	}
	BUG("more than %d statements", STORE_STATEMENTS);
}

void db_vbind(sqlite3_stmt *st, const char *types, va_list ap)
{
	int at = 1, bad = 0;

	for (; *types; types++, at++) {
		switch (*types) {
		case 'i':
			bad |= sqlite3_bind_int(st, at, va_arg(ap, int));
			break;
		case 'l':
			bad |= sqlite3_bind_int64(st, at, va_arg(ap, long));
			break;
		case 'I':
			bad |= sqlite3_bind_int64(st, at, va_arg(ap, int64_t));
			break;
		case 'f':
			bad |= sqlite3_bind_double(st, at, va_arg(ap, double));
			break;
		case 't':
			bad |=
			    sqlite3_bind_text(st, at, va_arg(ap, const char *), -1, SQLITE_STATIC);
			break;
		default:
			BUG("no such type to bind: %c", *types);
		}
	}
	if (bad || at - 1 != sqlite3_bind_parameter_count(st))
		BUG("wrong bindings for: %s", sqlite3_sql(st));
}

void db_bind(sqlite3_stmt *st, const char *types, ...)
{
	va_list ap;

	va_start(ap, types);
	db_vbind(st, types, ap);
	va_end(ap);
}

int db_step(struct store *s, sqlite3_stmt *st, struct error *err)
{
	int dry = s->mode == STORE_DRY && !sqlite3_stmt_readonly(st);
	int rc = dry ? SQLITE_DONE : sqlite3_step(st);

	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE)
		db_error(s, err);
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : -1;
}

int db_run(struct store *s, struct error *err, const char *sql, const char *types, ...)
{
	sqlite3_stmt *st = db_prepare(s, sql, err);
	va_list ap;
	int more;

	if (!st)
		return -1;
	va_start(ap, types);
	db_vbind(st, types, ap);
	va_end(ap);
	while ((more = db_step(s, st, err)) > 0)
		;
	return more;
}

int db_int(struct store *s, int64_t *out, struct error *err, const char *sql, const char *types,
	   ...)
{
	sqlite3_stmt *st = db_prepare(s, sql, err);
	va_list ap;
	int found;

	if (!st)
		return -1;
	va_start(ap, types);
	db_vbind(st, types, ap);
	va_end(ap);
	found = db_step(s, st, err);
	if (found <= 0)
		return found;
	found = sqlite3_column_type(st, 0) != SQLITE_NULL;
	if (found)
		*out = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return found;
}

int db_script(struct store *s, const char *sql, struct error *err)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) ? db_error(s, err) : 0;
}

const char *db_text(sqlite3_stmt *st, int col)
{
	const char *text = (const char *)sqlite3_column_text(st, col);

	return text ? text : "";
}

void db_text_into(sqlite3_stmt *st, int col, char *out, size_t size)
{
	size_t n = strlen(db_text(st, col));

	if (n >= size)
		n = size - 1;
	memcpy(out, db_text(st, col), n);
	out[n] = 0;
}

char *db_text_dup(sqlite3_stmt *st, int col)
{
	const char *text = (const char *)sqlite3_column_text(st, col);

	return text ? xstrdup(text) : NULL;
}

int store_snapshot_begin(struct store *s, struct error *err)
{
	return db_run(s, err, "BEGIN", "");
}

void store_snapshot_end(struct store *s)
{
	/* nothing was written, so an error here has no effect */
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

int tx_begin(struct store *s, struct error *err)
{
	if (s->mode == STORE_READ)
		BUG("a store that is open for reading was written to");
	if (s->mode == STORE_DRY)
		return db_run(s, err, "BEGIN", "");
	return db_run(s, err, "BEGIN IMMEDIATE", "");
}

int tx_end(struct store *s, int ret, struct error *err)
{
	if (!ret && s->mode != STORE_DRY && !db_run(s, err, "COMMIT", ""))
		return 0;
	/* SQLite may have rolled back by itself, for example when the disk is full */
	if (!sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return s->mode == STORE_DRY && !ret ? 0 : -1;
}

struct stamp stamp_now(void)
{
	struct stamp now;

	clock_text(clock_unix(), now.text);
	return now;
}
