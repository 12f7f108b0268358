/* The queries behind `ssl best` and `ssl metrics`. */
#include <string.h>

#include "core/base/strbuf.h"
#include "core/store/metric_names.h"
#include "core/store/query/filter.h"
#include "core/store/query/query.h"
#include "core/store/query/metric_caveats.h"
#include "core/store/query/selection.h"
#include "core/store/query/user_sql.h"

enum { SERIES_SECONDS = 60 };

static int find_metric(struct store *s, const char *name, int64_t *id, const char **goal,
		       struct error *err)
{
	int found = db_int(s, id, err, "SELECT id FROM metric_name WHERE name = ?", "t", name);

	if (found < 0)
		return -1;
	if (!found)
		return metric_missing(s, "best: ", name, err);
	return metric_goal(s, *id, goal, err);
}

/* Is the key among the columns that are shown anyway, or a hash that says nothing? */
static int is_shown(const char *by)
{
	static const char *const shown[] = {"id",   "name",   "method", "dataset",
					    "seed", "status", BY_RECIPE};

	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
		if (!strcmp(by, shown[i]))
			return 1;
	return 0;
}

/* Which run of its group it is, the best one first; of one group LIMIT does the same for less. */
static int add_place(struct store *s, const struct best_query *q, int max, struct strbuf *sql,
		     struct error *err)
{
	if (!q->by) {
		strbuf_adds(sql, "1 AS by_key, 1 AS place");
		return 0;
	}
	if (filter_group(s, q->by, sql, err))
		return -1;
	strbuf_adds(sql, " AS by_key, row_number() OVER (PARTITION BY ");
	if (filter_group(s, q->by, sql, err))
		return -1;
	strbuf_addf(sql, " ORDER BY best_value_ %s, v_run.id) AS place", max ? "DESC" : "ASC");
	return 0;
}

/* What a collapsed run measures is no achievement, though its loss may be the smallest of all. */
#define NOT_COLLAPSED "v_run.status <> 'collapsed' AND "
/* AS "NAME": what the user wrote, and the rule if it is an older one. */
static int add_heading(struct store *s, const char *name, int64_t id, struct strbuf *sql,
		       struct error *err)
{
	struct strbuf heading = STRBUF_INIT;
	char meant[256];
	int ret = metric_name_text(s, id, meant, err) ||
		  metric_heading(s, name, strlen(name), meant, &heading, err);

	if (!ret)
		filter_alias(heading.buf, heading.len, sql);
	strbuf_release(&heading);
	return ret ? -1 : 0;
}

/* ?3: the runs. */
#define CHOSEN "v_run.id IN (SELECT value FROM json_each(?3))"
/* The columns beside those of v_run have names that no expression of a user can mean. */
static int build_best(struct store *s, const struct best_query *q, int64_t id, const char *goal,
		      struct strbuf *sql, struct error *err)
{
	int max = !strcmp(goal, "max");

	strbuf_adds(sql, "SELECT ");
	if (q->by && !is_shown(q->by)) {
		strbuf_adds(sql, "by_key");
		filter_alias(q->by, strlen(q->by), sql);
		strbuf_adds(sql, ", ");
	}
	strbuf_adds(sql, "id, name, method, dataset, seed, value");
	if (add_heading(s, q->heading, id, sql, err))
		return -1;
	strbuf_adds(sql, ", at_step, at_epoch, status FROM (SELECT v_run.id, v_run.name, "
			 "v_run.method, v_run.dataset_label AS dataset, v_run.seed, best_value_ AS "
			 "value, best_step_ AS at_step, "
			 "round(CASE WHEN v_run.steps > 0 THEN 1.0 * best_step_ * v_run.epochs / "
			 "v_run.steps END, 3) AS at_epoch, v_run.status, ");
	if (add_place(s, q, max, sql, err))
		return -1;
	strbuf_adds(sql, " FROM (SELECT run_id AS best_run_, value AS best_value_, "
			 "step AS best_step_ FROM v_best WHERE metric = ?2) "
			 "JOIN v_run ON v_run.id = best_run_ WHERE " NOT_COLLAPSED CHOSEN);
	strbuf_addf(sql, ") WHERE ?1 = 0 OR place <= ?1 ORDER BY value %s, id",
		    max ? "DESC" : "ASC");
	if (!q->by)
		strbuf_adds(sql, " LIMIT CASE ?1 WHEN 0 THEN -1 ELSE ?1 END");
	return 0;
}

