/* Adds the identity of values that older versions of ssl recorded; see identity.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/store/identity.h"
#include "core/store/identity_internal.h"
#include "core/store/metric_names.h"
#include "core/store/metrics.h"
#include "core/store/runs.h"

/* An evaluation as it was recorded. */
struct old {
	int64_t id, run, recipe;
	long step;
	char protocol[64], split[16];
	char *settings;
};

struct migration {
	struct store *s;
	struct old *eval;
	int n;
};

/* The recipe's value of eval.PROTOCOL.KEY, or of eval.KEY: 1; 0: there is none; -1. It is read from
 * the recorded text, which has the names and words of the settings' version. */
static int value_of(struct migration *m, const struct old *e, const char *key, char out[128],
		    struct error *err)
{
	sqlite3_stmt *st = db_prepare(m->s,
				      "SELECT CASE p.type WHEN 'true' THEN 'true' WHEN 'false' "
				      "THEN 'false' ELSE p.value END FROM recipe r, "
				      "json_each(CASE WHEN json_valid(r.json) THEN r.json END) p "
				      "WHERE r.id = ? AND p.key = ?",
				      err);
	struct strbuf name = STRBUF_INIT;
	int found;

	if (!st)
		return -1;
	if (!strcmp(key, "seed"))
		strbuf_adds(&name, "eval.seed");
	else
		strbuf_addf(&name, "eval.%.*s.%s", (int)strcspn(e->protocol, "-"), e->protocol,
			    key);
	db_bind(st, "It", e->recipe, name.buf);
	found = db_step(m->s, st, err);
	if (found > 0) {
		db_text_into(st, 0, out, 128);
		sqlite3_reset(st);
	}
	strbuf_release(&name);
	return found;
}

static int is_equal(const char *a, const char *b)
{
	double x, y;

	if (settings_number(a, &x) && settings_number(b, &y))
		return fabs(x - y) <= 1e-9 * fmax(fabs(x), fabs(y));
	return !strcmp(a, b);
}

/* Converts a setting to the form of the recipe's key: learning rates were recorded multiplied by
 * batch / 256. */
static void as_in_recipe(const struct old *e, const struct settings *s, const char *key,
			 const char *value, char out[128])
{
	const char *batch = settings_find(s, "batch");
	double x, of;

	snprintf(out, 128, "%s", value);
	if (strncmp(e->protocol, "finetune", 8) || !strstr(key, "lr") || !batch ||
	    !settings_number(value, &x) || !settings_number(batch, &of) || !(of > 0))
		return;
	snprintf(out, 128, "%.12g", x * 256 / of);
}

/* Numbers of neighbours and batch sizes were limited to the number of training images. */
static void cut(const struct settings *s, const char *key, char value[128])
{
	const char *bank = settings_find(s, "trained");

	if (bank && (!strcmp(key, "k") || !strcmp(key, "batch")) &&
	    strtol(value, NULL, 10) > strtol(bank, NULL, 10))
		snprintf(value, 128, "%s", bank);
}

/* Is it a fallback for a missing setting, such as the encoder's learning rate for that of the head?
 */
static int follows(const struct settings *s, const char *key, const char *own)
{
	const char *lr = settings_find(s, "lr");

	return !strcmp(key, "head_lr") && is_equal(own, "0") && lr &&
	       is_equal(settings_find(s, "head_lr"), lr);
}

/* Is this the evaluation that the run's series has its value from? It is the first one of a step
 * with that value; later ones may have reached the same value with other settings. */
static int is_of_series(struct migration *m, const struct old *e, struct error *err)
{
	int64_t one;

	return db_int(m->s, &one, err,
		      "SELECT 1 FROM eval_value v JOIN metric m ON m.run_id = ?2 AND m.name_id = "
		      "v.name_id AND m.step = ?3 AND m.value IS v.value WHERE v.eval_id = ?1 AND "
		      "NOT EXISTS (SELECT 1 FROM eval f WHERE f.run_id = ?2 AND f.step = ?3 AND "
		      "f.protocol = ?4 AND f.split = ?5 AND f.id < ?1)",
		      "IIltt", e->id, e->run, e->step, e->protocol, e->split);
}

