/* The queries behind `ssl metrics`. */
#include <string.h>

#include "core/base/strbuf.h"
#include "core/store/metric_names.h"
#include "core/store/query/filter.h"
#include "core/store/query/metric_heading.h"
#include "core/store/query/query.h"
#include "core/store/query/user_sql.h"

enum { SERIES_SECONDS = 60 };

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

/* The first metric that the name may mean and that the run has. */
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
	return error_set(
	    err, ERR_NOT_FOUND,
	    "metrics: %s: run %lld does not have this metric: `ssl metrics %lld` lists "
	    "its metrics",
	    name, (long long)run, (long long)run);
}

/* Appends a query of the points of the k-th metric. Of several evaluations of one step the newest
 * counts. */
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
		ret = metric_add_alias(s, name[i], id, sql, err);
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
