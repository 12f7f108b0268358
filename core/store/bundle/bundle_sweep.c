/* Sweeps as text; see bundle.h. What tells how far a cell is, is said as it will be elsewhere,
 * where no worker is at work. */
#include <stdio.h>
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

/* A cell's columns that do not travel as they are. ?1 the runs of the bundle. */
#define IS_DONE "(t.status = 'done' AND t.run_id IN (SELECT value FROM json_each(?1)))"
static const struct {
	const char *name, *sql;
} of_cell[] = {
    {"run_id", "(SELECT k.uuid FROM run k WHERE k.id = t.run_id AND k.id IN (SELECT value FROM "
	       "json_each(?1)))"},
    {"status", "CASE WHEN t.status IN ('failed', 'pruned') OR " IS_DONE " THEN t.status ELSE "
	       "'queued' END"},
    {"finished", "CASE WHEN t.status IN ('failed', 'pruned') OR " IS_DONE " THEN t.finished END"},
    {"lease_until", "0.0"},
};
#undef IS_DONE

const char *bundle_cell_column(const char *column)
{
	for (size_t i = 0; i < sizeof of_cell / sizeof *of_cell; i++)
		if (!strcmp(of_cell[i].name, column))
			return of_cell[i].sql;
	return NULL;
}

static int add_rows(struct store *s, const struct selection *sel, const struct bundle_table *t,
		    const char *which, int64_t sweep, struct strbuf *out, struct error *err)
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
	ret =
	    ret || bundle_schema_read(s, b, err) ||
	    add_rows(s, sel, bundle_table_find(b, "sweep"), " WHERE t.id = ?3", sweep, out, err) ||
	    add_rows(s, sel, bundle_table_find(b, "cell"),
		     " WHERE t.sweep_id = ?3 ORDER BY t.rank, t.ordinal, t.seed", sweep, out, err);
	free(b);
	return ret ? -1 : 0;
}
