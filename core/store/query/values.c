#include "core/store/query/values.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/store/metric_names.h"
#include "core/store/query/metric_choice.h"
#include "core/store/query/filter.h"
#include "core/store/query/selection_add.h"
#include "core/store/query/user_sql.h"

enum { VALUES_SECONDS = 60 };

/* Appends the SQL of the metric's value: the best one for best:NAME, else the last one. */
static int add_value(struct store *s, enum filter_value which, int64_t id, const char **goal,
		     struct strbuf *sql, struct error *err)
{
	return metric_goal(s, id, goal, err) ||
		       filter_metric(s, id, *goal, which == FILTER_BEST ? FILTER_BEST : FILTER_LAST,
				     sql, err)
		   ? -1
		   : 0;
}

static int add_select(struct store *s, const char *name, const char **goal, struct strbuf *sql,
		      struct error *err)
{
	enum filter_value which = filter_prefix(&name);
	int64_t id;
	int found = metric_pick(s, name, &id, err);

	if (!found)
		return metric_missing(s, "compare: ", name, err);
	return found < 0 ? -1 : add_value(s, which, id, goal, sql, err);
}

/* Appends the FROM clause and the conditions on runs. */
static int add_runs(struct store *s, const struct value_query *q, struct strbuf *sql,
		    struct error *err)
{
	strbuf_adds(sql, " FROM v_run WHERE ");
	if (filter_where(s, q->where, sql, err))
		return -1;
	strbuf_adds(sql,
		    " AND (?1 IS NULL OR v_run.id IN (SELECT run_id FROM tag WHERE name = ?1)) "
		    "AND (?2 IS NULL OR v_run.id IN (SELECT value FROM json_each(?2))) "
		    "AND (?3 IS NULL OR ");
	strbuf_adds(sql, filter_of_sweep);
	strbuf_adds(sql, ") ORDER BY v_run.id");
	return 0;
}

static sqlite3_stmt *prepare(struct store *s, const struct value_query *q, const char *ids,
			     const char *sql, struct error *err)
{
	sqlite3_stmt *st = user_sql_prepare(s, "-w", sql, VALUES_SECONDS, err);

	if (!st)
		return NULL;
	sqlite3_bind_text(st, 1, q->tag, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 2, ids, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 3, q->sweep, -1, SQLITE_STATIC);
	return st;
}

/* Reads what metric_choose() needs: the runs' numbers and the sweep. */
static int read_runs(struct store *s, const struct value_query *q, const char *ids,
		     struct selection *sel, struct error *err)
{
	struct strbuf sql = STRBUF_INIT;
	sqlite3_stmt *st = NULL;
	int more = -1;

	if (q->sweep && selection_add_plan(s, sel, q->sweep, err))
		goto done;
	strbuf_adds(&sql, "SELECT v_run.id");
	if (add_runs(s, q, &sql, err))
		goto done;
	st = prepare(s, q, ids, sql.buf, err);
	if (!st)
		goto done;
	while ((more = sqlite3_step(st)) == SQLITE_ROW) {
		if (!(sel->n & (sel->n - 1)))
			sel->run = xrealloc(sel->run, 2 * ((size_t)sel->n + 1) * sizeof *sel->run);
		sel->run[sel->n] = (struct selected){.id = sqlite3_column_int64(st, 0)};
		sel->n++;
	}
	more = user_sql_end(s, "-w", more, err);
done:
	sqlite3_finalize(st);
	strbuf_release(&sql);
	return more;
}

/* Finds the metric of all rows. If none of the runs has the metric asked for, takes the one that
 * the name means in the whole store: then all values are missing, and the error is not a wrong
 * name. */
static int find_metric(struct store *s, const struct value_query *q, const char *ids,
		       struct values *v, int64_t *id, struct error *err)
{
	const char *bare = q->metric;
	struct selection sel = {0};
	struct metric_choice choice;
	int ret = read_runs(s, q, ids, &sel, err), found;

	if (bare)
		filter_prefix(&bare);
	if (!ret && metric_choose(s, &sel, bare, &choice, err)) {
		ret = -1;
		found = err->code == ERR_NOT_FOUND
			    ? metric_pick(s, bare ? bare : METRIC_USUAL, id, err)
			    : -1;
		if (found > 0)
			ret = metric_name_text(s, *id, v->metric, err);
	} else if (!ret) {
		snprintf(v->metric, sizeof v->metric, "%s", choice.metric.name);
		snprintf(v->why, sizeof v->why, "%s", choice.why);
		ret = db_int(s, id, err, "SELECT id FROM metric_name WHERE name = ?", "t",
			     v->metric) > 0
			  ? 0
			  : -1;
	}
	selection_release(&sel);
	return ret;
}

static int build(struct store *s, const struct value_query *q, int64_t id, struct values *out,
		 struct strbuf *sql, struct error *err)
{
	const char *name = q->metric ? q->metric : "";

