#include "core/store/evals.h"

#include <math.h>

#include "core/base/strbuf.h"
#include "core/store/identity.h"
#include "core/store/metric_names.h"
#include "core/store/store_internal.h"

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
