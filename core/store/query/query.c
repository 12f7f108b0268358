#include "core/store/query/query.h"

#include "core/store/query/user_sql.h"

enum { CHECK_SECONDS = 60 };

int query_user(struct store *s, const char *sql, double seconds, const struct query_sink *sink,
	       struct error *err)
{
	sqlite3_stmt *st = user_sql_prepare(s, "sql", sql, seconds, err);
	int ret;

	if (!st)
		return -1;
	ret = user_sql_run(s, "sql", st, sink, err);
	sqlite3_finalize(st);
	return ret;
}

int query_check(struct store *s, const char *sql, struct error *err)
{
	sqlite3_stmt *st = user_sql_prepare(s, "sql", sql, CHECK_SECONDS, err);

	if (!st)
		return -1;
	sqlite3_finalize(st);
	return user_sql_end(s, "sql", SQLITE_DONE, err);
}
