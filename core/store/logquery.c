/* The query behind `ssl log`: rows of v_run, chosen, sorted and cut as the user says. */
#include <string.h>

#include "core/base/strbuf.h"
#include "core/store/filter.h"
#include "core/store/guard.h"
#include "core/store/query.h"

static const char usual[] =
    "id, name, method, dataset, status, epoch, epochs, loss, knn.top1, seconds, age";

enum { LOG_SECONDS = 60 };

static void add_quoted(const char *name, size_t n, struct strbuf *out)
{
	strbuf_adds(out, " AS \"");
	for (size_t i = 0; i < n; i++) {
		if (name[i] == '"')
			strbuf_addc(out, '"');
		strbuf_addc(out, name[i]);
	}
	strbuf_addc(out, '"');
}

static int add_columns(struct store *s, const char *list, struct strbuf *sql, struct error *err)
{
	const char *p = list;

	for (;;) {
		size_t n, bracket;

		p += strspn(p, " ");
		n = strcspn(p, ",");
		while (n && p[n - 1] == ' ')
			n--;
		if (!n)
			return error_set(err, ERR_USAGE, "--columns: '%s': a name is missing",
					 list);
		if (filter_name(s, "--columns", p, n, 0, sql, err))
			return -1;
		bracket = n > 2 && *p == '[';
		add_quoted(p + bracket, n - 2 * bracket, sql);
		p += strcspn(p, ",");
		if (!*p)
			return 0;
		p++;
		strbuf_adds(sql, ", ");
	}
}

static int add_order(struct store *s, const char *sort, struct strbuf *sql, struct error *err)
{
	int down = sort && *sort == '-';

	strbuf_adds(sql, " ORDER BY ");
	if (sort) {
		if (!sort[down])
			return error_set(err, ERR_USAGE, "-s: '%s': a name is missing", sort);
		if (filter_name(s, "-s", sort + down, strlen(sort + down), 1, sql, err))
			return -1;
		strbuf_adds(sql, down ? " DESC NULLS LAST, " : " NULLS LAST, ");
	}
	strbuf_adds(sql, "v_run.id DESC");
	return 0;
}

static int build(struct store *s, const struct log_query *q, struct strbuf *sql, struct error *err)
{
	strbuf_adds(sql, "SELECT ");
	if (add_columns(s, q->columns ? q->columns : usual, sql, err))
		return -1;
	strbuf_adds(sql, " FROM v_run WHERE (");
	if (!q->where)
		strbuf_adds(sql, "1");
	else if (filter_expression(s, "-w", q->where, sql, err))
		return -1;
	strbuf_adds(sql,
		    ") AND (?1 IS NULL OR v_run.id IN (SELECT run_id FROM tag WHERE name = ?1))");
	if (add_order(s, q->sort, sql, err))
		return -1;
	strbuf_adds(sql, " LIMIT ?2");
	return 0;
}

int query_log(struct store *s, const struct log_query *q, const struct query_sink *sink,
	      struct error *err)
{
	struct strbuf sql = STRBUF_INIT;
	sqlite3_stmt *st = NULL;
	int ret = -1;

	if (build(s, q, &sql, err))
		goto done;
	st = guard_prepare(s, "-w", sql.buf, err);
	if (!st)
		goto done;
	sqlite3_bind_text(st, 1, q->tag, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 2, q->limit > 0 ? q->limit : -1);
	ret = guard_run(s, "log", st, LOG_SECONDS, sink, err);
done:
	sqlite3_finalize(st);
	strbuf_release(&sql);
	return ret;
}
