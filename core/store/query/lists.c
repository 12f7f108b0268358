#include "core/store/query/lists.h"

#include "core/store/metric_names.h"
#include "core/store/query/user_sql.h"

int query_trash(struct store *s, const struct query_sink *sink, struct error *err)
{
	return query_bound(
	    s, sink, err,
	    "SELECT r.id, r.name, r.method, r.status, r.created, t.created AS removed "
	    "FROM trash t JOIN run r ON r.id = t.run_id ORDER BY r.id DESC",
	    "");
}

int query_tags(struct store *s, int64_t id, const struct query_sink *sink, struct error *err)
{
	if (id)
		return query_bound(s, sink, err,
				   "SELECT name AS tag, created FROM tag WHERE run_id = ? "
				   "ORDER BY name",
				   "I", id);
	return query_bound(s, sink, err,
			   "SELECT name AS tag, count(*) AS runs FROM tag "
			   "WHERE run_id NOT IN (SELECT run_id FROM trash) "
			   "GROUP BY name ORDER BY name",
			   "");
}

int query_notes(struct store *s, int64_t id, const struct query_sink *sink, struct error *err)
{
	return query_bound(s, sink, err,
			   "SELECT created, text FROM note WHERE run_id = ? ORDER BY id", "I", id);
}

int query_sweeps(struct store *s, const struct query_sink *sink, struct error *err)
{
	return query_user(
	    s,
	    "SELECT name, state, recipes, seeds, cells, done, failed, pruned, running, "
	    "queued, objective, created FROM v_sweep ORDER BY id",
	    60, sink, err);
}

int query_sweep_trash(struct store *s, const struct query_sink *sink, struct error *err)
{
	return query_bound(
	    s, sink, err,
	    "SELECT w.name, count(c.id) AS cells, count(CASE c.status WHEN 'done' THEN 1 END) AS "
	    "done, w.created, t.created AS removed FROM sweep_trash t JOIN sweep w ON w.id = "
	    "t.sweep_id LEFT JOIN cell c ON c.sweep_id = w.id GROUP BY w.id ORDER BY w.id",
	    "");
}

int query_metric_names(struct store *s, const struct query_sink *sink, struct error *err)
{
	return query_bound(s, sink, err, "SELECT name FROM (" METRIC_NAMES_SQL ") ORDER BY name",
			   "");
}
