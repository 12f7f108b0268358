#include "core/store/run_rows.h"

#include <string.h>

#include "core/store/row.h"

/* Kinds of values. */
enum holds { END, COUNT, FIRST, SIZE, NUMBER, NUMBER_OR_NULL, TEXT, HASH };

enum { COLUMNS = 6 };
static const struct rows {
	const char *table, *sql; /* the row's number, then the columns */
	struct {
		enum holds holds;
		const char *name;
	} column[COLUMNS + 1];
} all[] = {
    {"attempt",
     "SELECT id, n, from_step, started, seconds FROM attempt WHERE run_id = ?",
     {{FIRST, "n"}, {COUNT, "from_step"}, {TEXT, "started"}, {NUMBER_OR_NULL, "seconds"}}},
    {"eval",
     "SELECT id, step, epoch, protocol, split, settings, seconds FROM eval WHERE run_id = ?",
     {{COUNT, "step"},
      {COUNT, "epoch"},
      {TEXT, "protocol"},
      {TEXT, "split"},
      {TEXT, "settings"},
      {NUMBER, "seconds"}}},
    {"checkpoint",
     "SELECT c.id, c.step, c.epoch, o.bytes, o.sha256 FROM checkpoint c LEFT JOIN object o ON o.id "
     "= c.object_id WHERE c.run_id = ?",
     {{COUNT, "step"},
      {COUNT, "epoch"},
      {SIZE, "bytes (of its object)"},
      {HASH, "sha256 (of its object)"}}},
    {"event",
     "SELECT id, step, kind, text FROM event WHERE run_id = ?",
     {{COUNT, "step"}, {TEXT, "kind"}, {TEXT, "text"}}},
    {"metric_summary of run",
     "SELECT run_id, n, n_bad, last_step FROM metric_summary WHERE run_id = ?",
     {{COUNT, "n"}, {COUNT, "n_bad"}, {COUNT, "last_step"}}},
};

static void check_column(struct row *r, int col, enum holds holds, const char *name)
{
	char hash[HASH_HEX], text[2];

	switch (holds) {
	case COUNT:
	case FIRST:
		row_int(r, col, name, holds == FIRST, ROW_COUNT_MAX);
		break;
	case SIZE:
		row_int(r, col, name, 0, INT64_MAX);
		break;
	case NUMBER:
		row_real(r, col, name);
		break;
	case NUMBER_OR_NULL:
		row_real_or_null(r, col, name);
		break;
	case TEXT:
		row_text_into(r, col, name, text, sizeof text);
		break;
	case HASH:
		row_hash(r, col, name, hash);
		break;
	case END:
		break;
	}
}

static int check(struct store *s, const struct rows *t, int64_t run, struct error *err)
{
	struct row r = {db_prepare(s, t->sql, err), t->table, 0, err, 0};
	int more;

	if (!r.st)
		return -1;
	db_bind(r.st, "I", run);
	while ((more = db_step(s, r.st, err)) > 0) {
		r.id = sqlite3_column_int64(r.st, 0);
		for (int i = 0; t->column[i].holds != END; i++)
			check_column(&r, i + 1, t->column[i].holds, t->column[i].name);
		if (r.bad) {
			sqlite3_reset(r.st);
			return -1;
		}
	}
	return more;
}

int run_rows_check(struct store *s, int64_t run, struct error *err)
{
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (check(s, &all[i], run, err))
			return -1;
	return 0;
}