int query_best(struct store *s, const struct best_query *q, const struct query_sink *sink,
	       struct error *err)
{
	struct strbuf sql = STRBUF_INIT, ids = STRBUF_INIT;
	sqlite3_stmt *st = NULL;
	const char *goal;
	int64_t id = 0;
	int ret = -1;

	if (find_metric(s, q->metric, &id, &goal, err))
		return -1;
	if (!strcmp(goal, "none"))
		return error_set(err, ERR_USAGE,
				 "best: %s: it has no goal, so that none is best: see `ssl log -s`",
				 q->heading);
	if (build_best(s, q, id, goal, &sql, err))
		goto done;
	st = user_sql_prepare(s, "best", sql.buf, SERIES_SECONDS, err);
	if (!st)
		goto done;
	sqlite3_bind_int64(st, 1, q->limit);
	sqlite3_bind_text(st, 2, q->metric, -1, SQLITE_STATIC);
	selection_ids(q->of, &ids);
	sqlite3_bind_text(st, 3, ids.buf, -1, SQLITE_STATIC);
	ret = user_sql_run(s, "best", st, sink, err);
done:
	sqlite3_finalize(st);
	strbuf_release(&ids);
	strbuf_release(&sql);
	return ret;
}

int query_best_collapsed(struct store *s, const struct best_query *q, int64_t *n, struct error *err)
{
	struct strbuf ids = STRBUF_INIT;
	int ret;

	*n = 0;
	selection_ids(q->of, &ids);
	ret = db_int(
	    s, n, err,
	    "SELECT count(*) FROM v_run WHERE v_run.status = 'collapsed' AND v_run.id IN "
	    "(SELECT run_id FROM v_best WHERE metric = ?1) AND v_run.id IN (SELECT value FROM "
	    "json_each(?2))",
	    "tt", q->metric, ids.buf);
	strbuf_release(&ids);
	return ret < 0 ? -1 : 0;
}

int query_metrics(struct store *s, int64_t run, const struct query_sink *sink, struct error *err)
{
	return query_bound(
	    s, sink, err,
	    "WITH value(name_id, source, step, ord, value, kind) AS ("
	    "SELECT name_id, 'eval', e.step, e.id, v.value, v.kind FROM eval e "
	    "JOIN eval_value v ON v.eval_id = e.id WHERE e.run_id = ?1), "
	    "part AS (SELECT name_id, 'series' AS source, n, last, last_kind AS kind, last_step, "
	    "min, min_step, max, max_step FROM metric_summary WHERE run_id = ?1 UNION ALL "
	    "SELECT name_id, source, count(*), "
	    "(SELECT w.value FROM value w WHERE w.name_id = v.name_id "
	    "ORDER BY w.step DESC, w.ord DESC LIMIT 1), "
	    "(SELECT w.kind FROM value w WHERE w.name_id = v.name_id "
	    "ORDER BY w.step DESC, w.ord DESC LIMIT 1), max(step), min(value), "
	    "(SELECT w.step FROM value w WHERE w.name_id = v.name_id AND w.value IS NOT NULL "
	    "ORDER BY w.value, w.step LIMIT 1), max(value), "
	    "(SELECT w.step FROM value w WHERE w.name_id = v.name_id AND w.value IS NOT NULL "
	    "ORDER BY w.value DESC, w.step LIMIT 1) FROM value v GROUP BY name_id) "
	    "SELECT m.name AS metric, p.source, p.n, CASE p.kind WHEN 0 THEN p.last "
	    "WHEN 1 THEN 'nan' WHEN 2 THEN 'inf' ELSE '-inf' END AS last, p.last_step, "
	    "b.value AS best, b.step AS best_step, "
	    "p.min, p.max, m.goal, m.unit, "
	    "CASE WHEN m.name GLOB '*[/,]rule=*' THEN 'older' END AS rule FROM part p JOIN "
	    "metric_name m ON m.id = p.name_id "
	    "LEFT JOIN v_best b ON b.run_id = ?1 AND b.metric = m.name "
	    "ORDER BY m.name, p.source DESC",
	    "I", run);
}

