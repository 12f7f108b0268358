#include "core/store/metric_names.h"

#include "core/store/identity.h"
#include "core/store/metric_kinds.h"
#include "core/store/runs.h"

int metric_name_id(struct store *s, const char *name, int64_t *id, struct error *err)
{
	const struct metric_kind *kind = metric_kind(name);
	int found = db_int(s, id, err, "SELECT id FROM metric_name WHERE name = ?", "t", name);

	if (found)
		return found < 0 ? -1 : 0;
	if (db_run(s, err, "INSERT INTO metric_name (name, goal, unit, about) VALUES (?, ?, ?, ?)",
		   "tttt", name, kind->goal, kind->unit, kind->about))
		return -1;
	*id = sqlite3_last_insert_rowid(s->db);
	return 0;
}

static int refresh(struct store *s, int64_t id, const char *name, struct error *err)
{
	const struct metric_kind *kind = metric_kind(name);

	if (kind->guess)
		return 0;
	return db_run(s, err, "UPDATE metric_name SET goal = ?, unit = ?, about = ? WHERE id = ?",
		      "tttI", kind->goal, kind->unit, kind->about, id);
}

int metric_names_refresh(struct store *s, struct error *err)
{
	int64_t id = -1;
	char name[256];
	int found;

	while ((found = db_int(s, &id, err,
			       "SELECT min(id) FROM metric_name WHERE id > ? HAVING "
			       "min(id) IS NOT NULL",
			       "I", id)) > 0)
		if (metric_name_text(s, id, name, err) || refresh(s, id, name, err))
			return -1;
	return found;
}

/* used: only those that have values. */
static int resolve(struct store *s, const char *name, int used, int64_t id[3], struct error *err)
{
	static const char *const prefix[] = {"", "test.", "val."};
	int n = 0, found;

	for (int i = 0; i < 3; i++) {
		found =
		    db_int(s, &id[n], err,
			   "SELECT id FROM metric_name n WHERE name = ?1 || ?2 AND (NOT ?3 OR "
			   "EXISTS (SELECT 1 FROM metric_summary WHERE name_id = n.id) OR EXISTS "
			   "(SELECT 1 FROM eval_value WHERE name_id = n.id))",
			   "tti", prefix[i], name, used);
		if (found < 0)
			return -1;
		n += found;
	}
	return n;
}

/* Writes the name with its settings in recorded form; rule: version of the rules to add, or 0. */
static void canonical(const char *name, int rule, struct strbuf *out)
{
	size_t n = identity_base(name);
	struct strbuf settings = STRBUF_INIT;

	strbuf_adds(&settings, name[n] ? name + n + 1 : "");
	if (rule)
		strbuf_addf(&settings, "%srule=%d", settings.len ? "," : "", rule);
	strbuf_add(out, name, n);
	if (settings.len) {
		strbuf_addc(out, '/');
		identity_canonical(settings.buf, out);
	}
	strbuf_release(&settings);
}

int metric_resolve(struct store *s, const char *name, int64_t id[3], struct error *err)
{
	int n = resolve(s, name, 1, id, err);

	for (int rule = RUN_RULES; !n && rule > 0; rule--) {
		struct strbuf text = STRBUF_INIT;

		canonical(name, rule < RUN_RULES ? rule : 0, &text);
		n = resolve(s, text.buf, 1, id, err);
		strbuf_release(&text);
	}
	return n ? n : resolve(s, name, 0, id, err);
}

int metric_pick(struct store *s, const char *name, int64_t *id, struct error *err)
{
	int64_t ids[3];
	int n = metric_resolve(s, name, ids, err);

	if (n <= 0)
		return n;
	*id = ids[0];
	return 1;
}

int metric_is_evaluated(struct store *s, int64_t id, struct error *err)
{
	int64_t one;

	return db_int(s, &one, err, "SELECT 1 FROM eval_value WHERE name_id = ? LIMIT 1", "I", id);
}

int metric_name_text(struct store *s, int64_t id, char out[256], struct error *err)
{
	sqlite3_stmt *st = db_prepare(s, "SELECT name FROM metric_name WHERE id = ?", err);
	int found;

	if (!st)
		return -1;
	db_bind(st, "I", id);
	found = db_step(s, st, err);
	if (found < 0)
		return -1;
	if (!found)
		return error_set(err, ERR_CORRUPT,
				 "metric_name %lld: missing: the store is damaged: `ssl fsck`",
				 (long long)id);
	db_text_into(st, 0, out, 256);
	sqlite3_reset(st);
	return 0;
}

int metric_goal(struct store *s, int64_t id, const char **goal, struct error *err)
{
	static const char *const goals[] = {"max", "min", "none"};
	int64_t at = 0;

	if (db_int(s, &at, err,
		   "SELECT CASE goal WHEN 'max' THEN 0 WHEN 'min' THEN 1 ELSE 2 END "
		   "FROM metric_name WHERE id = ?",
		   "I", id) < 0)
		return -1;
	*goal = goals[at];
	return 0;
}

int metric_missing(struct store *s, const char *what, const char *name, struct error *err)
{
	char near[64];

	if (store_nearest(s, METRIC_NAMES_SQL, name, near, err))
		return -1;
	if (near[0])
		return error_set(err, ERR_NOT_FOUND,
				 "%s%s: no run has this metric: did you mean %s?", what, name,
				 near);
	return error_set(err, ERR_NOT_FOUND, "%s%s: no run has this metric", what, name);
}
