/* Runs, sweeps and what they share as text; see bundle.h. */
#include <stdlib.h>
#include <string.h>

#include "core/store/bundle/bundle_internal.h"

int bundle_begin(struct store *s, struct error *err)
{
	return db_run(s, err, "BEGIN", "");
}

void bundle_end(struct store *s)
{
	db_run(s, NULL, "ROLLBACK", ""); /* nothing was written */
}

int bundle_export_shared(struct store *s, const struct selection *sel, const char *table,
			 struct strbuf *out, struct error *err)
{
	struct bundle_schema *b = xmalloc(sizeof *b);
	const char *needs = bundle_needed(table);
	struct strbuf sql = STRBUF_INIT;
	sqlite3_stmt *st = NULL;
	int ret = bundle_schema_read(s, b, err);

	if (ret)
		goto done;
	bundle_select_sql(bundle_table_find(b, table), &sql);
	if (needs)
		strbuf_addf(&sql, " WHERE t.id IN (%s)", needs);
	else
		strbuf_addf(&sql, " WHERE t.recipe_id IN (%s)", bundle_needed("recipe"));
	ret = bundle_prepare(s, sql.buf, sel, &st, err);
	if (ret)
		goto done;
	ret = bundle_add_rows(s, st, bundle_table_find(b, table), 1, NULL, out, err);
done:
	sqlite3_finalize(st);
	strbuf_release(&sql);
	free(b);
	return ret;
}

static int export_table(struct store *s, const struct bundle_table *t, int64_t run,
			const char *name, struct strbuf *out, struct error *err)
{
	struct strbuf sql = STRBUF_INIT;
	sqlite3_stmt *st = NULL;
	int ret;

	bundle_select_sql(t, &sql);
	if (!strcmp(t->name, "run"))
		strbuf_adds(&sql, " WHERE t.id = ?1");
	else if (!strcmp(t->owner, "run"))
		strbuf_adds(&sql, " WHERE t.run_id = ?1");
	else
		strbuf_adds(&sql, " WHERE t.eval_id IN (SELECT id FROM eval WHERE run_id = ?1)");
	strbuf_adds(&sql, t->has_id ? " ORDER BY t.id" : "");
	ret = sqlite3_prepare_v2(s->db, sql.buf, -1, &st, NULL) ? db_error(s, err) : 0;
	if (!ret) {
		sqlite3_bind_int64(st, 1, run);
		ret = bundle_add_rows(s, st, t, !t->has_id, name, out, err);
	}
	sqlite3_finalize(st);
	strbuf_release(&sql);
	return ret;
}

int bundle_export_run(struct store *s, int64_t run, const char *name, struct strbuf *out,
		      char uuid[37], struct error *err)
{
	sqlite3_stmt *st = db_prepare(s, "SELECT uuid FROM run WHERE id = ?", err);
	struct bundle_schema *b;
	int ret, owned = 0;

	if (!st)
		return -1;
	db_bind(st, "I", run);
	while ((ret = db_step(s, st, err)) > 0)
		db_text_into(st, 0, uuid, 37);
	b = xmalloc(sizeof *b);
	if (!ret)
		ret = bundle_schema_read(s, b, err);
	for (int i = 0; !ret && i < b->n; i++) {
		int is_run = !strcmp(b->table[i].name, "run");

		owned |= is_run;
		if (owned)
			ret = export_table(s, &b->table[i], run, is_run ? name : NULL, out, err);
	}
	free(b);
	return ret;
}

int bundle_objects(struct store *s, const struct selection *sel,
		   int (*fn)(void *ctx, const char *sha256, int64_t bytes, struct error *err),
		   void *ctx, struct error *err)
{
	struct strbuf sql = STRBUF_INIT;
	sqlite3_stmt *st = NULL;
	int ret, rc = SQLITE_DONE;

	strbuf_addf(&sql, "SELECT sha256, bytes FROM object WHERE id IN (%s) ORDER BY sha256",
		    bundle_needed("object"));
	ret = bundle_prepare(s, sql.buf, sel, &st, err);
	if (!ret) {
		while (!ret && (rc = sqlite3_step(st)) == SQLITE_ROW)
			ret = fn(ctx, db_text(st, 0), sqlite3_column_int64(st, 1), err);
		if (!ret && rc != SQLITE_DONE)
			ret = db_error(s, err);
	}
	sqlite3_finalize(st);
	strbuf_release(&sql);
	return ret;
}

static int add_sweep_rows(struct store *s, const struct selection *sel,
			  const struct bundle_table *t, const char *which, int64_t sweep,
			  struct strbuf *out, struct error *err)
{
	struct strbuf sql = STRBUF_INIT;
	sqlite3_stmt *st = NULL;
	int ret;

	bundle_select_sql(t, &sql);
	strbuf_adds(&sql, which);
	ret = bundle_prepare(s, sql.buf, sel, &st, err);
	if (!ret) {
		sqlite3_bind_int64(st, 3, sweep);
		ret = bundle_add_rows(s, st, t, 0, NULL, out, err);
	}
	sqlite3_finalize(st);
	strbuf_release(&sql);
	return ret;
}

int bundle_export_sweep(struct store *s, const struct selection *sel, int64_t sweep,
			struct strbuf *out, char uuid[37], struct error *err)
{
	sqlite3_stmt *st = db_prepare(s, "SELECT uuid FROM sweep WHERE id = ?", err);
	struct bundle_schema *b;
	int ret;

	if (!st)
		return -1;
	db_bind(st, "I", sweep);
	while ((ret = db_step(s, st, err)) > 0)
		db_text_into(st, 0, uuid, 37);
	b = xmalloc(sizeof *b);
	ret = ret || bundle_schema_read(s, b, err) ||
	      add_sweep_rows(s, sel, bundle_table_find(b, "sweep"), " WHERE t.id = ?3", sweep, out,
			     err) ||
	      add_sweep_rows(s, sel, bundle_table_find(b, "cell"),
			     " WHERE t.sweep_id = ?3 ORDER BY t.seed_index, t.ordinal, t.seed",
			     sweep, out, err);
	free(b);
	return ret ? -1 : 0;
}
