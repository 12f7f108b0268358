#include "core/store/values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/store/filter.h"
#include "core/store/guard.h"
#include "core/store/metric_names.h"
#include "core/store/sweeps.h"

enum { VALUES_SECONDS = 60 };

/* The SQL of the metric's value: what `ssl log` calls last:NAME, unless it says best:NAME; of as
 * many metrics as may be meant, then NULL. */
static int add_values(struct store *s, const char *name, int most, int64_t id[3], const char **goal,
		      struct strbuf *sql, struct error *err)
{
	enum filter_value which = filter_prefix(&name);
	int n = metric_resolve(s, name, id, err);

	if (n < 0)
		return -1;
	if (!n)
		return metric_missing(s, "compare: ", name, err);
	if (metric_goal(s, id[0], goal, err))
		return -1;
	for (int i = 0; i < most; i++) {
		strbuf_adds(sql, i ? ", " : "");
		if (i >= n)
			strbuf_adds(sql, "NULL");
		else if (filter_metric(s, id[i], *goal,
				       which == FILTER_BEST ? FILTER_BEST : FILTER_LAST, sql, err))
			return -1;
	}
	for (int i = n; i < 3; i++)
		id[i] = -1;
	return 0;
}

/* What chose and what is compared are looked up alike: the first that has values. */
static int add_select(struct store *s, const char *name, const char **goal, struct strbuf *sql,
		      struct error *err)
{
	enum filter_value which = filter_prefix(&name);
	int64_t id;
	int found = metric_pick(s, name, &id, err);

	if (!found)
		return metric_missing(s, "compare: ", name, err);
	return found < 0 || metric_goal(s, id, goal, err) ||
		       filter_metric(s, id, *goal, which == FILTER_BEST ? FILTER_BEST : FILTER_LAST,
				     sql, err)
		   ? -1
		   : 0;
}

/* The floor of each metric that may be meant. */
static int add_floors(struct store *s, const int64_t id[3], struct strbuf *sql, struct error *err)
{
	for (int i = 0; i < 3; i++) {
		strbuf_adds(sql, ", ");
		if (id[i] < 0)
			strbuf_adds(sql, "NULL");
		else if (filter_metric(s, id[i], "none", FILTER_FLOOR, sql, err))
			return -1;
	}
	return 0;
}

/* All rows get the value of one metric, that most of the finished runs have; the first of equals.
 */
static int choose_metric(struct store *s, struct values *v, const int64_t id[3], struct error *err)
{
	int best = 0, most = -1;

	for (int c = 0; c < 3 && id[c] >= 0; c++) {
		int n = 0;

		for (int i = 0; i < v->n; i++)
			n += !strcmp(v->row[i].status, "done") && !isnan(v->row[i].candidate[c]);
		if (n > most) {
			most = n;
			best = c;
		}
	}
	for (int i = 0; i < v->n; i++) {
		v->row[i].value = v->row[i].candidate[best];
		v->row[i].floor = v->row[i].floors[best];
	}
	return metric_name_text(s, id[best], v->metric, err);
}

static int build(struct store *s, const struct value_query *q, struct values *out, int64_t id[3],
		 struct strbuf *sql, struct error *err)
{
	strbuf_adds(sql, "SELECT v_run.id, v_run.seed, v_run.name, ");
	if (filter_group(s, q->by, sql, err))
		return -1;
	strbuf_adds(sql, ", v_run.group_hash || coalesce(v_run.dataset_sha256, ''), "
			 "v_run.dataset_label, v_run.status, ");
	strbuf_adds(sql, filter_replaced);
	strbuf_adds(sql, ", ");
	if (add_values(s, q->metric, 3, id, &out->goal, sql, err))
		return -1;
	strbuf_adds(sql, ", ");
	if (!q->select)
		strbuf_adds(sql, "NULL");
	else if (add_select(s, q->select, &out->select_goal, sql, err))
		return -1;
	if (add_floors(s, id, sql, err))
		return -1;
	strbuf_adds(sql, ", v_run.method FROM v_run WHERE ");
	if (filter_where(s, q->where, sql, err))
		return -1;
	strbuf_adds(sql,
		    " AND (?1 IS NULL OR v_run.id IN (SELECT run_id FROM tag WHERE name = ?1)) "
		    "AND (?2 IS NULL OR v_run.id IN (SELECT value FROM json_each(?2))) "
		    "AND (?3 IS NULL OR v_run.id IN (SELECT c.run_id FROM cell c "
		    "JOIN sweep w ON w.id = c.sweep_id WHERE w.name = ?3)) "
		    "ORDER BY v_run.id");
	return 0;
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
	r->repeated = sqlite3_column_int(st, 7);
	for (int i = 0; i < 3; i++) {
		r->candidate[i] = number(st, 8 + i);
		r->floors[i] = number(st, 12 + i);
	}
	r->method = xstrdup(db_text(st, 15));
	r->value = r->floor = NAN;
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

/* ERR_NOT_FOUND with the nearest name when there is no such sweep. */
static int check_sweep(struct store *s, const char *name, struct error *err)
{
	struct sweep_row w;

	if (sweeps_find(s, name, &w, err))
		return -1;
	sweep_row_release(&w);
	return 0;
}

int query_values(struct store *s, const struct value_query *q, struct values *out,
		 struct error *err)
{
	struct values v = {NULL, 0, "none", "none", ""};
	int64_t id[3];
	struct strbuf sql = STRBUF_INIT;
	sqlite3_stmt *st = NULL;
	char *ids = q->id ? id_list(q->id, q->n_ids) : NULL;
	int more = -1;

	if ((q->sweep && check_sweep(s, q->sweep, err)) || build(s, q, &v, id, &sql, err))
		goto done;
	st = guard_prepare(s, "-w", sql.buf, VALUES_SECONDS, err);
	if (!st)
		goto done;
	sqlite3_bind_text(st, 1, q->tag, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 2, ids, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 3, q->sweep, -1, SQLITE_STATIC);
	while ((more = sqlite3_step(st)) == SQLITE_ROW)
		read_row(st, &v);
	more = guard_end(s, "-w", more, err) || choose_metric(s, &v, id, err) ? -1 : 0;
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
