#include "core/store/query/user_sql.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/watch.h"
#include "core/store/query/aggregates.h"
#include "core/store/schema_check.h"

static int is_in(const char *word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!sqlite3_stricmp(word, list[i]))
			return 1;
	return 0;
}

/* SQLite's authorizer: called while a statement is compiled, for everything that it would do. */
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
		/* a table-valued function (json_each, pragma_table_info) does this when it declares
		 * its columns; SQLite itself refuses a statement that would write there */
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

	return clock_now() > s->user_sql.time_limit_at;
}

/* ---- limits ---- */

static const struct {
	int id, most;
} limits[USER_SQL_LIMITS] = {
    {SQLITE_LIMIT_LENGTH, USER_SQL_TEXT_MB << 20},
    {SQLITE_LIMIT_SQL_LENGTH, QUERY_SQL_MAX},
    {SQLITE_LIMIT_VDBE_OP, 2000000},
    {SQLITE_LIMIT_EXPR_DEPTH, 500},
    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, USER_SQL_PATTERN},
};

static void too_long(const char *what, struct error *err)
{
	error_set(err, ERR_FAILED, "%s: stopped: the query took too long%s", what,
		  strncmp(what, "sql", 3) ? "" : " (see --time-limit)");
}

/* Sets the limits. The progress handler is not called during a call of an SQL function; if that
 * takes too long, the watch ends the process half a second after the time limit. */
static void begin(struct store *s, const char *what, double seconds)
{
	struct error late;

	for (int i = 0; i < USER_SQL_LIMITS; i++)
		s->user_sql.limit[i] = sqlite3_limit(s->db, limits[i].id, limits[i].most);
	sqlite3_hard_heap_limit64((int64_t)USER_SQL_MB << 20);
	s->user_sql.bytes = 0;
	/* stays set while the statement runs: after a schema change SQLite compiles it again */
	sqlite3_set_authorizer(s->db, authorize, NULL);
	if (!(seconds > 0))
		return;
	s->user_sql.time_limit_at = clock_now() + seconds;
	sqlite3_progress_handler(s->db, 1000, out_of_time, s);
	too_long(what, &late);
	s->user_sql.watch = watch_begin(seconds + 0.5, late.msg);
}

/* Restores the usual limits. */
static void end(struct store *s)
{
	watch_end(s->user_sql.watch);
	s->user_sql.watch = NULL;
	sqlite3_progress_handler(s->db, 0, NULL, NULL);
	sqlite3_set_authorizer(s->db, NULL, NULL);
	sqlite3_hard_heap_limit64(0);
	for (int i = 0; i < USER_SQL_LIMITS; i++)
		sqlite3_limit(s->db, limits[i].id, s->user_sql.limit[i]);
}

/* ---- errors ---- */

/* The error for a mistake in the user's SQL, with a hint. */
static int sql_error(const char *what, const char *msg, struct error *err)
{
	static const char column[] = "no such column: ", table[] = "no such table: ";

	if (!strncmp(msg, column, strlen(column)))
		return error_set(err, ERR_USAGE,
				 "%s: %s (text needs single quotes: '%s'; `ssl schema v_run` lists "
				 "columns)",
				 what, msg, msg + strlen(column));
	if (!strncmp(msg, table, strlen(table)))
		return error_set(err, ERR_USAGE, "%s: %s (`ssl schema` lists tables and views)",
				 what, msg);
	return error_set(err, ERR_USAGE, "%s: %s", what, msg);
}

/* Restores the limits after an error and fills *err. An error in the SQL is the user's mistake,
 * unless the store is damaged; any other error means what it means elsewhere. */
static int user_error(struct store *s, const char *what, struct error *err)
{
	int code = sqlite3_errcode(s->db);
	char msg[300], damage[200];

	snprintf(msg, sizeof msg, "%s", sqlite3_errmsg(s->db));
	end(s);
	switch (code) {
	case SQLITE_AUTH:
		return error_set(err, ERR_USAGE, "%s: %s: the statement may only read: use SELECT",
				 what, msg);
	case SQLITE_INTERRUPT:
		too_long(what, err);
		return -1;
	case SQLITE_NOMEM:
		return error_set(err, ERR_FAILED,
				 "%s: stopped: the query needs more than %d MB of memory", what,
				 USER_SQL_MB);
	case SQLITE_TOOBIG:
		return error_set(err, ERR_FAILED,
				 "%s: stopped: a text or blob is longer than %d MB", what,
				 USER_SQL_TEXT_MB);
	case SQLITE_ERROR:
	case SQLITE_MISMATCH:
	case SQLITE_RANGE:
		if (schema_damage(s, damage))
			return error_set(err, ERR_CORRUPT,
					 "%s: damaged: %s: restore it from a backup", s->path,
					 damage);
		return sql_error(what, msg, err);
	default:
		return db_error(s, err);
	}
}

