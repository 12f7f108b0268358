/* The user's own SQL: read-only, one statement, limited in time. */
#include "core/store/query.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/store/aggregates.h"
#include "core/store/guard.h"
#include "core/store/schema_check.h"

static int is_in(const char *word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!sqlite3_stricmp(word, list[i]))
			return 1;
	return 0;
}

/* SQLite asks here, while it compiles, for everything that a statement would do. */
static int authorize(void *ctx, int action, const char *a, const char *b, const char *c,
		     const char *d)
{
	static const char *const functions[] = {"load_extension", "readfile",       "writefile",
						"edit",           "fts3_tokenizer", "sqlite_log"};
	static const char *const pragmas[] = {
	    "table_info",     "table_xinfo",    "table_list",    "index_list",
	    "index_info",     "index_xinfo",    "function_list", "foreign_key_list",
	    "collation_list", "compile_options"};

	(void)ctx;
	(void)c;
	(void)d;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_FUNCTION:
		return is_in(b, functions, sizeof functions / sizeof *functions) ? SQLITE_DENY
										 : SQLITE_OK;
	case SQLITE_UPDATE:
		/* asked when a table-valued function (json_each, pragma_table_info) declares its
		 * columns; a statement that really wrote there would be refused by SQLite itself */
		return !sqlite3_stricmp(a, "sqlite_master") ? SQLITE_OK : SQLITE_DENY;
	case SQLITE_PRAGMA:
		return is_in(a, pragmas, sizeof pragmas / sizeof *pragmas) ? SQLITE_OK
									   : SQLITE_DENY;
	default:
		return SQLITE_DENY;
	}
}

static int out_of_time(void *ctx)
{
	const struct store *s = ctx;

	return clock_now() > s->time_limit_at;
}

/* A fault of the user's SQL, with what helps against it. */
static int sql_error(const char *what, const char *fault, struct error *err)
{
	static const char column[] = "no such column: ", table[] = "no such table: ";

	if (!strncmp(fault, column, strlen(column)))
		return error_set(err, ERR_USAGE,
				 "%s: %s (a text is written '%s', in single quotes; `ssl schema "
				 "v_run` lists columns)",
				 what, fault, fault + strlen(column));
	if (!strncmp(fault, table, strlen(table)))
		return error_set(err, ERR_USAGE, "%s: %s (`ssl schema` lists tables and views)",
				 what, fault);
	return error_set(err, ERR_USAGE, "%s: %s", what, fault);
}

/* A fault in the user's SQL is the user's, unless the store lacks what it should have; any other
 * keeps its meaning. */
static int user_error(struct store *s, const char *what, struct error *err)
{
	char fault[300], damage[200];

	switch (sqlite3_errcode(s->db)) {
	case SQLITE_AUTH:
		return error_set(err, ERR_USAGE, "%s: %s: it may only read: SELECT", what,
				 sqlite3_errmsg(s->db));
	case SQLITE_INTERRUPT:
		return error_set(err, ERR_FAILED,
				 "%s: stopped: it took too long (see --time-limit)", what);
	case SQLITE_ERROR:
	case SQLITE_TOOBIG:
	case SQLITE_MISMATCH:
	case SQLITE_RANGE:
		snprintf(fault, sizeof fault, "%s", sqlite3_errmsg(s->db));
		sqlite3_set_authorizer(s->db, NULL, NULL); /* as both callers do next */
		if (schema_damage(s, damage))
			return error_set(err, ERR_CORRUPT,
					 "%s: damaged: %s: restore it from a backup", s->path,
					 damage);
		return sql_error(what, fault, err);
	default:
		return db_error(s, err);
	}
}

/* Is there more than white space and comments behind the statement? */
static int has_more(struct store *s, const char *tail)
{
	sqlite3_stmt *st = NULL;
	int more;

	more = sqlite3_prepare_v2(s->db, tail, -1, &st, NULL) != SQLITE_OK || st;
	sqlite3_finalize(st);
	return more;
}