/* Was the setting chosen? The number of steps of L-BFGS is a result, unless a limit other than the
 * recipe's stopped it.
 */
static int is_choice(const struct settings *s, const char *key, const char *own)
{
	const char *converged = settings_find(s, "converged"), *steps = settings_find(s, "steps");

	if (strcmp(key, "steps"))
		return 1;
	return converged && !strcmp(converged, "false") &&
	       strtol(steps, NULL, 10) < strtol(own, NULL, 10);
}

static int differs(struct migration *m, const struct old *e, const struct settings *s,
		   struct strbuf *out, struct error *err)
{
	int same = is_of_series(m, e, err);

	for (int i = 0; same == 0 && i < s->n; i++) {
		const char *key = s->key[i];
		char own[128], used[128];
		int found;

		if (!strcmp(key, "labels") ||
		    (!strcmp(key, "seed") && !settings_draw(e->protocol, s)))
			continue;
		found = value_of(m, e, key, own, err);
		if (found < 0)
			return -1;
		as_in_recipe(e, s, key, s->value[i], used);
		cut(s, key, used);
		cut(s, key, own);
		if (found && is_choice(s, key, own) && !is_equal(own, used) &&
		    !follows(s, key, own))
			identity_add_setting(key, used, out);
	}
	return same < 0 ? -1 : 0;
}

/* Why the evaluation has no result by the present rules; "" if it has one. */
static int why_missing(struct migration *m, const struct old *e, const struct settings *s,
		       char out[160], struct error *err)
{
	const char *converged = settings_find(s, "converged");
	int64_t step = 0;
	int found;

	out[0] = 0;
	if (converged && !strcmp(converged, "false")) {
		snprintf(out, 160, "the probe did not converge in %s steps",
			 settings_find(s, "steps") ? settings_find(s, "steps") : "its");
		return 0;
	}
	found = db_int(m->s, &step, err,
		       "SELECT min(m.step) FROM metric_summary y JOIN metric_name n ON n.id = "
		       "y.name_id AND n.name = 'loss' JOIN metric m ON m.run_id = y.run_id AND "
		       "m.name_id = y.name_id AND m.kind = 1 WHERE y.run_id = ? AND y.n_bad > 0",
		       "I", e->run);
	if (found > 0 && e->step >= step)
		snprintf(out, 160,
			 "the loss was not a number from step %lld on, nor were the weights",
			 (long long)step);
	return found < 0 ? -1 : 0;
}

/* Writes "test.knn.top5" with these settings and rule=1. */
static void renamed(const char *name, const char *settings, int old_rule, struct strbuf *out)
{
	struct strbuf list = STRBUF_INIT;

	strbuf_adds(&list, settings);
	if (old_rule)
		identity_add_setting("rule", "1", &list);
	strbuf_add(out, name, identity_base(name));
	if (list.len) {
		strbuf_addc(out, '/');
		identity_canonical(list.buf, out);
	}
	strbuf_release(&list);
}

/* Gives the series' value at this step, or all values (step -1), the other name. */
static int move_series(struct migration *m, int64_t run, int64_t from, int64_t to, long step,
		       struct error *err)
{
	if (db_run(m->s, err,
		   "UPDATE OR REPLACE metric SET name_id = ?3 WHERE run_id = ?1 AND name_id = ?2 "
		   "AND (?4 < 0 OR step = ?4)",
		   "IIIl", run, from, to, step))
		return -1;
	if (!sqlite3_changes(m->s->db))
		return 0;
	return metrics_check(m->s, run, from, 1, err) < 0 ||
		       metrics_check(m->s, run, to, 1, err) < 0
		   ? -1
		   : 0;
}

struct value {
	int64_t name_id;
	char name[256];
};

