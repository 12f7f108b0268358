/* The query behind `ssl log`: rows of v_run, filtered, sorted and limited as the user asks, or a
 * row per recipe over the seeds of its finished runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/strbuf.h"
#include "core/store/query/filter.h"
#include "core/store/query/query.h"
#include "core/store/query/metric_caveats.h"
#include "core/store/query/metric_heading.h"
#include "core/store/query/user_sql.h"
#include "core/store/sweeps.h"

static const char default_columns[] =
    "id, name, method, dataset, status, epoch, epochs, loss, knn.top1, gain, seconds, age";
static const char default_running[] =
    "id, name, method, dataset, status, epoch, epochs, loss, knn.top1, gain, age, elapsed, eta";
static const char default_all[] =
    "id, name, method, dataset, status, epoch, epochs, loss, knn.top1, "
    "gain, seconds, age, elapsed, eta";
static const char default_group[] =
    "method, dataset, n, seed, loss, knn.top1, gain, seconds, group_hash";

enum { LOG_SECONDS = 60 };

/* What a value is among replicates: the same in all of them, a measurement, or specific to a run.
 */
enum role { ROLE_SHARED, ROLE_MEASURE, ROLE_OWN };

static enum role role_of(const char *name, size_t n, enum filter_kind kind)
{
	static const char *const measures[] = {
	    "loss",    "knn.top1",   "knn_top1",     "linear.top1", "linear_top1",
	    "seconds", "peak_rss",   "images_per_s", "arena_peak",  "gain",
	    "bytes",   "core_hours", "elapsed"};
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

/* The gain of the metric that knn.top1 means here. A run that has the value of the other split only
 * has none. */
static int add_gain(struct store *s, struct strbuf *sql, struct error *err)
{
	char meant[256];

	if (metric_pick_name(s, "knn.top1", meant, err) < 0)
		return -1;
	strbuf_addf(sql, "CASE v_run.knn_split WHEN '%s' THEN v_run.gain END",
		    strncmp(meant, "val.", 4) ? "test" : "val");
	return 0;
}

/* As filter_name_kind(), but the column dataset shows labels, which distinguish datasets of one
 * name.
 */
static int add_name(struct store *s, const char *what, const char *name, size_t n, int truth,
		    struct strbuf *sql, enum filter_kind *kind, struct error *err)
{
	if (n == 4 && !strncmp(name, "gain", n)) {
		*kind = FILTER_COLUMN;
		return add_gain(s, sql, err);
	}
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

/* Appends AS "NAME" with the suffix; a metric's name is that of metric_heading(). */
static int add_alias(struct store *s, const char *name, size_t n, enum filter_kind kind,
		     const char *suffix, struct strbuf *sql, struct error *err)
{
	struct strbuf heading = STRBUF_INIT;
	int ret = 0;

	if (kind == FILTER_METRIC)
		ret = metric_heading(s, name, n, NULL, &heading, err);
	else
		strbuf_add(&heading, name, n);
	strbuf_adds(&heading, suffix);
	if (!ret)
		filter_add_alias(heading.buf, heading.len, sql);
	strbuf_release(&heading);
	return ret;
}

/* One column of the list of recipes. Without `alias` only the value, for -s. */
static int add_grouped(struct store *s, const char *what, const char *name, size_t n, int alias,
		       struct strbuf *sql, struct error *err)
{
	struct strbuf value = STRBUF_INIT;
	enum filter_kind kind;
	int ret = -1, bracket = n > 2 && *name == '[';

