/* Merges the sweeps of a bundle, cell by cell; see bundle.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/store/bundle/bundle_internal.h"
#include "core/store/sweep_trash.h"
#include "core/store/sweeps.h"

struct merge {
	struct bundle_import *m;
	int64_t sweep;
	char name[64];
	int is_new;
	int before, matched,
	    added;           /* cells here before, those of them in the bundle, cells added */
	int64_t last;        /* number of the last cell here before, of any sweep */
	unsigned char *seen; /* for each cell up to `last`: is it in the bundle? */
};

/* A cell here, and the same cell in the bundle. */
struct pair {
	int64_t id, claims, run; /* id 0: there is no such cell here */
	char status[16];
	int alive; /* a live worker holds it */
	int64_t ordinal;
	int64_t theirs_run; /* number here of the bundle's run; 0: none */
	int theirs_done;    /* that run is done here */
	int64_t theirs_claims;
};

static int64_t field_int(const struct bundle_import *m, const char *name)
{
	const struct json_field *f = jsonline_find(&m->line, name);

	return f && f->kind == JSON_INTEGER ? f->i : 0;
}

static struct json_field *field(struct bundle_import *m, const char *name)
{
	for (int i = 0; i < m->line.n; i++)
		if (!strcmp(m->line.text.buf + m->line.field[i].name, name))
			return &m->line.field[i];
	return NULL;
}

static void set_int(struct bundle_import *m, const char *name, int64_t value)
{
	struct json_field *f = field(m, name);

	if (f)
		*f = (struct json_field){.name = f->name, .kind = JSON_INTEGER, .i = value};
}

static void set_text(struct bundle_import *m, const char *name, const char *value)
{
	struct json_field *f = field(m, name);

	if (!f)
		return;
	f->kind = value ? JSON_TEXT : JSON_NULL;
	f->text = m->line.text.len;
	if (value)
		strbuf_add(&m->line.text, value, strlen(value) + 1);
}

static int conflict(struct merge *g)
{
	g->m->result->conflicts++;
	return 0;
}

/* Begins a line of the report: "weights:3.1: ". */
static struct strbuf *report(struct merge *g, int64_t ordinal)
{
	strbuf_addf(&g->m->result->report, "%s:%lld.%lld: ", g->name, (long long)ordinal,
		    (long long)field_int(g->m, "seed"));
	return &g->m->result->report;
}

/* ---- the sweep's row ---- */

/* Finds the sweep by its uuid, under any name: 1; 0: it is not here; -1. */
static int find_sweep(struct merge *g, const char *uuid, struct error *err)
{
	sqlite3_stmt *st = db_prepare(g->m->s, "SELECT id, name FROM sweep WHERE uuid = ?", err);
	int found;

	if (!st)
		return -1;
	db_bind(st, "t", uuid);
	found = db_step(g->m->s, st, err);
	if (found <= 0)
		return found;
	g->sweep = sqlite3_column_int64(st, 0);
	db_text_into(st, 1, g->name, sizeof g->name);
	sqlite3_reset(st);
	return 1;
}

/* Checks exec.lease: the cell of a dead worker must become free again. */
static int check_lease(const struct bundle_import *m, const char *name, struct error *err)
{
	const struct json_field *f = jsonline_find(&m->line, "lease");
	double lease = !f ? 0 : f->kind == JSON_INTEGER ? (double)f->i : f->d;

	if (lease > 0 && lease <= 86400)
		return 0;
	return error_set(err, ERR_CORRUPT, "sweep %s: its lease is not one of up to a day", name);
}

static int check_trash(struct merge *g, struct error *err)
{
	int64_t id;
	int gone = sweeps_find_trash(g->m->s, g->name, &id, err);

	if (gone > 0) {
		strbuf_addf(&g->m->result->report,
			    "sweep %s: it is in the trash here and stays as it is: `ssl sweep rm "
			    "--restore %s` restores it, then import again\n",
			    g->name, g->name);
		return conflict(g);
	}
	return gone ? -1 : 1;
}