sqlite3_stmt *guard_prepare(struct store *s, const char *what, const char *sql, struct error *err)
{
	sqlite3_stmt *st = NULL;
	const char *tail = "";

	if (aggregates_register(s->db)) {
		db_error(s, err);
		return NULL;
	}
	sqlite3_set_authorizer(s->db, authorize, NULL);
	if (sqlite3_prepare_v2(s->db, sql, -1, &st, &tail))
		user_error(s, what, err);
	else if (!st)
		error_set(err, ERR_USAGE, "%s: it is empty", what);
	else if (has_more(s, tail))
		error_set(err, ERR_USAGE, "%s: one statement at a time: '%.40s'", what, tail);
	else if (!sqlite3_stmt_readonly(st))
		error_set(err, ERR_USAGE, "%s: it may only read: SELECT", what);
	else if (sqlite3_bind_parameter_count(st) && !sqlite3_strnicmp(what, "sql", 3))
		error_set(err, ERR_USAGE, "%s: it has a parameter (%s) and no value for it", what,
			  sqlite3_bind_parameter_name(st, 1) ? sqlite3_bind_parameter_name(st, 1)
							     : "?");
	else
		goto done;
	sqlite3_finalize(st);
	st = NULL;
done:
	sqlite3_set_authorizer(s->db, NULL, NULL);
	return st;
}

static void give_row(sqlite3_stmt *st, const struct query_sink *sink)
{
	for (int i = 0; i < sqlite3_column_count(st); i++) {
		switch (sqlite3_column_type(st, i)) {
		case SQLITE_INTEGER:
			sink->integer(sink->ctx, sqlite3_column_int64(st, i));
			break;
		case SQLITE_FLOAT:
			sink->real(sink->ctx, sqlite3_column_double(st, i));
			break;
		case SQLITE_NULL:
			sink->text(sink->ctx, NULL);
			break;
		default: /* a blob is shown up to its first NUL */
			sink->text(sink->ctx, db_text(st, i));
		}
	}
}

int query_bound(struct store *s, const struct query_sink *sink, struct error *err, const char *sql,
		const char *types, ...)
{
	sqlite3_stmt *st = db_prepare(s, sql, err);
	va_list ap;
	int more;

	if (!st)
		return -1;
	va_start(ap, types);
	db_vbind(st, types, ap);
	va_end(ap);
	for (int i = 0; i < sqlite3_column_count(st); i++)
		sink->column(sink->ctx, sqlite3_column_name(st, i));
	while ((more = db_step(s, st, err)) > 0)
		give_row(st, sink);
	return more;
}

void guard_limit(struct store *s, double seconds)
{
	s->time_limit_at = clock_now() + seconds;
	/* a schema change makes SQLite compile again: still under the authorizer */
	sqlite3_set_authorizer(s->db, authorize, NULL);
	if (seconds > 0)
		sqlite3_progress_handler(s->db, 10000, out_of_time, s);
}

int guard_end(struct store *s, const char *what, int rc, struct error *err)
{
	if (rc != SQLITE_DONE)
		user_error(s, what, err);
	sqlite3_progress_handler(s->db, 0, NULL, NULL);
	sqlite3_set_authorizer(s->db, NULL, NULL);
	return rc == SQLITE_DONE ? 0 : -1;
}

int guard_run(struct store *s, const char *what, sqlite3_stmt *st, double seconds,
	      const struct query_sink *sink, struct error *err)
{
	int rc;

	guard_limit(s, seconds);
	for (int i = 0; i < sqlite3_column_count(st); i++)
		sink->column(sink->ctx, sqlite3_column_name(st, i));
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		give_row(st, sink);
	return guard_end(s, what, rc, err);
}

int query_user(struct store *s, const char *sql, double seconds, const struct query_sink *sink,
	       struct error *err)
{
	sqlite3_stmt *st = guard_prepare(s, "sql", sql, err);
	int ret;

	if (!st)
		return -1;
	ret = guard_run(s, "sql", st, seconds, sink, err);
	sqlite3_finalize(st);
	return ret;
}

int query_check(struct store *s, const char *sql, struct error *err)
{
	sqlite3_stmt *st = guard_prepare(s, "sql", sql, err);

	sqlite3_finalize(st);
	return st ? 0 : -1;
}
