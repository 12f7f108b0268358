/* Renaming and removing sweeps; see sweep_trash.h. */
#include "core/store/sweep_trash.h"

#include <stdlib.h>

#include "core/base/clock.h"
#include "core/store/organise.h"
#include "core/store/store_internal.h"
#include "core/store/sweeps.h"

/* ERR_USAGE while a live worker holds a cell of the sweep. */
static int check_idle(struct store *s, int64_t id, struct error *err)
{
	int64_t running = 0;

	if (db_int(s, &running, err,
		   "SELECT count(*) FROM cell WHERE sweep_id = ?1 AND status = 'running' AND "
		   "coalesce(cell_lives(id), lease_until >= ?2)",
		   "If", id, clock_unix()) < 0)
		return -1;
	if (!running)
		return 0;
	return error_set(err, ERR_USAGE,
			 "sweep: %lld of its cells %s running: stop its workers first",
			 (long long)running, running == 1 ? "is" : "are");
}

int sweeps_check_rename(struct store *s, int64_t id, const char *name, struct error *err)
{
	int64_t other;
	int taken;

	if (sweep_name_check(name, err) || sweeps_check_name_free(s, name, err))
		return -1;
	taken = db_int(s, &other, err, "SELECT id FROM sweep WHERE name = ? AND id <> ?", "tI",
		       name, id);
	if (taken > 0)
		return error_set(err, ERR_USAGE, "sweep name %s: another sweep has it", name);
	return taken < 0 ? -1 : check_idle(s, id, err);
}

int sweeps_rename(struct store *s, int64_t id, const char *name, struct error *err)
{
	if (tx_begin(s, err))
		return -1;
	return tx_end(s,
		      sweeps_check_rename(s, id, name, err) ||
			  db_run(s, err, "UPDATE sweep SET name = ? WHERE id = ?", "tI", name, id),
		      err);
}

/* The runs of sweep ?1 that are moved to the trash with it: those that belong to no other sweep
 * outside the trash. */
#define OF_SWEEP                                                                                   \
	"SELECT DISTINCT c.run_id FROM cell c WHERE c.sweep_id = ?1 AND c.run_id IS NOT NULL"
static const char to_trash[] = OF_SWEEP
    " AND c.run_id NOT IN (SELECT run_id FROM trash) AND NOT EXISTS (SELECT 1 FROM cell o "
    "WHERE o.run_id = c.run_id AND o.sweep_id <> ?1 AND o.sweep_id NOT IN (SELECT sweep_id "
    "FROM sweep_trash))";
/* Those that are deleted with it: they belong to no other sweep and, if the sweep is in the trash,
 * they are there too. */
static const char to_delete[] = OF_SWEEP
    " AND NOT EXISTS (SELECT 1 FROM cell o WHERE o.run_id = c.run_id AND o.sweep_id <> ?1) "
    "AND (c.run_id IN (SELECT run_id FROM trash) OR ?1 NOT IN (SELECT sweep_id FROM "
    "sweep_trash))";

/* Those that are restored with it. */
#define RETURNING_RUNS                                                                             \
	"SELECT x.run_id FROM trash x WHERE x.run_id IN (SELECT run_id FROM cell WHERE sweep_id "  \
	"= "                                                                                       \
	"?1) AND x.created >= (SELECT created FROM sweep_trash WHERE sweep_id = ?1)"

struct ids {
	int64_t *id;
	int n;
};

static int read_ids(struct store *s, const char *sql, int64_t sweep, struct ids *out,
		    struct error *err)
{
	sqlite3_stmt *st = db_prepare(s, sql, err);
	int more;

	if (!st)
		return -1;
	db_bind(st, "I", sweep);
	while ((more = db_step(s, st, err)) > 0) {
		out->id = xrealloc(out->id, ((size_t)out->n + 1) * sizeof *out->id);
		out->id[out->n++] = sqlite3_column_int64(st, 0);
	}
	return more;
}

/* Finds the runs that are removed with the sweep, and counts what is removed. ERR_USAGE if one of
 * them is alive. */
static int find_removal(struct store *s, int64_t id, int for_good, double stale_s, struct ids *runs,
			struct sweep_removal *out, struct error *err)
{
	int64_t all = 0;

	if (check_idle(s, id, err) || read_ids(s, for_good ? to_delete : to_trash, id, runs, err))
		return -1;
	for (int i = 0; i < runs->n; i++)
		if (runs_check_settled(s, runs->id[i], stale_s, err))
			return -1;
	out->runs = runs->n;
	if (db_int(s, &out->cells, err, "SELECT count(*) FROM cell WHERE sweep_id = ?", "I", id) <
		0 ||
	    db_int(s, &all, err,
		   "SELECT count(DISTINCT run_id) FROM cell WHERE sweep_id = ?1 AND (?2 OR run_id "
		   "NOT IN (SELECT run_id FROM trash))",
		   "Ii", id, for_good) < 0)
		return -1;
	out->kept = all - runs->n;
	return 0;
}