/* Imports the sweep's row. 1: its cells are to be imported; 0: they are not; -1. */
static int import_row(struct merge *g, const char *uuid, struct error *err)
{
	struct bundle_import *m = g->m;
	static const char taken[] = "SELECT id FROM sweep WHERE name = ?";
	const char *name = m->sweep_name ? m->sweep_name : bundle_field(m, "name");
	int64_t other;
	int found, gone;

	if (strcmp(bundle_field(m, "table"), "sweep") || strcmp(bundle_field(m, "uuid"), uuid))
		return error_set(err, ERR_CORRUPT, "sweep %.13s: it does not begin with its row",
				 uuid);
	if (sweep_name_check(name, err) || check_lease(m, name, err))
		return -1;
	snprintf(g->name, sizeof g->name, "%s", name);
	found = find_sweep(g, uuid, err);
	if (found)
		return found < 0 ? -1 : check_trash(g, err);
	found = db_int(m->s, &other, err, taken, "t", name);
	gone = sweeps_find_trash(m->s, name, &other, err);
	if (found < 0 || gone < 0)
		return -1;
	if (found && m->sweep_name) {
		strbuf_addf(&m->result->report,
			    "sweep %s: another sweep%s has this name here: only its runs were "
			    "imported\n",
			    name, gone ? ", in the trash," : "");
		return conflict(g);
	}
	if (found && name_like(m->s, taken, name, g->name, err))
		return -1;
	if (found)
		strbuf_addf(&m->result->report,
			    "sweep %s: another sweep%s has this name here: it is now %s\n", name,
			    gone ? ", in the trash," : "", g->name);
	if (bundle_insert(m, bundle_table_find(&m->schema, "sweep"), 0, NULL, g->name, err))
		return -1;
	g->sweep = sqlite3_last_insert_rowid(m->s->db);
	g->is_new = 1;
	m->result->sweeps++;
	return 1;
}

/* Replaces the plan by that of the bundle, which has extended the sweep. The line is the sweep's
 * row. */
static int update_plan(struct merge *g, struct error *err)
{
	struct bundle_import *m = g->m;
	const char *objective = bundle_field(m, "objective");
	const struct json_field *lease = jsonline_find(&m->line, "lease");

	if (!lease || lease->kind != JSON_REAL)
		return error_set(err, ERR_CORRUPT, "sweep %s: it has no lease", g->name);
	return db_run(m->s, err,
		      "UPDATE sweep SET spec = ?, lease = ?, retries = ?, on_fail = ?, objective = "
		      "nullif(?, ''), goal = ? WHERE id = ?",
		      "tfItttI", bundle_field(m, "spec"), lease->d, field_int(m, "retries"),
		      bundle_field(m, "on_fail"), objective, bundle_field(m, "goal"), g->sweep);
}

/* ---- its cells ---- */

/* Finds the run that the line names; it must have the cell's recipe and dataset. */
static int find_theirs(struct merge *g, struct pair *p, struct error *err)
{
	struct bundle_import *m = g->m;
	const char *uuid = bundle_field(m, "run_id");
	sqlite3_stmt *st;
	int found;

	p->theirs_claims = field_int(m, "claims");
	if (!*uuid)
		return 0;
	st = db_prepare(m->s,
			"SELECT r.id, r.status = 'done' FROM run r JOIN recipe p ON p.id = "
			"r.recipe_id JOIN dataset d ON d.id = r.dataset_id WHERE r.uuid = ? AND "
			"p.hash = ? AND json_array(d.name, d.sha256) = ?",
			err);
	if (!st)
		return -1;
	db_bind(st, "ttt", uuid, bundle_field(m, "recipe_id"), bundle_field(m, "dataset_id"));
	found = db_step(m->s, st, err);
	if (found <= 0)
		return found ? -1
			     : error_set(err, ERR_CORRUPT,
					 "sweep %s: a cell names a run that is not there, or "
					 "another recipe's",
					 g->name);
	p->theirs_run = sqlite3_column_int64(st, 0);
	p->theirs_done = sqlite3_column_int(st, 1);
	sqlite3_reset(st);
	return 0;
}

static int find_ours(struct merge *g, struct pair *p, struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    g->m->s,
	    "SELECT c.id, c.claims, coalesce(c.run_id, 0), c.status, c.status = 'running' AND "
	    "c.lease_until >= ?4, c.ordinal FROM cell c JOIN dataset d ON d.id = c.dataset_id "
	    "WHERE c.sweep_id = ?1 AND c.recipe_id = (SELECT id FROM recipe WHERE hash = ?2) AND "
	    "json_array(d.name, d.sha256) = ?3",
	    err);
	int found;

	if (!st)
		return -1;
	db_bind(st, "Ittf", g->sweep, bundle_field(g->m, "recipe_id"),
		bundle_field(g->m, "dataset_id"), clock_unix());
	found = db_step(g->m->s, st, err);
	if (found <= 0)
		return found;
	p->id = sqlite3_column_int64(st, 0);
	p->claims = sqlite3_column_int64(st, 1);
	p->run = sqlite3_column_int64(st, 2);
	db_text_into(st, 3, p->status, sizeof p->status);
	p->alive = sqlite3_column_int(st, 4);
	p->ordinal = sqlite3_column_int64(st, 5);
	sqlite3_reset(st);
	return 0;
}

