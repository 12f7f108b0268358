#include "core/store/query/verdict.h"

#include "core/store/store_internal.h"

int collapse_verdict(struct store *s, int64_t run, struct collapse_verdict *out, struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s, "SELECT verdict, coalesce(summary, '') FROM v_collapse WHERE run_id = ?", err);
	int more, found = 0;

	if (!st)
		return -1;
	db_bind(st, "I", run);
	while ((more = db_step(s, st, err)) > 0) {
		db_text_into(st, 0, out->verdict, sizeof out->verdict);
		db_text_into(st, 1, out->summary, sizeof out->summary);
		found = 1;
	}
	return more < 0 ? -1 : found;
}