static int values_of(struct migration *m, const struct old *e, struct value out[8], int *n,
		     struct error *err)
{
	sqlite3_stmt *st =
	    db_prepare(m->s,
		       "SELECT v.name_id, n.name FROM eval_value v JOIN metric_name n "
		       "ON n.id = v.name_id WHERE v.eval_id = ? LIMIT 8",
		       err);
	int more;

	*n = 0;
	if (!st)
		return -1;
	db_bind(st, "I", e->id);
	while ((more = db_step(m->s, st, err)) > 0) {
		out[*n].name_id = sqlite3_column_int64(st, 0);
		db_text_into(st, 1, out[*n].name, sizeof out[*n].name);
		++*n;
	}
	return more;
}

static int is_knn_top5(const char *name)
{
	size_t n = strlen(name);

	return n > 9 && !strcmp(name + n - 9, ".knn.top5");
}

/* Updates a value of an evaluation: its name, the name of its value in the series, and its measure.
 */
static int name_value(struct migration *m, const struct old *e, const struct value *v,
		      const char *settings, int missing, const char *measure, struct error *err)
{
	struct strbuf name = STRBUF_INIT;
	int64_t to;
	int ret = -1;

	renamed(v->name, settings, missing || is_knn_top5(v->name), &name);
	if (metric_name_id(m->s, name.buf, &to, err))
		goto done;
	ret = identity_add_measure(m->s, to, measure, err);
	if (ret || to == v->name_id)
		goto done;
	ret = db_run(m->s, err,
		     "UPDATE eval_value SET name_id = ?3 WHERE eval_id = ?1 AND name_id = ?2",
		     "III", e->id, v->name_id, to);
	if (!ret && missing && !*settings)
		ret = move_series(m, e->run, v->name_id, to, e->step, err);
done:
	strbuf_release(&name);
	return ret;
}

/* Adds the same evaluation by the present rules, by which it has no result. */
static int insert_missing(struct migration *m, const struct old *e, const struct value *v, int n,
			  const char *settings, const char *measure, const char *why,
			  struct error *err)
{
	int64_t id;

	if (db_run(m->s, err,
		   "INSERT INTO eval (run_id, step, epoch, protocol, split, settings, seconds, "
		   "created, rules, differs, measure, missing) SELECT run_id, step, epoch, "
		   "protocol, split, settings, 0, created, ?2, ?3, ?4, ?5 FROM eval WHERE id = ?1",
		   "Iittt", e->id, (int)RUN_RULES, settings, measure, why))
		return -1;
	id = sqlite3_last_insert_rowid(m->s->db);
	for (int i = 0; i < n; i++) {
		struct strbuf name = STRBUF_INIT;
		int64_t to;
		int ret;

		renamed(v[i].name, settings, 0, &name);
		ret = metric_name_id(m->s, name.buf, &to, err) ||
		      db_run(m->s, err,
			     "INSERT INTO eval_value (eval_id, name_id, value, kind) "
			     "VALUES (?, ?, NULL, 1)",
			     "II", id, to);
		strbuf_release(&name);
		if (ret)
			return -1;
	}
	return 0;
}

static int migrate_eval(struct migration *m, const struct old *e, struct error *err)
{
	struct strbuf measure = STRBUF_INIT, other = STRBUF_INIT;
	struct settings s = {0};
	struct value value[8];
	char why[160];
	int n, ret = -1;

	settings_read(&s, e->settings);
	identity_measure(e->protocol, e->settings, &measure);
	if (differs(m, e, &s, &other, err) || why_missing(m, e, &s, why, err) ||
	    values_of(m, e, value, &n, err))
		goto done;
	ret = db_run(m->s, err, "UPDATE eval SET measure = ?2, differs = ?3 WHERE id = ?1", "Itt",
		     e->id, measure.buf, other.buf);
	for (int i = 0; !ret && i < n; i++)
		ret = name_value(m, e, &value[i], other.buf, why[0] != 0, measure.buf, err);
	if (!ret && why[0])
		ret = insert_missing(m, e, value, n, other.buf, measure.buf, why, err);
done:
	settings_release(&s);
	strbuf_release(&measure);
	strbuf_release(&other);
	return ret;
}

