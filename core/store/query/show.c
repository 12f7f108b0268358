#include "core/store/query/show.h"

#include <stddef.h>

#include "core/store/query/user_sql.h"

enum { SHOW_SECONDS = 60 };

/* In each statement ?1 is the run's id. */
static const char head_sql[] =
    "SELECT v.id || ' ' || v.name AS run, v.uuid, "
    "CASE WHEN v.status = 'stale' THEN 'stale: running, but no heartbeat since ' || "
    "strftime('%Y-%m-%d %H:%M:%S', a.heartbeat, 'unixepoch') ELSE v.status END AS status, "
    "nullif(v.exit_code, 0) AS 'exit code', v.error, v.tags, v.command, v.method, "
    "coalesce(v.dataset_label || ' ' || substr(v.dataset_sha256, 1, 12), 'none') AS dataset, "
    "v.seed, "
    "v.epoch || ' of ' || v.epochs AS epochs, v.step || ' of ' || v.steps AS steps, "
    "(SELECT c.summary FROM v_collapse c WHERE c.run_id = v.id) AS collapse, "
    "iif(v.loss IS NULL, NULL, printf('%.6g', v.loss)) AS loss, "
    "CASE WHEN v.knn_missing IS NOT NULL THEN 'none: ' || v.knn_missing WHEN v.knn_top1 IS NOT "
    "NULL "
    "THEN fixed(v.knn_top1, 2) || ' %' || iif(v.knn_split = 'val', ' (val)', '') || "
    "iif(v.gain IS NULL, '', ' (' || iif(v.gain >= 0, '+', '') || fixed(v.gain, 2) || "
    "' over the untrained encoder)') END AS "
    "'knn.top1', "
    "CASE WHEN v.linear_missing IS NOT NULL THEN 'none: ' || v.linear_missing WHEN v.linear_top1 "
    "IS "
    "NOT NULL THEN fixed(v.linear_top1, 2) || ' %' || iif(v.linear_split = 'val', ' (val)', '') "
    "END "
    "AS 'linear.top1', "
    "(SELECT 'none: ' || e.text FROM event e WHERE e.run_id = v.id AND e.kind = 'eval.skipped' "
    "ORDER BY e.id LIMIT 1) AS evaluation, "
    "v.created, v.finished, v.attempts, iif(v.status = 'running', NULL, v.seconds) AS seconds, "
    "iif(v.status = 'running', v.elapsed, NULL) AS elapsed, v.eta, "
    "coalesce(a.device || iif(a.device_about <> '', ': ' || a.device_about, ''), v.device) AS "
    "device, v.engines, "
    "v.images_per_s AS 'images/s', v.peak_rss, "
    "v.arena_peak, v.threads, "
    "h.name || ': ' || h.cpu || ', ' || h.cores || ' cores, ' || h.isa || ', ' || h.os AS host, "
    "'ssl ' || c.version || coalesce(' ' || nullif(c.source_commit, ''), '') || ', binary ' || "
    "substr(c.binary_sha256, 1, 12) AS code, "
    "c.compiler || ' ' || c.flags AS compiler, c.libraries, "
    "nullif(c.user_commit, '') || CASE c.user_dirty WHEN 1 THEN ' with uncommitted changes' WHEN "
    "-1 THEN ' (uncommitted changes: unknown)' ELSE '' END "
    "AS 'your commit', v.recipe_hash AS recipe "
    "FROM v_run v JOIN code c ON c.id = v.code_id JOIN host h ON h.id = v.host_id "
    "LEFT JOIN attempt a ON a.id = v.attempt_id WHERE v.id = ?1";

static const struct {
	const char *name, *sql;
} sections[] = {
    {"params", "SELECT param, value FROM v_param WHERE run_id = ?1 ORDER BY param"},
    {"metrics",
     "SELECT n.name AS metric, s.n, "
     "CASE s.last_kind WHEN 0 THEN s.last WHEN 1 THEN 'nan' WHEN 2 THEN 'inf' "
     "ELSE '-inf' END AS last, "
     "b.value AS best, b.step AS at_step, "
     "s.min, s.max, s.n_bad AS not_finite, n.unit, "
     "CASE WHEN n.name GLOB '*[/,]rule=*' THEN 'older' END AS rule FROM metric_summary s "
     "JOIN metric_name n ON n.id = s.name_id LEFT JOIN v_best b ON b.run_id = s.run_id AND "
     "b.metric = n.name WHERE s.run_id = ?1 ORDER BY n.name"},
    {"evals", "SELECT metric, CASE kind WHEN 'number' THEN value ELSE kind END AS value, epoch, "
	      "step, settings, seconds, created, missing, "
	      "CASE WHEN superseded THEN 'older' END AS rule FROM v_eval WHERE run_id = ?1 "
	      "ORDER BY step, eval_id, metric"},
    {"checkpoints", "SELECT c.epoch, c.step, o.bytes, o.sha256, c.created FROM checkpoint c "
		    "JOIN object o ON o.id = c.object_id WHERE c.run_id = ?1 ORDER BY c.step"},
    {"attempts",
     "SELECT a.n, a.from_step, a.started, a.ended, a.seconds, a.exit_code, a.pid, "
     "a.device, t.name AS engines, h.name AS host, substr(c.binary_sha256, 1, 12) AS binary FROM "
     "attempt a LEFT JOIN engine_table t ON t.id = a.engine_table_id "
     "LEFT JOIN host h ON h.id = a.host_id LEFT JOIN code c ON c.id = a.code_id "
     "WHERE a.run_id = ?1 ORDER BY a.n"},
    {"events", "SELECT created, step, kind, text FROM event WHERE run_id = ?1 ORDER BY id"},
    {"notes", "SELECT created, text FROM note WHERE run_id = ?1 ORDER BY id"},
};

enum { SECTIONS = sizeof sections / sizeof *sections };

/* Under the limits of a user's query, since the views may read much. */
static int query(struct store *s, const char *sql, int64_t run, const struct query_sink *sink,
		 struct error *err)
{
	sqlite3_stmt *st = user_sql_prepare(s, "show", sql, SHOW_SECONDS, err);
	int ret;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, run);
	ret = user_sql_run(s, "show", st, sink, err);
	sqlite3_finalize(st);
	return ret;
}

int query_show_head(struct store *s, int64_t run, const struct query_sink *sink, struct error *err)
{
	return query(s, head_sql, run, sink, err);
}

int query_show_run(struct store *s, int64_t run, const struct query_sink *sink, struct error *err)
{
	return query(s, "SELECT * FROM v_run WHERE id = ?1", run, sink, err);
}

const char *query_show_section_name(int i)
{
	return i >= 0 && i < SECTIONS ? sections[i].name : NULL;
}

int query_show_section(struct store *s, int i, int64_t run, const struct query_sink *sink,
		       struct error *err)
{
	return query(s, sections[i].sql, run, sink, err);
}
