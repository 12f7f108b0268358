/* Inserts the row of a new run and the rows that it refers to: recipe, parameters, code, host. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/store/organise.h"
#include "core/store/runs.h"
#include "core/store/store_internal.h"
#include "core/store/sweeps.h"

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

/* Rows of code and host are found by their content. */
static int code_id(struct store *s, const struct code_info *c, int64_t *id, struct error *err)
{
	const char *binary = c->binary, *commit = c->user_commit;
	const char *version = or_empty(c->version), *compiler = or_empty(c->compiler);
	const char *flags = or_empty(c->flags), *source = or_empty(c->commit);
	const char *libraries = or_empty(c->libraries);

	if (db_run(s, err,
		   "INSERT OR IGNORE INTO code (version, binary_sha256, compiler, flags, "
		   "source_commit, libraries, user_commit, user_dirty) "
		   "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		   "tttttttI", version, binary, compiler, flags, source, libraries, commit,
		   (int64_t)c->user_dirty))
		return -1;
	return db_int(
		   s, id, err,
		   "SELECT id FROM code WHERE version = ? AND binary_sha256 = ? AND compiler = ? "
		   "AND flags = ? AND source_commit = ? AND libraries = ? AND user_commit = ? "
		   "AND user_dirty = ?",
		   "tttttttI", version, binary, compiler, flags, source, libraries, commit,
		   (int64_t)c->user_dirty) > 0
		   ? 0
		   : -1;
}

static const char *device_name(const struct device_info *d)
{
	return d->name ? d->name : "cpu";
}

/* The number of the device's table of engines; 0: it has none. */
static int engine_table_id(struct store *s, const struct device_info *d, int64_t *id,
			   struct error *err)
{
	int found;

	*id = 0;
	if (!d->engines)
		return 0;
	found = db_int(s, id, err, "SELECT id FROM engine_table WHERE sha256 = ?", "t", d->engines);
	if (!found)
		return error_set(err, ERR_NOT_FOUND, "table of engines %s: it was removed",
				 d->engines_name);
	return found < 0 ? -1 : 0;
}

static int host_id(struct store *s, const struct host_info *h, int64_t *id, struct error *err)
{
	const char *name = h->name, *cpu = h->cpu, *os = h->os, *isa = or_empty(h->isa);

	if (db_run(s, err,
		   "INSERT OR IGNORE INTO host (name, cpu, isa, os, cores) VALUES (?, ?, ?, ?, ?)",
		   "tttti", name, cpu, isa, os, h->cores))
		return -1;
	return db_int(s, id, err,
		      "SELECT id FROM host WHERE name = ? AND cpu = ? AND isa = ? AND os = ? "
		      "AND cores = ?",
		      "tttti", name, cpu, isa, os, h->cores) > 0
		   ? 0
		   : -1;
}

int param_insert(struct store *s, int64_t recipe, const struct run_param *p, struct error *err)
{
	int64_t name;
	int found = db_int(s, &name, err, "SELECT id FROM param_name WHERE name = ?", "t", p->key);
	sqlite3_stmt *st;

	if (found < 0)
		return -1;
	if (!found) {
		if (db_run(s, err, "INSERT INTO param_name (name) VALUES (?)", "t", p->key))
			return -1;
		name = sqlite3_last_insert_rowid(s->db);
	}
	st = db_prepare(s,
			"INSERT INTO param (recipe_id, name_id, value, number, in_force) VALUES "
			"(?, ?, ?, ?, ?)",
			err);
	if (!st)
		return -1;
	db_bind(st, "IItff", recipe, name, p->text, p->number, p->in_force);
	if (!p->is_number)
		sqlite3_bind_null(st, 4);
	if (isnan(p->in_force))
		sqlite3_bind_null(st, 5);
	return db_step(s, st, err);
}

int recipe_row_make(struct store *s, const struct run_new *r, int64_t *id, struct error *err)
{
	const char *group = r->group_hash ? r->group_hash : r->recipe_hash;
	int found = db_int(s, id, err, "SELECT id FROM recipe WHERE hash = ?", "t", r->recipe_hash);

	if (found)
		return found < 0 ? -1 : 0;
	if (db_run(s, err, "INSERT INTO recipe (hash, group_hash, json) VALUES (?, ?, ?)", "ttt",
		   r->recipe_hash, group, r->recipe_json))
		return -1;
	*id = sqlite3_last_insert_rowid(s->db);
	for (int i = 0; i < r->n_params; i++)
		if (param_insert(s, *id, &r->param[i], err))
			return -1;
	return 0;
}