	if (is_count(name, n)) {
		strbuf_adds(sql, "count(*)");
		if (alias)
			filter_add_alias(name, n, sql);
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
		if (add_alias(s, name, n, kind, "", sql, err))
			goto done;
		strbuf_addf(sql, ", stddev(%s)", value.buf);
		if (add_alias(s, name, n, kind, ".sd", sql, err))
			goto done;
		strbuf_addf(sql, ", count(%s)", value.buf);
		ret = add_alias(s, name, n, kind, ".n", sql, err);
		goto done;
	}
	ret = alias ? add_alias(s, name, n, kind, "", sql, err) : 0;
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
	return add_alias(s, name + bracket, n - 2 * (size_t)bracket, kind, "", sql, err);
}

/* The length of the first name in a list. Commas in brackets, and between the settings of a metric
 * (test.linear.top1/l2=100,steps=3), do not end it. */
static size_t name_end(const char *p)
{
	size_t n = *p == '[' ? strcspn(p, "]") : 0;

	n += strcspn(p + n, ",");
	while (p[n] == ',' && memchr(p, '=', n) && memchr(p, '/', n) &&
	       p[n + 1 + strcspn(p + n + 1, "=,")] == '=')
		n += 1 + strcspn(p + n + 1, ",");
	return n;
}

/* Calls fn for each name. */
static int each_column(const char *list,
		       int (*fn)(void *ctx, const char *name, size_t n, struct error *err),
		       void *ctx, struct error *err)
{
	for (const char *p = list;; p++) {
		size_t n, end;

		p += strspn(p, " ");
		n = end = name_end(p);
		while (n && p[n - 1] == ' ')
			n--;
		if (!n)
			return error_set(err, ERR_USAGE, "--columns: '%s': missing name", list);
		if (fn(ctx, p, n, err))
			return -1;
		p += end;
		if (!*p)
			return 0;
	}
}

struct columns {
	struct store *s;
	struct strbuf *sql;
	int group, n;
};

static int next_column(void *ctx, const char *name, size_t n, struct error *err)
{
	struct columns *c = ctx;

	if (c->n++)
		strbuf_adds(c->sql, ", ");
	return add_column(c->s, name, n, c->group, c->sql, err);
}

static int add_columns(struct store *s, const char *list, int group, struct strbuf *sql,
		       struct error *err)
{
	struct columns c = {s, sql, group, 0};

	return each_column(list, next_column, &c, err);
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
			return error_set(err, ERR_USAGE, "-s: '%s': missing name", sort);
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

static int columns_of(struct store *s, const struct log_query *q, const char **out,
		      struct error *err)
{
	int64_t running = 0;

	*out = q->columns ? q->columns : q->group ? default_group : default_all;
	if (q->columns || q->group || !q->brief)
		return 0;
	if (db_int(s, &running, err, "SELECT EXISTS (SELECT 1 FROM run WHERE status = 'running')",
		   "") < 0)
		return -1;
	*out = running ? default_running : default_columns;
	return 0;
}

static int build(struct store *s, const struct log_query *q, const char *columns,
		 struct strbuf *sql, struct error *err)
{
	strbuf_adds(sql, "SELECT ");
	if (add_columns(s, columns, q->group, sql, err))
		return -1;
	strbuf_adds(sql, " FROM v_run WHERE ");
	if (filter_where(s, q->where, sql, err))
		return -1;
	strbuf_adds(sql, " AND (?1 IS NULL OR v_run.id IN (SELECT run_id FROM tag WHERE name = ?1))"
			 " AND (?3 IS NULL OR ");
	strbuf_adds(sql, filter_of_sweep);
	strbuf_addc(sql, ')');
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

static void bind(sqlite3_stmt *st, const struct log_query *q)
{
	sqlite3_bind_text(st, 1, q->tag, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 2, q->limit > 0 ? q->limit : -1);
	sqlite3_bind_text(st, 3, q->sweep, -1, SQLITE_STATIC);
}

/* A sink that passes the values on and marks the columns that have a NULL. */
struct marking {
	const struct query_sink *to;
	uint64_t *nulls;
	int columns, at;
};

static void mark_column(void *ctx, const char *name)
{
	struct marking *m = ctx;

	m->columns++;
	m->to->column(m->to->ctx, name);
}

static void mark_text(void *ctx, const char *text)
{
	struct marking *m = ctx;
	int column = m->at++ % m->columns;

	if (!text && m->nulls && column < 64)
		*m->nulls |= (uint64_t)1 << column;
	m->to->text(m->to->ctx, text);
}

static void mark_integer(void *ctx, int64_t v)
{
	struct marking *m = ctx;

	m->at++;
	m->to->integer(m->to->ctx, v);
}

static void mark_real(void *ctx, double v)
{
	struct marking *m = ctx;

	m->at++;
	m->to->real(m->to->ctx, v);
}

int query_log(struct store *s, const struct log_query *q, const struct query_sink *sink,
	      struct error *err)
{
	struct marking marking = {sink, q->nulls, 0, 0};
	const struct query_sink marker = {&marking, mark_column, mark_text, mark_integer,
					  mark_real};
	struct strbuf sql = STRBUF_INIT;
	sqlite3_stmt *st = NULL;
	const char *columns;
	int ret = -1;

