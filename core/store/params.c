/* Derives rows of table param again; see params.h. */
#include "core/store/params.h"

#include <stdlib.h>
#include <string.h>

#include "core/store/store_internal.h"

/* Which rows are out of date? 1: all; 0: those of recipes above *after (none if it is negative);
 * -1. */
static int what_is_stale(struct store *s, const char *stamp, int64_t *after, struct error *err)
{
	int64_t one;
	int current = db_int(s, &one, err, "SELECT 1 FROM meta WHERE key = 'params' AND value = ?",
			     "t", stamp);
	int marked = current < 0 ? -1
				 : db_int(s, after, err,
					  "SELECT CAST(value AS INTEGER) FROM meta WHERE key = "
					  "'params_after'",
					  "");

	if (current < 0 || marked < 0)
		return -1;
	if (!marked)
		*after = -1;
	return !current;
}

static int rename_keys(struct store *s, const struct params_name *name, int n, struct error *err)
{
	for (int i = 0; i < n; i++)
		if (db_run(s, err, "UPDATE OR IGNORE param_name SET name = ? WHERE name = ?", "tt",
			   name[i].name, name[i].was))
			return -1;
	return 0;
}

static int rename_methods(struct store *s, const struct params_name *name, int n, struct error *err)
{
	for (int i = 0; i < n; i++)
		if (db_run(s, err, "UPDATE run SET method = ? WHERE method = ?", "tt", name[i].name,
			   name[i].was))
			return -1;
	return 0;
}

/* Renames a key that a bundle brought under its old name. */
static int drop_names(struct store *s, const struct params_name *name, int n, struct error *err)
{
	for (int i = 0; i < n; i++)
		if (db_run(s, err,
			   "DELETE FROM param_name WHERE name = ? AND id NOT IN (SELECT name_id "
			   "FROM param)",
			   "t", name[i].was))
			return -1;
	return 0;
}

struct stale {
	int64_t id;
	char *json;
};

static int each_stale(struct store *s, int64_t after, const struct params_makers *m,
		      struct error *err)
{
	sqlite3_stmt *st =
	    db_prepare(s, "SELECT id, json FROM recipe WHERE id > ? ORDER BY id", err);
	struct stale *row = NULL;
	int n = 0, more, ret;

	if (!st)
		return -1;
	db_bind(st, "I", after);
	while ((more = db_step(s, st, err)) > 0) {
		if (!(n & (n - 1)))
			row = xrealloc(row, (size_t)(n ? 2 * n : 1) * sizeof *row);
		row[n].id = sqlite3_column_int64(st, 0);
		row[n++].json = xstrdup(db_text(st, 1));
	}
	ret = more;
	for (int i = 0; i < n; i++) {
		if (!ret)
			ret = m->make(s, row[i].id, row[i].json, err);
		free(row[i].json);
	}
	free(row);
	return ret;
}

static int remake(struct store *s, const struct params_makers *m, int64_t after, struct error *err)
{
	return rename_keys(s, m->renamed, m->n_renamed, err) ||
		       rename_methods(s, m->methods, m->n_methods, err) ||
		       each_stale(s, after, m, err) ||
		       drop_names(s, m->renamed, m->n_renamed, err) ||
		       db_run(s, err, "DELETE FROM meta WHERE key = 'params_after'", "") ||
		       db_run(s, err,
			      "INSERT OR REPLACE INTO meta (key, value) VALUES ('params', ?)", "t",
			      m->stamp)
		   ? -1
		   : 0;
}

int params_remake_needed(struct store *s, const struct params_makers *m, struct error *err)
{
	int64_t after = -1, one;
	int all = what_is_stale(s, m->stamp, &after, err);

	if (all <= 0 && after < 0)
		return all;
	return db_int(s, &one, err, "SELECT 1 FROM recipe WHERE id > ? LIMIT 1", "I",
		      all ? 0 : after);
}

int params_remake(struct store *s, const struct params_makers *m, struct error *err)
{
	int64_t after = -1;
	int all = what_is_stale(s, m->stamp, &after, err);

	if (all < 0 || (!all && after < 0))
		return all < 0 ? -1 : 0;
	if (tx_begin(s, err))
		return -1;
	all = what_is_stale(s, m->stamp, &after, err); /* another process may have done it */
	if (all < 0 || (!all && after < 0))
		return tx_end(s, all < 0 ? -1 : 0, err);
	return tx_end(s, remake(s, m, all ? 0 : after, err), err);
}

int params_replace(struct store *s, int64_t recipe, const struct run_param *p, int n,
		   struct error *err)
{
	if (db_run(s, err, "DELETE FROM param WHERE recipe_id = ?", "I", recipe))
		return -1;
	for (int i = 0; i < n; i++)
		if (param_insert(s, recipe, &p[i], err))
			return -1;
	return 0;
}

int params_mark(struct store *s, struct error *err)
{
	return db_run(s, err,
		      "INSERT OR IGNORE INTO meta (key, value) SELECT 'params_after', "
		      "CAST(coalesce(max(id), 0) AS TEXT) FROM recipe",
		      "");
}