static int list_evals(struct migration *m, int64_t run, struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    m->s,
	    "SELECT e.id, e.run_id, r.recipe_id, e.step, e.protocol, e.split, e.settings "
	    "FROM eval e JOIN run r ON r.id = e.run_id WHERE e.measure = '' AND e.rules = "
	    "1 AND (?1 = 0 OR e.run_id = ?1) ORDER BY e.id",
	    err);
	int more;

	if (!st)
		return -1;
	db_bind(st, "I", run);
	while ((more = db_step(m->s, st, err)) > 0) {
		struct old *e;

		m->eval = xrealloc(m->eval, ((size_t)m->n + 1) * sizeof *m->eval);
		e = &m->eval[m->n++];
		e->id = sqlite3_column_int64(st, 0);
		e->run = sqlite3_column_int64(st, 1);
		e->recipe = sqlite3_column_int64(st, 2);
		e->step = (long)sqlite3_column_int64(st, 3);
		db_text_into(st, 4, e->protocol, sizeof e->protocol);
		db_text_into(st, 5, e->split, sizeof e->split);
		e->settings = db_text_dup(st, 6);
	}
	return more;
}

/* Top-5 of kNN: every run that began with version 1 of the rules has it by version 1 in its series.
 */
static int move_top5(struct migration *m, int64_t run, struct error *err)
{
	static const char *const split[] = {"test", "val"};

	for (int i = 0; i < 2; i++) {
		char name[64];
		int64_t from, to, next = 0;
		int found;

		snprintf(name, sizeof name, "%s.knn.top5", split[i]);
		found = db_int(m->s, &from, err, "SELECT id FROM metric_name WHERE name = ?", "t",
			       name);
		snprintf(name, sizeof name, "%s.knn.top5/rule=1", split[i]);
		if (found < 0 || (found && metric_name_id(m->s, name, &to, err)))
			return -1;
		while (found > 0) {
			found = db_int(m->s, &next, err,
				       "SELECT min(y.run_id) FROM metric_summary y JOIN run r ON "
				       "r.id = y.run_id AND r.rules = 1 WHERE y.name_id = ?1 AND "
				       "y.run_id > ?2 AND (?3 = 0 OR y.run_id = ?3)",
				       "III", from, next, run);
			if (found < 0 || (found && move_series(m, next, from, to, -1, err)))
				return -1;
		}
	}
	return 0;
}

/* Deletes names that have no value any more. */
static int drop_names(struct migration *m, struct error *err)
{
	return db_run(m->s, err,
		      "DELETE FROM metric_measure WHERE name_id NOT IN (SELECT name_id FROM "
		      "eval_value)",
		      "") ||
		       db_run(m->s, err,
			      "DELETE FROM metric_name WHERE name GLOB '*.top[15]*' AND id NOT IN "
			      "(SELECT name_id FROM metric_summary) AND id NOT IN (SELECT name_id "
			      "FROM eval_value)",
			      "")
		   ? -1
		   : 0;
}

int identity_migrate(struct store *s, int64_t run, struct error *err)
{
	struct migration m = {.s = s};
	int ret = list_evals(&m, run, err);

	for (int i = 0; !ret && i < m.n; i++)
		ret = migrate_eval(&m, &m.eval[i], err);
	if (!ret)
		ret = move_top5(&m, run, err);
	if (!ret && m.n && !run) /* the names of an import may be needed by its further runs */
		ret = drop_names(&m, err);
	for (int i = 0; i < m.n; i++)
		free(m.eval[i].settings);
	free(m.eval);
	return ret;
}

int identity_import(struct store *s, int64_t run, struct error *err)
{
	if (identity_migrate(s, run, err))
		return -1;
	return db_run(s, err,
		      "INSERT OR IGNORE INTO metric_measure (name_id, measure) SELECT v.name_id, "
		      "e.measure FROM eval e JOIN eval_value v ON v.eval_id = e.id "
		      "WHERE e.run_id = ? AND e.missing IS NULL",
		      "I", run);
}
