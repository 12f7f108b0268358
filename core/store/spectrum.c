#include "core/store/spectrum.h"

#include "core/store/store_internal.h"

static int insert_all(struct store *s, const struct run_handle *h, long step,
		      const struct spectrum_value *v, int n, struct error *err)
{
	for (int i = 0; i < n; i++)
		if (db_run(s, err,
			   "INSERT OR REPLACE INTO spectrum (run_id, name, step, i, value) "
			   "VALUES (?, ?, ?, ?, ?)",
			   "Itlif", h->id, v[i].name, step, v[i].i, v[i].value))
			return -1;
	return 0;
}

int spectra_insert(struct store *s, const struct run_handle *h, long step,
		   const struct spectrum_value *v, int n, struct error *err)
{
	if (tx_begin(s, err))
		return -1;
	return tx_end(s, run_fence(s, h, err) || insert_all(s, h, step, v, n, err), err);
}

int spectra_truncate(struct store *s, int64_t run, int64_t step, struct error *err)
{
	return db_run(s, err, "DELETE FROM spectrum WHERE run_id = ? AND step > ?", "II", run,
		      step);
}

int series_tail(struct store *s, int64_t run_id, const char *metric, long step, double *out,
		int max, struct error *err)
{
	sqlite3_stmt *st =
	    db_prepare(s,
		       "SELECT value, kind FROM metric WHERE run_id = ? AND name_id = "
		       "(SELECT id FROM metric_name WHERE name = ?) AND step <= ? "
		       "ORDER BY step DESC LIMIT ?",
		       err);
	int n = 0, more;

	if (!st)
		return -1;
	db_bind(st, "Itli", run_id, metric, step, max);
	while ((more = db_step(s, st, err)) > 0)
		out[n++] = value_make((enum value_kind)sqlite3_column_int(st, 1),
				      sqlite3_column_double(st, 0));
	return more < 0 ? -1 : n;
}