	strbuf_adds(sql, "SELECT v_run.id, v_run.seed, v_run.name, ");
	if (filter_group(s, q->by, sql, err))
		return -1;
	strbuf_adds(sql, ", v_run.group_hash || coalesce(v_run.dataset_sha256, ''), "
			 "v_run.dataset_label, v_run.status, v_run.method, ");
	strbuf_adds(sql, filter_replaced);
	strbuf_adds(sql, ", ");
	if (add_value(s, filter_prefix(&name), id, &out->goal, sql, err))
		return -1;
	strbuf_adds(sql, ", ");
	if (filter_metric(s, id, "none", FILTER_FLOOR, sql, err))
		return -1;
	strbuf_adds(sql, ", ");
	if (!q->select)
		strbuf_adds(sql, "NULL");
	else if (add_select(s, q->select, &out->select_goal, sql, err))
		return -1;
	return add_runs(s, q, sql, err);
}

static double number(sqlite3_stmt *st, int col)
{
	return sqlite3_column_type(st, col) == SQLITE_NULL ? NAN : sqlite3_column_double(st, col);
}

/* 25, not 25.0. */
static char *key_text(sqlite3_stmt *st, int col)
{
	struct strbuf text = STRBUF_INIT;

	if (sqlite3_column_type(st, col) != SQLITE_FLOAT)
		return db_text_dup(st, col);
	strbuf_add_number(&text, sqlite3_column_double(st, col));
	return strbuf_detach(&text);
}

static void read_row(sqlite3_stmt *st, struct values *out)
{
	struct value_row *r;

	if (!(out->n & (out->n - 1))) /* room for the next power of two */
		out->row = xrealloc(out->row, 2 * ((size_t)out->n + 1) * sizeof *out->row);
	r = &out->row[out->n++];
	r->id = sqlite3_column_int64(st, 0);
	r->seed = sqlite3_column_int64(st, 1);
	r->name = xstrdup(db_text(st, 2));
	r->group = key_text(st, 3);
	r->cell = xstrdup(db_text(st, 4));
	r->dataset = xstrdup(db_text(st, 5));
	r->status = xstrdup(db_text(st, 6));
	r->method = xstrdup(db_text(st, 7));
	r->repeated = sqlite3_column_int(st, 8);
	r->value = number(st, 9);
	r->floor = number(st, 10);
	r->select = number(st, 11);
}

/* The ids as a JSON array: one bound value, whatever their number. */
static char *id_list(const int64_t *id, int n)
{
	struct strbuf text = STRBUF_INIT;

	for (int i = 0; i < n; i++)
		strbuf_addf(&text, "%c%lld", i ? ',' : '[', (long long)id[i]);
	strbuf_adds(&text, n ? "]" : "[]");
	return strbuf_detach(&text);
}

int query_values(struct store *s, const struct value_query *q, struct values *out,
		 struct error *err)
{
	struct values v = {.goal = "none", .select_goal = "none"};
	struct strbuf sql = STRBUF_INIT;
	sqlite3_stmt *st = NULL;
	char *ids = q->id ? id_list(q->id, q->n_ids) : NULL;
	int64_t id = 0;
	int more = -1;

	if (find_metric(s, q, ids, &v, &id, err) || build(s, q, id, &v, &sql, err))
		goto done;
	st = prepare(s, q, ids, sql.buf, err);
	if (!st)
		goto done;
	while ((more = sqlite3_step(st)) == SQLITE_ROW)
		read_row(st, &v);
	more = user_sql_end(s, "-w", more, err);
done:
	sqlite3_finalize(st);
	strbuf_release(&sql);
	free(ids);
	if (more)
		values_release(&v);
	else
		*out = v;
	return more;
}

void values_release(struct values *v)
{
	for (int i = 0; i < v->n; i++) {
		char *owned[] = {v->row[i].name, v->row[i].method,  v->row[i].group,
				 v->row[i].cell, v->row[i].dataset, v->row[i].status};

		for (size_t k = 0; k < sizeof owned / sizeof *owned; k++)
			free(owned[k]);
	}
	free(v->row);
	*v = (struct values){0};
}

int query_varied(struct store *s, const int64_t *id, int n, int64_t of, struct strbuf *out,
		 struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s,
	    "WITH wanted AS (SELECT DISTINCT recipe_id AS recipe FROM run "
	    "WHERE id IN (SELECT value FROM json_each(?1))) "
	    "SELECT n.name, p.value FROM run r JOIN param p ON p.recipe_id = r.recipe_id "
	    "JOIN param_name n ON n.id = p.name_id WHERE r.id = ?2 AND n.name <> 'seed' "
	    "AND EXISTS (SELECT 1 FROM wanted w LEFT JOIN param o "
	    "ON o.recipe_id = w.recipe AND o.name_id = p.name_id "
	    "WHERE o.value IS NOT p.value) ORDER BY n.name NOT GLOB r.method || '.*', "
	    "n.name",
	    err);
	char *ids = id_list(id, n);
	int more = -1, first = 1;

	if (st) {
		db_bind(st, "tI", ids, of);
		while ((more = db_step(s, st, err)) > 0) {
			strbuf_addf(out, "%s%s=%s", first ? "" : " ", db_text(st, 0),
				    db_text(st, 1));
			first = 0;
		}
	}
	free(ids);
	return more;
}
