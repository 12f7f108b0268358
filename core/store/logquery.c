/* The query behind `ssl log`: rows of v_run, chosen, sorted and cut as the user says, or a row per
 * recipe over the seeds of its finished runs. */
#include <string.h>

#include "core/base/strbuf.h"
#include "core/store/filter.h"
#include "core/store/guard.h"
#include "core/store/query.h"

static const char usual[] =
    "id, name, method, dataset, status, epoch, epochs, loss, knn.top1, seconds, age";
static const char usual_group[] = "method, dataset, n, seed, loss, knn.top1, seconds, group_hash";

enum { LOG_SECONDS = 60 };

void filter_alias(const char *name, size_t n, struct strbuf *out)
{
	strbuf_adds(out, " AS \"");
	for (size_t i = 0; i < n; i++) {
		if (name[i] == '"')
			strbuf_addc(out, '"');
		strbuf_addc(out, name[i]);
	}
	strbuf_addc(out, '"');
}

/* What a name is among replicates: alike in all, measured in each, or each run's own. */
enum role { ROLE_SHARED, ROLE_MEASURE, ROLE_OWN };

static enum role role_of(const char *name, size_t n, enum filter_kind kind)
{
	static const char *const measures[] = {"loss",        "knn.top1",     "knn_top1",
					       "linear.top1", "linear_top1",  "seconds",
					       "peak_rss",    "images_per_s", "arena_peak"};
	static const char *const shared[] = {"method",     "dataset",      "dataset_sha256",
					     "dataset_id", "epochs",       "steps",
					     "group_hash", "dataset_label"};

	if (kind == FILTER_METRIC)
		return ROLE_MEASURE;
	for (size_t i = 0; i < sizeof measures / sizeof *measures; i++)
		if (strlen(measures[i]) == n && !strncmp(measures[i], name, n))
			return ROLE_MEASURE;
	for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
		if (strlen(shared[i]) == n && !strncmp(shared[i], name, n))
			return ROLE_SHARED;
	return kind == FILTER_PARAM && !(n == 4 && !strncmp(name, "seed", 4)) ? ROLE_SHARED
									      : ROLE_OWN;
}

/* As filter_name_kind(); the column dataset shows labels, which tell datasets of one name apart. */
static int add_name(struct store *s, const char *what, const char *name, size_t n, int truth,
		    struct strbuf *sql, enum filter_kind *kind, struct error *err)
{
	if (n != 7 || strncmp(name, "dataset", n))
		return filter_name_kind(s, what, name, n, truth, sql, kind, err);
	strbuf_adds(sql, "v_run.dataset_label");
	*kind = FILTER_COLUMN;
	return 0;
}

static int is_count(const char *name, size_t n)
{
	return n == 1 && *name == 'n';
}

/* One column of the list of recipes; for -s only the value that orders. */
static int add_grouped(struct store *s, const char *what, const char *name, size_t n, int alias,
		       struct strbuf *sql, struct error *err)
{
	struct strbuf value = STRBUF_INIT;
	enum filter_kind kind;
	int ret = -1, bracket = n > 2 && *name == '[';

	if (is_count(name, n)) {
		strbuf_adds(sql, "count(*)");
		if (alias)
			filter_alias(name, n, sql);
		return 0;
	}
	if (add_name(s, what, name, n, 0, &value, &kind, err))
		goto done;
	name += bracket;
	n -= 2 * (size_t)bracket;
	switch (role_of(name, n, kind)) {
	case ROLE_SHARED:
		strbuf_addf(sql, "max(%s)", value.buf);
		break;
	case ROLE_OWN:
		strbuf_addf(sql, "list_by(%s, v_run.seed, v_run.id)", value.buf);
		break;
	case ROLE_MEASURE:
		strbuf_addf(sql, "avg(%s)", value.buf);
		if (!alias)
			break;
		filter_alias(name, n, sql);
		strbuf_addf(sql, ", stddev(%s) AS \"%.*s.sd\", count(%s) AS \"%.*s.n\"", value.buf,
			    (int)n, name, value.buf, (int)n, name);
		alias = 0;
	}
	if (alias)
		filter_alias(name, n, sql);
	ret = 0;
done:
	strbuf_release(&value);
	return ret;
}

static int add_column(struct store *s, const char *name, size_t n, int group, struct strbuf *sql,
		      struct error *err)
{
	int bracket = n > 2 && *name == '[';
	enum filter_kind kind;

	if (group)
		return add_grouped(s, "--columns", name, n, 1, sql, err);
	if (add_name(s, "--columns", name, n, 0, sql, &kind, err))
		return -1;
	filter_alias(name + bracket, n - 2 * (size_t)bracket, sql);
	return 0;
}

static int add_columns(struct store *s, const char *list, int group, struct strbuf *sql,
		       struct error *err)
{
	const char *p = list;

	for (;;) {
		size_t n;

		p += strspn(p, " ");
		n = strcspn(p, ",");
		while (n && p[n - 1] == ' ')
			n--;
		if (!n)
			return error_set(err, ERR_USAGE, "--columns: '%s': a name is missing",
					 list);
		if (add_column(s, p, n, group, sql, err))
			return -1;
		p += strcspn(p, ",");
		if (!*p)
			return 0;
		p++;
		strbuf_adds(sql, ", ");
	}
}

static int add_order(struct store *s, const struct log_query *q, struct strbuf *sql,
		     struct error *err)
{
	const char *sort = q->sort;
	int down = sort && *sort == '-', ret;
	enum filter_kind kind;

	strbuf_adds(sql, " ORDER BY ");
	if (sort) {
		if (!sort[down])
			return error_set(err, ERR_USAGE, "-s: '%s': a name is missing", sort);
		sort += down;
		ret = q->group ? add_grouped(s, "-s", sort, strlen(sort), 0, sql, err)
			       : add_name(s, "-s", sort, strlen(sort), 1, sql, &kind, err);
		if (ret)
			return -1;
		strbuf_adds(sql, down ? " DESC NULLS LAST, " : " NULLS LAST, ");
	}
	strbuf_adds(sql, q->group ? "max(v_run.id) DESC" : "v_run.id DESC");
	return 0;
}

static int build(struct store *s, const struct log_query *q, struct strbuf *sql, struct error *err)
{
	const char *columns = q->columns ? q->columns : q->group ? usual_group : usual;

	strbuf_adds(sql, "SELECT ");
	if (add_columns(s, columns, q->group, sql, err))
		return -1;
	strbuf_adds(sql, " FROM v_run WHERE ");
	if (filter_where(s, q->where, sql, err))
		return -1;
	strbuf_adds(sql,
		    " AND (?1 IS NULL OR v_run.id IN (SELECT run_id FROM tag WHERE name = ?1))");
	if (q->group) {
		strbuf_adds(sql, " AND v_run.status = 'done' AND NOT ");
		strbuf_adds(sql, filter_replaced);
		strbuf_adds(sql, " GROUP BY v_run.group_hash, v_run.dataset_id");
	}
	if (add_order(s, q, sql, err))
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