/* Chooses the number of the cell's point here: that of its other seeds; else the bundle's, if it is
 * free; else the next. */
static int choose_point(struct merge *g, int64_t theirs, int64_t *out, struct error *err)
{
	struct store *s = g->m->s;
	int64_t other;
	int found = db_int(
	    s, out, err,
	    "SELECT c.ordinal FROM cell c JOIN recipe p ON p.id = c.recipe_id JOIN "
	    "dataset d ON d.id = c.dataset_id WHERE c.sweep_id = ?1 AND p.group_hash "
	    "= (SELECT group_hash FROM recipe WHERE hash = ?2) AND json_array(d.name, "
	    "d.sha256) = ?3 LIMIT 1",
	    "Itt", g->sweep, bundle_field(g->m, "recipe_id"), bundle_field(g->m, "dataset_id"));

	if (found)
		return found < 0 ? -1 : 0;
	*out = theirs;
	found = db_int(s, &other, err, "SELECT 1 FROM cell WHERE sweep_id = ? AND ordinal = ?",
		       "II", g->sweep, theirs);
	if (found <= 0)
		return found;
	strbuf_addf(&g->m->result->report, "%s: point %lld of the bundle is ", g->name,
		    (long long)theirs);
	found = db_int(s, out, err, "SELECT max(ordinal) + 1 FROM cell WHERE sweep_id = ?", "I",
		       g->sweep);
	strbuf_addf(&g->m->result->report, "point %lld here\n", (long long)*out);
	return found < 0 ? -1 : 0;
}

static int add_cell(struct merge *g, const struct pair *p, struct error *err)
{
	struct bundle_import *m = g->m;
	int64_t ordinal;

	if (!strcmp(bundle_field(m, "status"), "done") && !p->theirs_done) {
		strbuf_adds(report(g, field_int(m, "ordinal")),
			    "queued: the run here is not done as it is in the bundle\n");
		set_text(m, "status", "queued");
		set_text(m, "finished", NULL);
	}
	if (choose_point(g, field_int(m, "ordinal"), &ordinal, err))
		return -1;
	set_int(m, "ordinal", ordinal);
	set_int(m, "lease_until", 0);
	g->added++;
	m->result->cells += !g->is_new;
	return bundle_insert(m, bundle_table_find(&m->schema, "cell"), g->sweep, NULL, NULL, err);
}

/* Gives the cell here the state that it has in the bundle. */
static int settle(struct merge *g, const struct pair *p, struct error *err)
{
	struct bundle_import *m = g->m;
	const char *error = bundle_field(m, "error"), *worker = bundle_field(m, "worker");

	if (p->run && p->run != p->theirs_run)
		strbuf_addf(report(g, p->ordinal),
			    "its run is now that of the bundle: run %lld here no longer belongs to "
			    "the sweep\n",
			    (long long)p->run);
	m->result->settled++;
	return db_run(m->s, err,
		      "UPDATE cell SET status = ?2, claims = max(claims, ?3), failures = ?4, "
		      "lease_until = 0, worker = nullif(?5, ''), run_id = nullif(?6, 0), error = "
		      "nullif(?7, ''), finished = ?8 WHERE id = ?1",
		      "ItIItItt", p->id, bundle_field(m, "status"), p->theirs_claims,
		      field_int(m, "failures"), worker, p->theirs_run, error,
		      bundle_field(m, "finished"));
}

static int both_done(struct merge *g, const struct pair *p)
{
	if (p->run == p->theirs_run)
		return 0;
	strbuf_addf(report(g, p->ordinal),
		    "done by run %lld here and by run %lld in the bundle: kept as it is here\n",
		    (long long)p->run, (long long)p->theirs_run);
	return conflict(g);
}

static int merge_cell(struct merge *g, const struct pair *p, struct error *err)
{
	const char *theirs = bundle_field(g->m, "status");
	int done = !strcmp(theirs, "done");

	if (!strcmp(theirs, "queued"))
		return 0;
	if (!strcmp(p->status, "done") && p->run)
		return done ? both_done(g, p) : 0;
	if (!done && (!strcmp(p->status, "failed") || !strcmp(p->status, "pruned") || p->alive ||
		      p->claims >= p->theirs_claims || (p->run && p->run != p->theirs_run)))
		return 0;
	if (p->alive) {
		strbuf_adds(report(g, p->ordinal), "done in the bundle, running here: import again "
						   "once it is settled\n");
		return conflict(g);
	}
	if (done && !p->theirs_done) {
		strbuf_addf(report(g, p->ordinal),
			    "done in the bundle, its run %lld here is not: ssl rm -f %lld, then "
			    "import again\n",
			    (long long)p->theirs_run, (long long)p->theirs_run);
		return conflict(g);
	}
	return settle(g, p, err);
}