	if ((q->sweep && sweeps_require(s, q->sweep, err)) || columns_of(s, q, &columns, err) ||
	    build(s, q, columns, &sql, err))
		goto done;
	st = user_sql_prepare(s, "-w", sql.buf, LOG_SECONDS, err);
	if (!st)
		goto done;
	bind(st, q);
	ret = user_sql_run(s, "-w", st, &marker, err);
done:
	sqlite3_finalize(st);
	strbuf_release(&sql);
	return ret;
}

/* ---- caveats about the values in the list ---- */

struct caveats {
	struct store *s;
	const struct log_query *q;
	struct strbuf *out;
	int64_t *id; /* of the runs in the list; NULL until they are needed */
	int n, column;
	struct strbuf seen; /* metrics that were treated, each between blanks */
};

/* Reads the numbers of the runs in the list. */
static int read_ids(struct caveats *r, struct error *err)
{
	struct log_query q = *r->q;
	struct strbuf sql = STRBUF_INIT;
	sqlite3_stmt *st = NULL;
	int ret = -1, rc;

	if (q.group) { /* all runs of all groups */
		q.group = 0;
		q.sort = NULL;
		q.limit = 0;
	}
	if (build(r->s, &q, "id, status", &sql, err))
		goto done;
	st = user_sql_prepare(r->s, "-w", sql.buf, LOG_SECONDS, err);
	if (!st)
		goto done;
	bind(st, &q);
	r->id = xmalloc(sizeof *r->id);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (r->q->group && strcmp(db_text(st, 1), "done"))
			continue;
		r->id = xrealloc(r->id, ((size_t)r->n + 1) * sizeof *r->id);
		r->id[r->n++] = sqlite3_column_int64(st, 0);
	}
	ret = user_sql_end(r->s, "-w", rc, err);
done:
	sqlite3_finalize(st);
	strbuf_release(&sql);
	return ret;
}

static int add_caveats(void *ctx, const char *name, size_t n, struct error *err)
{
	struct caveats *r = ctx;
	struct strbuf text = STRBUF_INIT;
	int bracket = n > 2 && *name == '[', ret = -1, has;
	int column = r->column++,
	    complete = r->q->nulls && !r->q->group && column < 64 && !(*r->q->nulls >> column & 1);
	char metric[256], mark[260];
	const char *bare;

	strbuf_add(&text, name + bracket, n - 2 * (size_t)bracket);
	bare = text.buf;
	filter_prefix(&bare);
	if (metric_pick_name(r->s, bare, metric, err) < 0)
		goto done;
	snprintf(mark, sizeof mark, " %s ", metric);
	ret = 0;
	if (!*metric || (r->seen.len && strstr(r->seen.buf, mark)))
		goto done;
	strbuf_adds(&r->seen, mark);
	has = metric_has_caveats(r->s, metric, complete, err);
	ret = has < 0 || (has && !r->id && read_ids(r, err)) ? -1 : 0;
	if (!ret && !strncmp(metric, "val.", 4) && strcmp(metric, bare))
		strbuf_addf(r->out, "%s means %s here.\n", bare, metric);
	if (!ret && has)
		ret = metric_caveats(r->s, metric, r->id, r->n, r->out, NULL, err);
done:
	strbuf_release(&text);
	return ret;
}

int query_log_caveats(struct store *s, const struct log_query *q, struct strbuf *out,
		      struct error *err)
{
	struct caveats r = {.s = s, .q = q, .out = out, .seen = STRBUF_INIT};
	const char *columns;
	int ret =
	    columns_of(s, q, &columns, err) || each_column(columns, add_caveats, &r, err) ? -1 : 0;
	const char *sort = q->sort;

	if (!ret && sort) {
		sort += *sort == '-';
		r.column = 64;
		ret = add_caveats(&r, sort, strlen(sort), err);
	}
	free(r.id);
	strbuf_release(&r.seen);
	return ret;
}
