/* Removes what was recorded of a run above a step, so that a new attempt can continue from there.
 */
#include <string.h>

#include "core/base/strbuf.h"
#include "core/store/schema_check.h"
#include "core/store/store_internal.h"

/* The log of what happened, which a new attempt does not undo. */
static int is_kept(const char *table)
{
	return !strcmp(table, "event");
}

static int delete_above(struct store *s, const char *table, int64_t run, int64_t step,
			struct error *err)
{
	struct strbuf sql = STRBUF_INIT;
	sqlite3_stmt *st = NULL;
	int ret = 0;

	strbuf_adds(&sql, "DELETE FROM ");
	db_add_name(&sql, table);
	strbuf_adds(&sql, " WHERE run_id = ? AND step > ?");
	if (sqlite3_prepare_v2(s->db, sql.buf, -1, &st, NULL))
		ret = db_error(s, err);
	if (!ret) {
		db_bind(st, "II", run, step);
		if (sqlite3_step(st) != SQLITE_DONE)
			ret = db_error(s, err);
	}
	sqlite3_finalize(st);
	strbuf_release(&sql);
	return ret;
}

static int truncate_table(struct store *s, const char *table, int64_t run, int64_t step,
			  struct hashes *gone, struct error *err)
{
	if (is_kept(table))
		return 0;
	if (!strcmp(table, "metric"))
		return metrics_truncate(s, run, step, err);
	if (!strcmp(table, "checkpoint"))
		return checkpoints_cut(s, run, step + 1, INT64_MAX, INT64_MIN, gone, err);
	return delete_above(s, table, run, step, err);
}

enum { TABLES = 32 };

int run_truncate(struct store *s, int64_t run, int64_t step, struct hashes *gone, struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s,
	    "SELECT m.name FROM sqlite_schema m WHERE m.type = 'table' AND EXISTS (SELECT 1 FROM "
	    "pragma_table_info(m.name) WHERE name = 'run_id') AND EXISTS (SELECT 1 FROM "
	    "pragma_table_info(m.name) WHERE name = 'step') ORDER BY m.name",
	    err);
	char name[TABLES][64];
	int n = 0, more;

	if (!st)
		return -1;
	while ((more = db_step(s, st, err)) > 0)
		if (n < TABLES && schema_has_table(db_text(st, 0))) /* others are the user's */
			db_text_into(st, 0, name[n++], sizeof *name);
	for (int i = 0; !more && i < n; i++)
		more = truncate_table(s, name[i], run, step, gone, err);
	return more;
}
