/* Rows of checkpoints, and which of them are kept; see runs.h. */
#include <stdlib.h>

#include "core/store/object.h"
#include "core/store/row.h"
#include "core/store/runs.h"
#include "core/store/store_internal.h"

int checkpoint_insert(struct store *s, int64_t run, const struct checkpoint_new *ck,
		      struct error *err)
{
	int64_t object;

	if (object_id_of(s, ck->sha256, ck->bytes, &object, err))
		return -1;
	return db_run(s, err,
		      "INSERT INTO checkpoint (run_id, step, epoch, object_id, created) "
		      "VALUES (?, ?, ?, ?, ?) ON CONFLICT (run_id, step) DO UPDATE "
		      "SET epoch = excluded.epoch, object_id = excluded.object_id, "
		      "created = excluded.created",
		      "IllIt", run, ck->step, ck->epoch, object, stamp_now().text);
}

int checkpoints_cut(struct store *s, int64_t run, int64_t lo, int64_t hi, int64_t except,
		    struct hashes *gone, struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s,
	    "SELECT DISTINCT o.sha256 FROM checkpoint c JOIN object o ON o.id = c.object_id "
	    "WHERE c.run_id = ? AND c.step BETWEEN ? AND ? AND c.step <> ?",
	    err);
	int more;

	if (!st)
		return -1;
	db_bind(st, "IIII", run, lo, hi, except);
	while ((more = db_step(s, st, err)) > 0) {
		gone->hex = xrealloc(gone->hex, ((size_t)gone->n + 1) * sizeof *gone->hex);
		db_text_into(st, 0, gone->hex[gone->n++], HASH_HEX);
	}
	if (more)
		return -1;
	return db_run(s, err,
		      "DELETE FROM checkpoint "
		      "WHERE run_id = ? AND step BETWEEN ? AND ? AND step <> ?",
		      "IIII", run, lo, hi, except);
}

int hashes_drop(struct store *s, struct hashes *gone, int ret, struct error *err)
{
	for (int i = 0, failed = ret; !failed && i < gone->n; i++)
		if (object_drop_unused(s, gone->hex[i],
				       ret ? NULL : err)) /* the first error is reported */
			ret = -1;
	free(gone->hex);
	return ret;
}

int checkpoints_prune(struct store *s, const struct run_handle *h, int keep_last, long best_step,
		      struct error *err)
{
	struct hashes gone = {0};
	int64_t oldest; /* of those to keep */
	int ret;

	if (keep_last <= 0)
		return 0;
	if (tx_begin(s, err))
		return -1;
	ret = run_fence(s, h, err);
	if (!ret)
		ret = db_int(s, &oldest, err,
			     "SELECT step FROM checkpoint WHERE run_id = ? "
			     "ORDER BY step DESC LIMIT 1 OFFSET ?",
			     "Ii", h->id, keep_last - 1);
	if (ret > 0)
		ret = checkpoints_cut(s, h->id, INT64_MIN, oldest - 1, best_step, &gone, err);
	ret = tx_end(s, ret, err);
	return hashes_drop(s, &gone, ret, err);
}

static int read_row(sqlite3_stmt *st, struct checkpoint_row *out, struct error *err)
{
	struct row r = {st, "checkpoint", sqlite3_column_int64(st, 0), err, 0};

	out->id = r.id;
	out->run_id = sqlite3_column_int64(st, 1);
	out->step = (long)row_int(&r, 2, "step", 0, ROW_COUNT_MAX);
	out->epoch = (long)row_int(&r, 3, "epoch", 0, ROW_COUNT_MAX);
	out->bytes = row_int(&r, 4, "bytes (of its object)", 0, INT64_MAX);
	row_hash(&r, 5, "sha256 (of its object)", out->sha256);
	db_text_into(st, 6, out->created, sizeof out->created);
	return r.bad ? -1 : 0;
}

int checkpoints_find(struct store *s, int64_t run_id, long epoch, struct checkpoint_row *out,
		     struct error *err)
{
	sqlite3_stmt *st = db_prepare(s,
				      "SELECT c.id, c.run_id, c.step, c.epoch, o.bytes, o.sha256, "
				      "c.created FROM checkpoint c JOIN object o "
				      "ON o.id = c.object_id WHERE c.run_id = ?1 "
				      "AND (?2 < 0 OR c.epoch <= ?2) ORDER BY c.step DESC LIMIT 1",
				      err);
	int found;

	if (!st)
		return -1;
	db_bind(st, "Il", run_id, epoch);
	found = db_step(s, st, err);
	if (found < 0)
		return -1;
	if (found) {
		found = read_row(st, out, err);
		sqlite3_reset(st);
		return found;
	}
	if (epoch < 0)
		return error_set(err, ERR_NOT_FOUND, "run %lld: it has no checkpoint",
				 (long long)run_id);
	return error_set(err, ERR_NOT_FOUND,
			 "run %lld: it has no checkpoint at or before epoch %ld", (long long)run_id,
			 epoch);
}

/* The rows are read before fn is called, so that it may use the store. */
int checkpoints_each(struct store *s, int64_t run_id,
		     int (*fn)(void *ctx, const struct checkpoint_row *row), void *ctx,
		     struct error *err)
{
	sqlite3_stmt *st = db_prepare(s,
				      "SELECT c.id, c.run_id, c.step, c.epoch, o.bytes, o.sha256, "
				      "c.created FROM checkpoint c JOIN object o "
				      "ON o.id = c.object_id WHERE c.run_id = ? ORDER BY c.step",
				      err);
	struct checkpoint_row *rows = NULL;
	int n = 0, more, ret = 0;

	if (!st)
		return -1;
	db_bind(st, "I", run_id);
	while (!ret && (more = db_step(s, st, err)) != 0) {
		rows = xrealloc(rows, ((size_t)n + 1) * sizeof *rows);
		ret = more < 0 ? -1 : read_row(st, &rows[n++], err);
	}
	sqlite3_reset(st);
	for (int i = 0; !ret && i < n; i++)
		ret = fn(ctx, &rows[i]);
	free(rows);
	return ret;
}
