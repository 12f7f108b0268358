/* The check of all columns that hold times. */
#include <stdio.h>

#include "core/store/store_internal.h"
#include "core/store/upkeep/fsck_internal.h"

/* Every time of the store: its column, a name of its row, the text. */
static const char all_times[] =
    "SELECT place, count(*), min(label), min(time) FROM ("
    "SELECT '' AS place, '' AS label, NULL AS time UNION ALL "
    "SELECT 'meta.value', key, value FROM meta WHERE key = 'created' "
    "UNION ALL SELECT 'object.created', sha256, created FROM object "
    "UNION ALL SELECT 'dataset.created', name, created FROM dataset "
    "UNION ALL SELECT 'dataset.removed', name, removed FROM dataset "
    "UNION ALL SELECT 'run.created', name, created FROM run "
    "UNION ALL SELECT 'run.finished', name, finished FROM run "
    "UNION ALL SELECT 'attempt.started', 'run ' || run_id, started FROM attempt "
    "UNION ALL SELECT 'attempt.ended', 'run ' || run_id, ended FROM attempt "
    "UNION ALL SELECT 'checkpoint.created', 'run ' || run_id, created FROM checkpoint "
    "UNION ALL SELECT 'eval.created', 'run ' || run_id, created FROM eval "
    "UNION ALL SELECT 'tag.created', 'run ' || run_id, created FROM tag "
    "UNION ALL SELECT 'note.created', 'run ' || run_id, created FROM note "
    "UNION ALL SELECT 'event.created', 'run ' || run_id, created FROM event "
    "UNION ALL SELECT 'sweep.created', name, created FROM sweep "
    "UNION ALL SELECT 'cell.finished', 'number ' || id, finished FROM cell "
    "UNION ALL SELECT 'trash.created', 'run ' || run_id, created FROM trash "
    "UNION ALL SELECT 'sweep_trash.created', 'sweep ' || sweep_id, created FROM sweep_trash "
    "UNION ALL SELECT 'engine_table.created', name, created FROM engine_table "
    ") WHERE time IS NOT NULL AND time IS NOT strftime('%Y-%m-%d %H:%M:%f', time) GROUP BY place";

int fsck_check_times(struct store *s, struct fsck *f, struct error *err)
{
	sqlite3_stmt *st = db_prepare(s, all_times, err);
	char why[200];
	int more;

	if (!st)
		return -1;
	while ((more = db_step(s, st, err)) > 0) {
		snprintf(why, sizeof why,
			 "%d rows have a time in another format than 2026-01-31 12:00:00.000, "
			 "first %.60s",
			 sqlite3_column_int(st, 1), db_text(st, 2));
		fsck_report(f, "time", db_text(st, 0), why, 0, 0);
	}
	return more;
}
