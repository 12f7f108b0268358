#include "core/store/organise.h"

#include <string.h>

#include "core/base/clock.h"
#include "core/store/store_internal.h"

int tag_check(const char *tag, struct error *err)
{
	if (*tag && *tag != '-' && !strpbrk(tag, " \t\r\n,"))
		return 0;
	return error_set(err, ERR_USAGE,
			 "tag '%.40s': a tag is one word, without commas or a leading dash", tag);
}

int runs_tag(struct store *s, int64_t id, const char *tag, int on, int *changed, struct error *err)
{
	int64_t one;
	int ret = 0, has;

	if (tag_check(tag, err) || tx_begin(s, err))
		return -1;
	has =
	    db_int(s, &one, err, "SELECT 1 FROM tag WHERE run_id = ? AND name = ?", "It", id, tag);
	if (has < 0)
		ret = -1;
	else if (on)
		ret = db_run(
		    s, err, "INSERT OR IGNORE INTO tag (run_id, name, created) VALUES (?1, ?2, ?3)",
		    "Itt", id, tag, stamp_now().text);
	else
		ret =
		    db_run(s, err, "DELETE FROM tag WHERE run_id = ? AND name = ?", "It", id, tag);
	if (tx_end(s, ret, err))
		return -1;
	*changed = has != (on != 0);
	return 0;
}

int runs_note(struct store *s, int64_t id, const char *text, struct error *err)
{
	if (!text[strspn(text, " \t\r\n")])
		return error_set(err, ERR_USAGE, "note: the text is empty");
	if (tx_begin(s, err))
		return -1;
	return tx_end(s,
		      db_run(s, err, "INSERT INTO note (run_id, text, created) VALUES (?, ?, ?)",
			     "Itt", id, text, stamp_now().text),
		      err);
}

static int check_free(struct store *s, int64_t id, const char *name, struct error *err)
{
	int64_t other, trashed = 0;
	int taken =
	    db_int(s, &other, err, "SELECT id FROM run WHERE name = ? AND id <> ?", "tI", name, id);

	if (taken <= 0)
		return taken;
	if (db_int(s, &trashed, err, "SELECT 1 FROM trash WHERE run_id = ?", "I", other) < 0)
		return -1;
	return error_set(err, ERR_USAGE, "run name %s: taken by run %lld%s", name, (long long)other,
			 trashed ? ", in the trash" : "");
}

int runs_rename(struct store *s, int64_t id, const char *name, struct error *err)
{
	int ret;

	if (run_name_check(name, err) || tx_begin(s, err))
		return -1;
	ret = check_free(s, id, name, err);
	if (!ret)
		ret = db_run(s, err, "UPDATE run SET name = ? WHERE id = ?", "tI", name, id);
	return tx_end(s, ret, err);
}

int runs_check_settled(struct store *s, int64_t id, double stale_s, struct error *err)
{
	int64_t lives = 0;
	int running =
	    db_int(s, &lives, err,
		   "SELECT coalesce(attempt_lives(a.id), abs(?2 - a.heartbeat) < ?3) FROM run r "
		   "JOIN attempt a ON a.id = r.attempt_id WHERE r.id = ?1 AND r.status = 'running'",
		   "Iff", id, clock_unix(), stale_s);

	if (running <= 0 || !lives)
		return running < 0 ? -1 : 0;
	return error_set(err, ERR_USAGE, "run %lld: it is running: stop it first", (long long)id);
}

int runs_trash(struct store *s, int64_t id, double stale_s, struct error *err)
{
	int ret;

	if (tx_begin(s, err))
		return -1;
	ret = runs_check_settled(s, id, stale_s, err);
	if (!ret)
		ret = db_run(s, err, "INSERT OR IGNORE INTO trash (run_id, created) VALUES (?, ?)",
			     "It", id, stamp_now().text);
	return tx_end(s, ret, err);
}

int runs_restore(struct store *s, int64_t id, struct error *err)
{
	if (tx_begin(s, err))
		return -1;
	return tx_end(s, db_run(s, err, "DELETE FROM trash WHERE run_id = ?", "I", id), err);
}

/* The rows that belong to the run are deleted by ON DELETE CASCADE. */
int run_rows_delete(struct store *s, int64_t id, struct hashes *gone, struct error *err)
{
	int64_t recipe = 0;

	if (checkpoints_cut(s, id, INT64_MIN, INT64_MAX, INT64_MIN, gone, err) ||
	    db_int(s, &recipe, err, "SELECT recipe_id FROM run WHERE id = ?", "I", id) < 0 ||
	    db_run(s, err, "DELETE FROM run WHERE id = ?", "I", id))
		return -1;
	return db_run(s, err,
		      "DELETE FROM recipe WHERE id = ?1 "
		      "AND NOT EXISTS (SELECT 1 FROM run WHERE recipe_id = ?1) "
		      "AND NOT EXISTS (SELECT 1 FROM cell WHERE recipe_id = ?1)",
		      "I", recipe);
}

/* Queues the cells that the run completed, since a cell is not done without a run. */
static int queue_cells(struct store *s, int64_t id, struct strbuf *queued, struct error *err)
{
	sqlite3_stmt *st =
	    db_prepare(s,
		       "SELECT ' ' || w.name || ':' || c.ordinal || '.' || c.seed FROM "
		       "cell c JOIN sweep w ON w.id = c.sweep_id WHERE c.run_id = ? "
		       "AND c.status = 'done' AND w.id NOT IN (SELECT sweep_id FROM sweep_trash) "
		       "ORDER BY c.id",
		       err);
	int more;

	if (!st)
		return -1;
	db_bind(st, "I", id);
	while ((more = db_step(s, st, err)) > 0)
		strbuf_adds(queued, db_text(st, 0));
	if (more)
		return -1;
	return db_run(s, err,
		      "UPDATE cell SET status = 'queued', finished = NULL, error = NULL, failures "
		      "= 0, lease_until = 0 WHERE run_id = ? AND status = 'done'",
		      "I", id);
}

int runs_delete(struct store *s, int64_t id, double stale_s, struct strbuf *queued,
		struct error *err)
{
	struct hashes gone = {0};
	int ret;

	if (tx_begin(s, err))
		return -1;
	ret = runs_check_settled(s, id, stale_s, err) || queue_cells(s, id, queued, err) ||
	      run_rows_delete(s, id, &gone, err);
	ret = tx_end(s, ret ? -1 : 0, err);
	return hashes_drop(s, &gone, ret, err);
}
