/* Evaluations, and a run as others read it. */
#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "core/base/strbuf.h"
#include "core/store/evals.h"
#include "core/store/identity.h"
#include "core/store/metric_names.h"
#include "core/store/row.h"
#include "core/store/runs.h"

static int value_insert(struct store *s, int64_t eval, const struct eval_new *e,
			const char *measure, const struct metric_point *p, struct error *err)
{
	struct strbuf name = STRBUF_INIT;
	int64_t name_id;
	int ret;

	strbuf_addf(&name, "%s.%s.%s", e->split, e->protocol, p->name);
	if (e->differs && *e->differs)
		strbuf_addf(&name, "/%s", e->differs);
	ret = metric_name_id(s, name.buf, &name_id, err);
	strbuf_release(&name);
	if (ret || (!e->missing && identity_add_measure(s, name_id, measure, err)))
		return -1;
	return db_run(
	    s, err, "INSERT INTO eval_value (eval_id, name_id, value, kind) VALUES (?, ?, ?, ?)",
	    "IIfi", eval, name_id, isfinite(p->value) ? p->value : NAN, (int)value_kind(p->value));
}

static int confusion_insert(struct store *s, int64_t eval, const struct eval_new *e,
			    struct error *err)
{
	int ret = 0;

	for (int i = 0; !ret && i < e->classes * e->classes; i++)
		if (e->confusion[i])
			ret = db_run(s, err,
				     "INSERT INTO eval_confusion (eval_id, actual, predicted, n) "
				     "VALUES (?, ?, ?, ?)",
				     "Iiil", eval, i / e->classes, i % e->classes,
				     (long)e->confusion[i]);
	return ret;
}

static int insert_all(struct store *s, const struct eval_new *e, const char *measure, int64_t *id,
		      struct error *err)
{
	if (db_run(s, err,
		   "INSERT INTO eval (run_id, step, epoch, protocol, split, settings, seconds, "
		   "created, rules, differs, measure, missing) "
		   "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		   "Illtttftittt", e->run_id, e->step, e->epoch, e->protocol, e->split,
		   e->settings_json, e->seconds, stamp_now().text, (int)RUN_RULES,
		   e->differs ? e->differs : "", measure, e->missing))
		return -1;
	*id = sqlite3_last_insert_rowid(s->db);
	for (int i = 0; i < e->n_values; i++)
		if (value_insert(s, *id, e, measure, &e->value[i], err))
			return -1;
	return e->missing ? 0 : confusion_insert(s, *id, e, err);
}

int evals_insert(struct store *s, const struct eval_new *e, int64_t *id, struct error *err)
{
	struct strbuf measure = STRBUF_INIT;
	int64_t made = 0;
	int ret;

	identity_measure(e->protocol, e->settings_json, &measure);
	ret = tx_begin(s, err) || tx_end(s, insert_all(s, e, measure.buf, &made, err), err);
	strbuf_release(&measure);
	if (ret)
		return -1;
	*id = made;
	return 0;
}

static void read_texts(struct row *r, struct run_row *out)
{
	out->uuid = row_text(r, 3, "uuid");
	out->name = row_text(r, 4, "name");
	out->status = row_text(r, 5, "status");
	out->method = row_text(r, 6, "method");
	out->recipe_json = row_text(r, 7, "json (of its recipe)");
	out->recipe_hash = row_text(r, 8, "hash (of its recipe)");
	out->created = row_text(r, 11, "created");
	out->finished = row_text_or_null(r, 12, "finished");
	out->error = row_text_or_null(r, 13, "error");
	out->command = row_text(r, 14, "command");
}

static void read_numbers(struct row *r, struct run_row *out)
{
	out->seed = row_int(r, 1, "seed", INT64_MIN, INT64_MAX);
	out->epochs = (long)row_int(r, 15, "epochs", 0, ROW_COUNT_MAX);
	out->steps = (long)row_int(r, 16, "steps", 0, ROW_COUNT_MAX);
	out->epoch = (long)row_int(r, 17, "epoch", 0, ROW_COUNT_MAX);
	out->step = (long)row_int(r, 18, "step", 0, ROW_COUNT_MAX);
	out->threads = (int)row_int(r, 19, "threads", 0, INT_MAX);
	out->seconds = row_real(r, 21, "seconds");
	out->rules = (int)row_int(r, 24, "rules", 1, INT_MAX);
	out->defaults = (int)row_int(r, 25, "defaults", 1, INT_MAX);
}

/* 0, or -1 with *err. A run may be without a dataset, an exit code and its memory. */
static int read_row(sqlite3_stmt *st, int64_t id, struct run_row *out, struct error *err)
{
	struct row r = {st, "run", id, err, 0};
	char hash[HASH_HEX];

	*out = (struct run_row){.id = id};
	out->dataset_id = sqlite3_column_int64(st, 2);
	read_texts(&r, out);
	if (sqlite3_column_type(st, 10) != SQLITE_NULL) {
		out->dataset = row_text(&r, 9, "name (of its dataset)");
		row_hash(&r, 10, "sha256 (of its dataset)", hash);
		out->dataset_sha256 = xstrdup(hash);
	}
	read_numbers(&r, out);
	out->exit_code = sqlite3_column_int(st, 20);
	out->peak_rss = sqlite3_column_int64(st, 22);
	out->arena_peak = sqlite3_column_int64(st, 23);
	if (r.bad)
		run_row_release(out);
	return r.bad ? -1 : 0;
}

int runs_get(struct store *s, int64_t id, struct run_row *out, struct error *err)
{
	sqlite3_stmt *st =
	    db_prepare(s,
		       "SELECT r.id, r.seed, r.dataset_id, r.uuid, r.name, r.status, r.method, "
		       "p.json, p.hash, "
		       "d.name, d.sha256, r.created, r.finished, r.error, r.command, r.epochs, "
		       "r.steps, r.epoch, "
		       "r.step, r.threads, r.exit_code, r.seconds, r.peak_rss, r.arena_peak, "
		       "r.rules, r.defaults "
		       "FROM run r JOIN recipe p ON p.id = r.recipe_id LEFT JOIN dataset d ON d.id "
		       "= r.dataset_id "
		       "WHERE r.id = ?",
		       err);
	int found;

	if (!st)
		return -1;
	db_bind(st, "I", id);
	found = db_step(s, st, err);
	if (found < 0)
		return -1;
	if (!found)
		return error_set(err, ERR_NOT_FOUND, "run %lld: there is none", (long long)id);
	found = read_row(st, id, out, err);
	sqlite3_reset(st);
	return found;
}

int runs_rules(struct store *s, int64_t id, int *out, struct error *err)
{
	int64_t rules = RUN_RULES;

	if (db_int(s, &rules, err, "SELECT rules FROM run WHERE id = ?", "I", id) < 0)
		return -1;
	*out = (int)rules;
	return 0;
}

void run_row_release(struct run_row *r)
{
	char *owned[] = {r->uuid,        r->name,        r->status,  r->method,
			 r->recipe_json, r->recipe_hash, r->dataset, r->dataset_sha256,
			 r->created,     r->finished,    r->error,   r->command};

	for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
		free(owned[i]);
	*r = (struct run_row){0};
}
