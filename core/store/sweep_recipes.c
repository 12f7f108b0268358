/* The recipes of a sweep's cells; see sweep_recipes.h. */
#include <stdlib.h>
#include <string.h>

#include "core/store/store_internal.h"
#include "core/store/sweep_recipes.h"

int sweeps_recipes(struct store *s, int64_t sweep,
		   int (*fn)(void *ctx, const struct sweep_recipe *r, struct error *err), void *ctx,
		   struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s,
	    "SELECT p.json, p.group_hash, c.label, d.name, c.dataset_id, c.ordinal, "
	    "total(c.status = 'queued' OR (c.status = 'running' AND NOT coalesce(cell_lives(c.id), "
	    "c.lease_until >= ?2))), min(c.seed_index) "
	    "FROM cell c JOIN recipe p ON p.id = c.recipe_id JOIN dataset d ON d.id = c.dataset_id "
	    "WHERE c.sweep_id = ?1 GROUP BY c.ordinal ORDER BY c.ordinal",
	    err);
	int more, ret = 0;

	if (!st)
		return -1;
	db_bind(st, "If", sweep, clock_unix());
	while (!ret && (more = db_step(s, st, err)) > 0) {
		struct sweep_recipe r = {.json = db_text(st, 0),
					 .group_hash = db_text(st, 1),
					 .label = db_text(st, 2),
					 .dataset = db_text(st, 3),
					 .dataset_id = sqlite3_column_int64(st, 4),
					 .ordinal = sqlite3_column_int(st, 5),
					 .waiting = sqlite3_column_int(st, 6)};

		ret = fn(ctx, &r, err);
	}
	if (ret)
		sqlite3_reset(st);
	return ret ? -1 : more;
}

int sweeps_has_cell(struct store *s, int64_t sweep, const char *recipe_hash, const char *dataset,
		    int64_t dataset_id, struct error *err)
{
	int64_t id;

	return db_int(s, &id, err,
		      "SELECT c.id FROM recipe p JOIN cell c ON c.recipe_id = p.id JOIN dataset d "
		      "ON d.id = c.dataset_id WHERE p.hash = ?1 AND c.sweep_id = ?2 AND "
		      "CASE WHEN ?4 THEN d.id = ?4 ELSE d.name = ?3 AND d.removed IS NULL END",
		      "tItI", recipe_hash, sweep, dataset, dataset_id);
}

int sweeps_can_reuse(struct store *s, const char *recipe_hash, const char *dataset,
		     int64_t dataset_id, const char *binary, struct error *err)
{
	int64_t id;

	return db_int(
	    s, &id, err,
	    "SELECT r.id FROM recipe p JOIN run r ON r.recipe_id = p.id JOIN dataset d ON "
	    "d.id = r.dataset_id JOIN code o ON o.id = r.code_id "
	    "WHERE p.hash = ?1 AND r.status = 'done' AND o.binary_sha256 = ?4 AND "
	    "r.id NOT IN (SELECT run_id FROM trash) AND "
	    "CASE WHEN ?3 THEN d.id = ?3 ELSE d.name = ?2 AND d.removed IS NULL END",
	    "ttIt", recipe_hash, dataset, dataset_id, binary);
}

/* Appends "vicreg.mu=5 optim.epochs=2": the settings in which the recipe differs from `other`,
 * except the seed. */
static int add_differences(struct store *s, int64_t recipe, int64_t other, struct strbuf *label,
			   struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s,
	    "SELECT n.name, replace(p.value, ' ', '') FROM param p JOIN param_name n ON n.id = "
	    "p.name_id LEFT JOIN param o ON o.recipe_id = ?2 AND o.name_id = p.name_id WHERE "
	    "p.recipe_id = ?1 AND n.name <> 'seed' AND o.value IS NOT p.value ORDER BY n.name "
	    "LIMIT 4",
	    err);
	int more;

	if (!st)
		return -1;
	db_bind(st, "II", recipe, other);
	while ((more = db_step(s, st, err)) > 0)
		strbuf_addf(label, "%s%s=%s", label->len ? " " : "", db_text(st, 0),
			    db_text(st, 1));
	return more;
}

int sweep_label(struct store *s, int64_t sweep, int64_t last, int64_t recipe,
		const char *group_hash, struct strbuf *label, struct error *err)
{
	int64_t other;

	for (int round = 0; round < 8; round++) {
		size_t before = label->len;
		int found =
		    db_int(s, &other, err,
			   "SELECT c.recipe_id FROM cell c JOIN recipe p ON p.id = c.recipe_id "
			   "WHERE c.sweep_id = ? AND c.id <= ? AND c.label = ? AND p.group_hash <> "
			   "? ORDER BY c.ordinal LIMIT 1",
			   "IItt", sweep, last, label->buf, group_hash);

		if (found <= 0)
			return found;
		if (add_differences(s, recipe, other, label, err))
			return -1;
		if (label->len == before) /* it differs only in settings that it lacks */
			return 0;
	}
	return 0;
}