static int move_to_trash(struct store *s, int64_t id, const struct ids *runs, struct error *err)
{
	struct stamp now = stamp_now();

	if (db_run(s, err, "INSERT INTO sweep_trash (sweep_id, created) VALUES (?, ?)", "It", id,
		   now.text))
		return -1;
	for (int i = 0; i < runs->n; i++)
		if (db_run(s, err, "INSERT INTO trash (run_id, created) VALUES (?, ?)", "It",
			   runs->id[i], now.text))
			return -1;
	return 0;
}

static int delete_runs(struct store *s, const struct ids *runs, struct hashes *gone,
		       struct error *err)
{
	for (int i = 0; i < runs->n; i++)
		if (run_rows_delete(s, runs->id[i], gone, err))
			return -1;
	return 0;
}

int sweep_row_delete(struct store *s, int64_t id, struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s, "SELECT json_group_array(DISTINCT recipe_id) FROM cell WHERE sweep_id = ?", err);
	char *recipes = NULL;
	int more, ret;

	if (!st)
		return -1;
	db_bind(st, "I", id);
	while ((more = db_step(s, st, err)) > 0) {
		free(recipes);
		recipes = db_text_dup(st, 0);
	}
	ret = more || db_run(s, err, "DELETE FROM sweep WHERE id = ?", "I", id) ||
	      db_run(s, err,
		     "DELETE FROM recipe WHERE id IN (SELECT value FROM json_each(?)) AND NOT "
		     "EXISTS (SELECT 1 FROM run WHERE recipe_id = recipe.id) AND NOT EXISTS "
		     "(SELECT 1 FROM cell WHERE recipe_id = recipe.id)",
		     "t", recipes);
	free(recipes);
	return ret ? -1 : 0;
}

int sweeps_removal(struct store *s, int64_t id, int for_good, double stale_s,
		   struct sweep_removal *out, struct error *err)
{
	struct sweep_removal of = {0};
	struct ids runs = {0};
	int ret = find_removal(s, id, for_good, stale_s, &runs, &of, err);

	free(runs.id);
	if (!ret)
		*out = of;
	return ret;
}

int sweeps_trash(struct store *s, int64_t id, double stale_s, struct sweep_removal *out,
		 struct error *err)
{
	struct sweep_removal of = {0};
	struct ids runs = {0};
	int ret;

	if (tx_begin(s, err))
		return -1;
	ret = find_removal(s, id, 0, stale_s, &runs, &of, err) || move_to_trash(s, id, &runs, err);
	ret = tx_end(s, ret ? -1 : 0, err);
	free(runs.id);
	if (!ret)
		*out = of;
	return ret;
}

int sweeps_return(struct store *s, int64_t id, struct sweep_removal *out, struct error *err)
{
	struct sweep_removal of = {0};

	if (db_int(s, &of.cells, err, "SELECT count(*) FROM cell WHERE sweep_id = ?", "I", id) <
		0 ||
	    db_int(s, &of.runs, err, "SELECT count(*) FROM (" RETURNING_RUNS ")", "I", id) < 0)
		return -1;
	*out = of;
	return 0;
}

int sweeps_restore(struct store *s, int64_t id, struct sweep_removal *out, struct error *err)
{
	struct sweep_removal of = {0};
	int ret;

	if (tx_begin(s, err))
		return -1;
	ret = sweeps_return(s, id, &of, err) ||
	      db_run(s, err, "DELETE FROM trash WHERE run_id IN (" RETURNING_RUNS ")", "I", id) ||
	      db_run(s, err, "DELETE FROM sweep_trash WHERE sweep_id = ?", "I", id);
	ret = tx_end(s, ret ? -1 : 0, err);
	if (!ret)
		*out = of;
	return ret;
}

int sweeps_delete(struct store *s, int64_t id, double stale_s, struct sweep_removal *out,
		  struct error *err)
{
	struct sweep_removal of = {0};
	struct hashes gone = {0};
	struct ids runs = {0};
	int ret;

	if (tx_begin(s, err))
		return -1;
	ret = find_removal(s, id, 1, stale_s, &runs, &of, err) ||
	      delete_runs(s, &runs, &gone, err) || sweep_row_delete(s, id, err);
	ret = hashes_drop(s, &gone, tx_end(s, ret ? -1 : 0, err), err);
	free(runs.id);
	if (!ret)
		*out = of;
	return ret;
}
