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
