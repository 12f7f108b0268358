#include "core/store/query/selection_values.h"

#include <math.h>
#include <string.h>

#include "core/store/metric_names.h"

/* Counts the runs (a JSON list) that have a value of the metric, among those that are done or among
 * all. */
static int count_with(struct store *s, const char *ids, int64_t metric, int done, int64_t *n,
		      struct error *err)
{
	return db_int(s, n, err,
		      "SELECT count(*) FROM json_each(?1) j JOIN run r ON r.id = j.value WHERE "
		      "(NOT ?3 OR r.status = 'done') AND (EXISTS (SELECT 1 FROM "
		      "metric_summary m WHERE m.run_id = j.value AND m.name_id = ?2) OR EXISTS "
		      "(SELECT 1 FROM eval e CROSS JOIN eval_value v ON v.eval_id = e.id WHERE "
		      "e.run_id = j.value AND v.name_id = ?2))",
		      "tIi", ids, metric, done);
}

/* Finds the metric that most runs have, the first of equals; *best = -1: none has any. If runs that
 * are done have one, only these are counted, since the others may be evaluated on test later. */
static int most_have(struct store *s, const struct selection *sel, const int64_t *id, int found,
		     int64_t *best, struct error *err)
{
	struct strbuf ids = STRBUF_INIT;
	int64_t most = 0, n;
	int ret = 0;

	*best = -1;
	selection_ids(sel, &ids);
	for (int done = 1; done >= 0 && *best < 0 && !ret; done--)
		for (int i = 0; i < found && !ret; i++) {
			ret = count_with(s, ids.buf, id[i], done, &n, err) < 0 ? -1 : 0;
			if (!ret && n > most) {
				most = n;
				*best = id[i];
			}
		}
	strbuf_release(&ids);
	return ret;
}

/* For a metric without a goal: takes the goal of the selected sweeps whose objective it is. */
static int add_sweep_goal(struct store *s, const struct selection *sel, struct metric_info *out,
			  struct error *err)
{
	int64_t none = 0, min = 0;

	if (db_int(s, &none, err, "SELECT goal = 'none' FROM metric_name WHERE name = ?", "t",
		   out->name) < 0)
		return -1;
	for (int i = 0; none && i < sel->sweeps; i++) {
		if (db_int(s, &min, err,
			   "SELECT goal = 'min' FROM sweep WHERE id = ? AND objective = ?", "It",
			   sel->sweep[i], out->name) < 0)
			return -1;
		out->low_is_good |= (int)min;
	}
	return 0;
}

int selection_metric(struct store *s, const struct selection *sel, const char *name,
		     struct metric_info *out, struct error *err)
{
	int64_t id[3], best;
	sqlite3_stmt *st;
	int found = metric_resolve(s, name, id, err), more = 0;

	if (found < 0 || most_have(s, sel, id, found, &best, err))
		return -1;
	if (!found)
		return metric_missing(s, "metric: ", name, err);
	if (best < 0)
		return error_set(err, ERR_NOT_FOUND, "metric %s: none of these runs has it", name);
	st = db_prepare(s, "SELECT name, unit, goal = 'min' FROM metric_name WHERE id = ?", err);
	if (!st)
		return -1;
	db_bind(st, "I", best);
	while ((more = db_step(s, st, err)) > 0) {
		db_text_into(st, 0, out->name, sizeof out->name);
		db_text_into(st, 1, out->unit, sizeof out->unit);
		out->low_is_good = sqlite3_column_int(st, 2);
	}
	return more ? -1 : add_sweep_goal(s, sel, out, err);
}

static const char last_sql[] =
    "SELECT x FROM (SELECT v.value AS x, e.step AS step, e.id AS id FROM eval e "
    "CROSS JOIN eval_value v WHERE e.run_id = ?1 AND v.eval_id = e.id AND v.name_id = (SELECT id "
    "FROM metric_name WHERE name = ?2) UNION ALL SELECT s.last, s.last_step, 0 FROM "
    "metric_summary s WHERE s.run_id = ?1 AND s.name_id = (SELECT id FROM metric_name WHERE name = "
    "?2)) ORDER BY step DESC, id DESC LIMIT 1";
static const char best_sql[] = "SELECT value FROM v_best WHERE run_id = ?1 AND metric = ?2";

static const char floor_sql[] = "SELECT floor FROM v_floor WHERE run_id = ?1 AND metric = ?2";

/* Reads one value of each run, with a query of the run (?1) and the metric (?2). */
static int read_values(struct store *s, const struct selection *sel, const char *sql,
		       const char *metric, double *out, struct error *err)
{
	for (int i = 0; i < sel->n; i++) {
		sqlite3_stmt *st = db_prepare(s, sql, err);
		int more;

		if (!st)
			return -1;
		db_bind(st, "It", sel->run[i].id, metric);
		out[i] = NAN;
		while ((more = db_step(s, st, err)) > 0)
			if (sqlite3_column_type(st, 0) != SQLITE_NULL)
				out[i] = sqlite3_column_double(st, 0);
		if (more < 0)
			return -1;
	}
	return 0;
}

int selection_values(struct store *s, const struct selection *sel, const char *metric, int best,
		     double *out, struct error *err)
{
	return read_values(s, sel, best ? best_sql : last_sql, metric, out, err);
}

void selection_results(const struct selection *sel, double *value)
{
	for (int i = 0; i < sel->n; i++)
		if (strcmp(sel->run[i].status, "done") != 0)
			value[i] = NAN;
}

void selection_order(const struct selection *sel, double *value)
{
	for (int i = 0; i < sel->n; i++)
		if (!strcmp(sel->run[i].status, "collapsed"))
			value[i] = NAN;
}

int selection_floors(struct store *s, const struct selection *sel, const char *metric, double *out,
		     struct error *err)
{
	return read_values(s, sel, floor_sql, metric, out, err);
}