/* True if there is more than white space and comments behind the statement. */
static int has_more(struct store *s, const char *tail)
{
	sqlite3_stmt *st = NULL;
	int more;

	more = sqlite3_prepare_v2(s->db, tail, -1, &st, NULL) != SQLITE_OK || st;
	sqlite3_finalize(st);
	return more;
}

static int check_length(const char *what, const char *sql, struct error *err)
{
	if (strlen(sql) <= QUERY_SQL_MAX)
		return 0;
	return error_set(err, ERR_USAGE, "%s: the statement is longer than %d bytes", what,
			 QUERY_SQL_MAX);
}

static int check_statement(struct store *s, const char *what, sqlite3_stmt *st, const char *tail,
			   struct error *err)
{
	const char *name;

	if (!st)
		return error_set(err, ERR_USAGE, "%s: the statement is empty", what);
	if (has_more(s, tail))
		return error_set(err, ERR_USAGE,
				 "%s: only one statement is allowed: there is more: '%.40s'", what,
				 tail);
	if (!sqlite3_stmt_readonly(st))
		return error_set(err, ERR_USAGE, "%s: the statement may only read: use SELECT",
				 what);
	if (!sqlite3_bind_parameter_count(st) || sqlite3_strnicmp(what, "sql", 3))
		return 0;
	name = sqlite3_bind_parameter_name(st, 1);
	return error_set(err, ERR_USAGE, "%s: the parameter %s has no value", what,
			 name ? name : "?");
}

sqlite3_stmt *user_sql_prepare(struct store *s, const char *what, const char *sql, double seconds,
			       struct error *err)
{
	sqlite3_stmt *st = NULL;
	const char *tail = "";

	if (check_length(what, sql, err))
		return NULL;
	if (aggregates_register(s->db)) {
		db_error(s, err);
		return NULL;
	}
	begin(s, what, seconds);
	if (sqlite3_prepare_v2(s->db, sql, -1, &st, &tail)) {
		user_error(s, what, err);
		return NULL;
	}
	if (!check_statement(s, what, st, tail, err))
		return st;
	sqlite3_finalize(st);
	end(s);
	return NULL;
}

int user_sql_end(struct store *s, const char *what, int rc, struct error *err)
{
	if (rc != SQLITE_DONE)
		return user_error(s, what, err);
	end(s);
	return 0;
}

/* ---- rows ---- */

enum { CELL_BYTES = 32 }; /* memory that a value takes besides its text */

static void send_row(struct store *s, sqlite3_stmt *st, const struct query_sink *sink)
{
	const char *text;

	for (int i = 0; i < sqlite3_column_count(st); i++) {
		s->user_sql.bytes += CELL_BYTES;
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
		default: /* a blob is text up to its first NUL */
			text = db_text(st, i);
			s->user_sql.bytes += (int64_t)strlen(text);
			sink->text(sink->ctx, text);
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
		send_row(s, st, sink);
	return more;
}

int user_sql_run(struct store *s, const char *what, sqlite3_stmt *st, const struct query_sink *sink,
		 struct error *err)
{
	int rc;

	for (int i = 0; i < sqlite3_column_count(st); i++)
		sink->column(sink->ctx, sqlite3_column_name(st, i));
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && s->user_sql.bytes <= (int64_t)USER_SQL_MB
										 << 20)
		send_row(s, st, sink);
	if (rc != SQLITE_ROW)
		return user_sql_end(s, what, rc, err);
	sqlite3_reset(st);
	end(s);
	return error_set(err, ERR_FAILED,
			 "%s: stopped: the result is larger than %d MB: reduce it with LIMIT", what,
			 USER_SQL_MB);
}