static int has_metric(struct store *s, int64_t run, int64_t id, struct error *err)
{
	int64_t one;

	return db_int(
	    s, &one, err,
	    "SELECT 1 WHERE EXISTS (SELECT 1 FROM metric_summary "
	    "WHERE run_id = ?1 AND name_id = ?2) OR EXISTS (SELECT 1 FROM eval e "
	    "JOIN eval_value v ON v.eval_id = e.id WHERE e.run_id = ?1 AND v.name_id = ?2)",
	    "II", run, id);
}

/* The first that the name may mean and that the run has. */
static int metric_of_run(struct store *s, int64_t run, const char *name, int64_t *id,
			 struct error *err)
{
	int64_t ids[3];
	int n = metric_resolve(s, name, ids, err), has;

	if (n < 0)
		return -1;
	if (!n)
		return metric_missing(s, "metrics: ", name, err);
	for (int i = 0; i < n; i++) {
		has = has_metric(s, run, ids[i], err);
		if (has < 0)
			return -1;
		*id = ids[i];
		if (has)
			return 0;
	}
	return error_set(err, ERR_NOT_FOUND,
			 "metrics: %s: run %lld has none: `ssl metrics %lld` lists what it has",
			 name, (long long)run, (long long)run);
}

/* Points of all the metrics, each with its place; a step that was evaluated twice has the newest.
 */
static void add_points(int64_t id, int k, struct strbuf *sql)
{
	strbuf_addf(
	    sql,
	    "%s SELECT step, %d AS k, value, kind FROM metric WHERE run_id = ?1 "
	    "AND name_id = %lld UNION ALL SELECT e.step, %d, v.value, v.kind FROM eval e "
	    "JOIN eval_value v ON v.eval_id = e.id WHERE e.run_id = ?1 AND v.name_id = %lld "
	    "AND NOT EXISTS (SELECT 1 FROM eval f JOIN eval_value w ON w.eval_id = f.id "
	    "WHERE f.run_id = ?1 AND f.step = e.step AND f.id > e.id AND "
	    "w.name_id = v.name_id) AND NOT EXISTS (SELECT 1 FROM metric m "
	    "WHERE m.run_id = ?1 AND m.name_id = v.name_id AND m.step = e.step)",
	    k ? " UNION ALL" : "", k, (long long)id, k, (long long)id);
}

static int build_series(struct store *s, int64_t run, const char *const *name, int n,
			struct strbuf *sql, struct error *err)
{
	struct strbuf points = STRBUF_INIT;
	int64_t id = 0;
	int ret = 0;

	strbuf_adds(sql, "SELECT p.step, CASE WHEN r.steps > 0 THEN 1.0 * p.step * r.epochs / "
			 "r.steps END AS epoch");
	for (int i = 0; !ret && i < n; i++) {
		ret = metric_of_run(s, run, name[i], &id, err);
		if (ret)
			break;
		add_points(id, i, &points);
		strbuf_addf(sql,
			    ", max(CASE WHEN p.k = %d THEN CASE p.kind WHEN 0 THEN p.value "
			    "WHEN 1 THEN 'nan' WHEN 2 THEN 'inf' ELSE '-inf' END END)",
			    i);
		ret = add_heading(s, name[i], id, sql, err);
	}
	strbuf_addf(sql, " FROM (%s) p JOIN run r ON r.id = ?1 GROUP BY p.step ORDER BY p.step",
		    points.buf);
	strbuf_release(&points);
	return ret;
}

int query_series(struct store *s, int64_t run, const char *const *name, int n,
		 const struct query_sink *sink, struct error *err)
{
	struct strbuf sql = STRBUF_INIT;
	sqlite3_stmt *st = NULL;
	int ret = -1;

	if (build_series(s, run, name, n, &sql, err))
		goto done;
	st = user_sql_prepare(s, "metrics", sql.buf, SERIES_SECONDS, err);
	if (!st)
		goto done;
	sqlite3_bind_int64(st, 1, run);
	ret = user_sql_run(s, "metrics", st, sink, err);
done:
	sqlite3_finalize(st);
	strbuf_release(&sql);
	return ret;
}
