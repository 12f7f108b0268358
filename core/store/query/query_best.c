/* The query behind `ssl best`. */
#include <string.h>

#include "core/base/strbuf.h"
#include "core/store/metric_names.h"
#include "core/store/query/filter.h"
#include "core/store/query/metric_heading.h"
#include "core/store/query/query.h"
#include "core/store/query/selection.h"
#include "core/store/query/user_sql.h"

enum { BEST_SECONDS = 60 };

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

/* True if the key needs no column of its own: it is shown anyway, or is a hash. */
static int is_shown(const char *by)
{
	static const char *const shown[] = {"id",   "name",   "method", "dataset",
					    "seed", "status", BY_RECIPE};

	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
		if (!strcmp(by, shown[i]))
			return 1;
	return 0;
}

/* The place of a run in its group, the best run first. For a single group LIMIT does the same at
 * less cost. */
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

/* See query_best() in query.h. */
#define NOT_COLLAPSED "v_run.status <> 'collapsed' AND "
/* ?3: the runs, a JSON list. */
#define CHOSEN "v_run.id IN (SELECT value FROM json_each(?3))"
/* The columns that are not in v_run have names that a user's expression cannot refer to. */
static int build_best(struct store *s, const struct best_query *q, int64_t id, const char *goal,
		      struct strbuf *sql, struct error *err)
{
	int max = !strcmp(goal, "max");

	strbuf_adds(sql, "SELECT ");
	if (q->by && !is_shown(q->by)) {
		strbuf_adds(sql, "by_key");
		filter_add_alias(q->by, strlen(q->by), sql);
		strbuf_adds(sql, ", ");
	}
	strbuf_adds(sql, "id, name, method, dataset, seed, value");
	if (metric_add_alias(s, q->heading, id, sql, err))
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
				 "best: %s: this metric has no goal, so no run is best: sort by it "
				 "with `ssl log -s`",
				 q->heading);
	if (build_best(s, q, id, goal, &sql, err))
		goto done;
	st = user_sql_prepare(s, "best", sql.buf, BEST_SECONDS, err);
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
