/* Reads the row of a run; see runs.h. */
#include <limits.h>
#include <stdlib.h>

#include "core/store/row.h"
#include "core/store/runs.h"

static void read_texts(struct row *r, struct run_row *out)
{
	out->uuid = row_text(r, 3, "uuid");
	out->name = row_text(r, 4, "name");
	out->status = row_text(r, 5, "status");
	out->method = row_text(r, 6, "method");
	out->recipe_json = row_text(r, 7, "json (of its recipe)");
	out->recipe_hash = row_text(r, 8, "hash (of its recipe)");
	out->created = row_text(r, 11, "created");
	out->finished = row_text_or_null(r, 12, "finished");
	out->error = row_text_or_null(r, 13, "error");
	out->command = row_text(r, 14, "command");
}

static void read_numbers(struct row *r, struct run_row *out)
{
	out->seed = row_int(r, 1, "seed", INT64_MIN, INT64_MAX);
	out->epochs = (long)row_int(r, 15, "epochs", 0, ROW_COUNT_MAX);
	out->steps = (long)row_int(r, 16, "steps", 0, ROW_COUNT_MAX);
	out->epoch = (long)row_int(r, 17, "epoch", 0, ROW_COUNT_MAX);
	out->step = (long)row_int(r, 18, "step", 0, ROW_COUNT_MAX);
	out->threads = (int)row_int(r, 19, "threads", 0, INT_MAX);
	out->seconds = row_real(r, 21, "seconds");
	out->rules = (int)row_int(r, 24, "rules", 1, INT_MAX);
	out->defaults = (int)row_int(r, 25, "defaults", 1, INT_MAX);
}

/* Dataset, exit code and memory of a run may be NULL. */
static int read_row(sqlite3_stmt *st, int64_t id, struct run_row *out, struct error *err)
{
	struct row r = {st, "run", id, err, 0};
	char hash[HASH_HEX];

	*out = (struct run_row){.id = id};
	out->dataset_id = sqlite3_column_int64(st, 2);
	read_texts(&r, out);
	if (sqlite3_column_type(st, 10) != SQLITE_NULL) {
		out->dataset = row_text(&r, 9, "name (of its dataset)");
		row_hash(&r, 10, "sha256 (of its dataset)", hash);
		out->dataset_sha256 = xstrdup(hash);
	}
	read_numbers(&r, out);
	out->exit_code = sqlite3_column_int(st, 20);
	out->peak_rss = sqlite3_column_int64(st, 22);
	out->arena_peak = sqlite3_column_int64(st, 23);
	if (r.bad)
		run_row_release(out);
	return r.bad ? -1 : 0;
}

int runs_get(struct store *s, int64_t id, struct run_row *out, struct error *err)
{
	sqlite3_stmt *st =
	    db_prepare(s,
		       "SELECT r.id, r.seed, r.dataset_id, r.uuid, r.name, r.status, r.method, "
		       "p.json, p.hash, "
		       "d.name, d.sha256, r.created, r.finished, r.error, r.command, r.epochs, "
		       "r.steps, r.epoch, "
		       "r.step, r.threads, r.exit_code, r.seconds, r.peak_rss, r.arena_peak, "
		       "r.rules, r.defaults "
		       "FROM run r JOIN recipe p ON p.id = r.recipe_id LEFT JOIN dataset d ON d.id "
		       "= r.dataset_id "
		       "WHERE r.id = ?",
		       err);
	int found;

	if (!st)
		return -1;
	db_bind(st, "I", id);
	found = db_step(s, st, err);
	if (found < 0)
		return -1;
	if (!found)
		return error_set(err, ERR_NOT_FOUND, "run %lld: there is none", (long long)id);
	found = read_row(st, id, out, err);
	sqlite3_reset(st);
	return found;
}

int runs_rules(struct store *s, int64_t id, int *out, struct error *err)
{
	int64_t rules = RUN_RULES;

	if (db_int(s, &rules, err, "SELECT rules FROM run WHERE id = ?", "I", id) < 0)
		return -1;
	*out = (int)rules;
	return 0;
}

void run_row_release(struct run_row *r)
{
	char *owned[] = {r->uuid,        r->name,        r->status,  r->method,
			 r->recipe_json, r->recipe_hash, r->dataset, r->dataset_sha256,
			 r->created,     r->finished,    r->error,   r->command};

	for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
		free(owned[i]);
	*r = (struct run_row){0};
}