static int check_new(struct store *s, const struct run_new *r, struct error *err)
{
	int64_t other;
	int taken = 0;

	if (r->name && run_name_check(r->name, err))
		return -1;
	if (r->name)
		taken = db_int(s, &other, err, "SELECT id FROM run WHERE name = ?", "t", r->name);
	if (taken > 0)
		return error_set(err, ERR_USAGE, "run name %s: taken by run %lld", r->name,
				 (long long)other);
	for (int i = 0; !taken && i < r->n_tags; i++)
		taken = tag_check(r->tag[i], err);
	return taken;
}

static int name_run(struct store *s, const struct run_new *r, struct run_handle *h,
		    struct error *err)
{
	if (uuid_make(h->uuid, err))
		return -1;
	if (!r->name)
		return run_name_make(s, h->uuid, h->name, sizeof h->name, err);
	snprintf(h->name, sizeof h->name, "%s", r->name);
	return 0;
}

struct row_ids {
	int64_t recipe, code, host, engines;
};

static int insert_row(struct store *s, const struct run_new *r, const struct row_ids *ids,
		      struct run_handle *h, struct error *err)
{
	struct stamp now = stamp_now();
	sqlite3_stmt *st = db_prepare(
	    s,
	    "INSERT INTO run (uuid, name, method, recipe_id, dataset_id, code_id, host_id, "
	    "seed, threads, epochs, steps, status, command, created, rules, defaults, "
	    "loss_floor, least_progress) "
	    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'running', ?, ?, ?, ?, ?, ?)",
	    err);

	if (!st)
		return -1;
	db_bind(st, "tttIIIIIillttliff", h->uuid, h->name, r->method, ids->recipe, r->dataset_id,
		ids->code, ids->host, r->seed, r->threads, r->epochs, r->steps,
		or_empty(r->command), now.text, (long)(r->rules ? r->rules : RUN_RULES),
		r->defaults ? r->defaults : 1, r->loss_floor,
		r->least_progress > 0 ? r->least_progress : RUN_LEAST_PROGRESS);
	if (!r->dataset_id)
		sqlite3_bind_null(st, 5);
	if (db_step(s, st, err))
		return -1;
	h->id = sqlite3_last_insert_rowid(s->db);
	if (db_run(s, err,
		   "INSERT INTO attempt (run_id, n, pid, code_id, host_id, from_step, started, "
		   "heartbeat, device, device_about, engine_table_id) VALUES (?, 1, ?, ?, ?, 0, "
		   "?, ?, ?, ?, nullif(?, 0))",
		   "IiIItfttI", h->id, (int)getpid(), ids->code, ids->host, now.text, clock_unix(),
		   device_name(&r->device), or_empty(r->device.about), ids->engines))
		return -1;
	h->attempt = sqlite3_last_insert_rowid(s->db);
	alive_begin(s, ALIVE_ATTEMPT, h->attempt);
	return db_run(s, err, "UPDATE run SET attempt_id = ? WHERE id = ?", "II", h->attempt,
		      h->id);
}

static int insert_all(struct store *s, const struct run_new *r, struct run_handle *h,
		      struct error *err)
{
	struct row_ids ids;

	if (check_new(s, r, err) || name_run(s, r, h, err))
		return -1;
	if (s->mode == STORE_DRY)
		return 0;
	if (recipe_row_make(s, r, &ids.recipe, err) || code_id(s, r->code, &ids.code, err) ||
	    host_id(s, r->host, &ids.host, err) ||
	    engine_table_id(s, &r->device, &ids.engines, err) || insert_row(s, r, &ids, h, err))
		return -1;
	if (r->cell && cell_name_run(s, r->cell, r->cell_token, h->id, err))
		return -1;
	for (int i = 0; i < r->n_tags; i++)
		if (db_run(s, err,
			   "INSERT OR IGNORE INTO tag (run_id, name, created) VALUES (?, ?, ?)",
			   "Itt", h->id, r->tag[i], stamp_now().text))
			return -1;
	return 0;
}

int runs_insert(struct store *s, const struct run_new *r, struct run_handle *out, struct error *err)
{
	struct run_handle h = {0};

	if (tx_begin(s, err) || tx_end(s, insert_all(s, r, &h, err), err))
		return -1;
	*out = h;
	return 0;
}

int runs_provenance(struct store *s, const struct run_handle *h, const struct code_info *code,
		    const struct host_info *host, const struct device_info *device,
		    struct error *err)
{
	int64_t c, m, e;
	int ret;

	if (s->mode == STORE_DRY) /* there is no attempt */
		return 0;
	if (tx_begin(s, err))
		return -1;
	ret = run_fence(s, h, err) || code_id(s, code, &c, err) || host_id(s, host, &m, err) ||
	      engine_table_id(s, device, &e, err) ||
	      db_run(s, err,
		     "UPDATE attempt SET code_id = ?, host_id = ?, device = ?, device_about = ?, "
		     "engine_table_id = nullif(?, 0) WHERE id = ?",
		     "IIttII", c, m, device_name(device), or_empty(device->about), e, h->attempt);
	return tx_end(s, ret, err);
}