enum { COUNT_MAX = 1000000000 };

/* Checks the line beyond the schema: numbers that can still be increased, and a state that an
 * export can write. */
static int check_cell(struct merge *g, const struct pair *p, struct error *err)
{
	static const char *const counted[] = {"ordinal", "seed_index", "claims", "failures"};
	const char *status = bundle_field(g->m, "status");
	int done = !strcmp(status, "done");
	int settled = done || !strcmp(status, "failed") || !strcmp(status, "pruned");

	for (int i = 0; i < (int)(sizeof counted / sizeof *counted); i++) {
		const struct json_field *f = jsonline_find(&g->m->line, counted[i]);

		if (!f || f->kind != JSON_INTEGER || f->i < !i || f->i > COUNT_MAX)
			return error_set(err, ERR_CORRUPT, "sweep %s: a cell's %s is out of range",
					 g->name, counted[i]);
	}
	if ((!settled && strcmp(status, "queued")) || (done && !p->theirs_run))
		return error_set(err, ERR_CORRUPT, "sweep %s: a cell that is %.20s without a run",
				 g->name, status);
	if (settled != (*bundle_field(g->m, "finished") != 0))
		return error_set(err, ERR_CORRUPT,
				 "sweep %s: a cell is %s, which contradicts its finishing time",
				 g->name, status);
	return 0;
}

/* ERR_CORRUPT if the bundle has the cell twice. */
static int check_once(struct merge *g, const struct pair *p, struct error *err)
{
	if (p->id && (p->id > g->last || g->seen[p->id]++))
		return error_set(err, ERR_CORRUPT, "sweep %s: a cell is in it twice", g->name);
	return 0;
}

static int import_cell(struct merge *g, struct error *err)
{
	struct pair p = {0};

	if (strcmp(bundle_field(g->m, "table"), "cell") != 0)
		return error_set(err, ERR_CORRUPT, "sweep %s: a row of another table", g->name);
	if (find_theirs(g, &p, err) || check_cell(g, &p, err) || find_ours(g, &p, err) ||
	    check_once(g, &p, err))
		return -1;
	if (!p.id)
		return add_cell(g, &p, err);
	g->matched++;
	return merge_cell(g, &p, err);
}

/* After cells were added: replaces the plan, unless the store also has cells that the bundle lacks.
 */
static int merge_plan(struct merge *g, const struct bundle_text *in, struct error *err)
{
	size_t at = 0;

	if (g->is_new || !g->added)
		return 0;
	if (g->matched == g->before)
		return bundle_next_line(g->m, in, &at, err) < 0 || update_plan(g, err) ? -1 : 0;
	strbuf_addf(
	    &g->m->result->report,
	    "sweep %s: extended here and in the bundle: it has the cells of both, and keeps "
	    "its plan\n",
	    g->name);
	return 0;
}

int bundle_import_sweep(struct bundle_import *m, const struct bundle_text *in, struct error *err)
{
	struct merge g = {.m = m};
	int64_t before = 0;
	size_t at = 0;
	int more = bundle_next_line(m, in, &at, err);

	if (more <= 0)
		return more ? -1 : error_set(err, ERR_CORRUPT, "sweep %.13s: empty", in->name);
	more = import_row(&g, in->name, err);
	if (more <= 0)
		return more;
	if (db_int(m->s, &before, err, "SELECT count(*) FROM cell WHERE sweep_id = ?", "I",
		   g.sweep) < 0 ||
	    db_int(m->s, &g.last, err, "SELECT coalesce(max(id), 0) FROM cell", "") < 0)
		return -1;
	if (g.last < 0 || g.last > COUNT_MAX)
		return error_set(err, ERR_CORRUPT,
				 "cell %lld: column id is out of range: the store "
				 "is damaged: `ssl fsck`",
				 (long long)g.last);
	g.before = (int)before;
	g.seen = xcalloc((size_t)g.last + 1, 1);
	while ((more = bundle_next_line(m, in, &at, err)) > 0)
		if (import_cell(&g, err)) {
			more = -1;
			break;
		}
	free(g.seen);
	return more ? -1 : merge_plan(&g, in, err);
}
