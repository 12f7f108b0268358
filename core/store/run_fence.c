/* The fencing token of runs: only the newest attempt of a running run may write to it. */
#include "core/store/runs.h"
#include "core/store/store_internal.h"

int run_fence(struct store *s, const struct run_handle *h, struct error *err)
{
	int64_t newest = 0;
	int mine =
	    db_int(s, &newest, err,
		   "SELECT attempt_id FROM run WHERE id = ? AND status = 'running'", "I", h->id);

	if (mine < 0)
		return -1;
	if (mine && newest == h->attempt)
		return 0;
	return error_set(err, ERR_FAILED,
			 mine ? "run %s: another process has taken it over"
			      : "run %s: it is settled, or gone",
			 h->name);
}
