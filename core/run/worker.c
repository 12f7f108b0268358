#include "core/run/worker.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/recipe/grid.h"
#include "core/run/heartbeat.h"
#include "core/run/keys.h"
#include "core/run/open_datasets.h"
#include "core/run/precision.h"
#include "core/run/provenance.h"
#include "core/run/sweep.h"
#include "core/store/prune.h"

enum {
	RETRIES = 3, /* errors of the store in a row after which the worker ends */
	HOLDERS = 3  /* cells listed by name */
};

struct worker_state {
	const struct worker *w;
	char name[160];
	struct provenance provenance; /* the same for all cells, so found once */
	struct open_datasets datasets;
	struct run_cell cell;
	struct heartbeat heartbeat;
	struct grid grid; /* its exec has the keys for pruning */
	struct cell_claim claim;
	char why[PRUNE_WHY];
	int errors;         /* of the store, in a row */
	int waits_reported; /* since it last had a cell */
};

void worker_name(long pid, char *out, size_t size)
{
	char host[128] = "";

	gethostname(host, sizeof host - 1);
	snprintf(out, size, "%.100s:%ld", host, pid);
}

static int is_stopped(const struct worker *w)
{
	return w->stop && *w->stop;
}

static int prune_if_hopeless(void *ctx, struct run *r, struct error *err)
{
	struct worker_state *s = ctx;
	const struct recipe *exec = &s->grid.exec;
	const char *metric = sweep_prune_metric(exec);
	const char *goal = sweep_direction(metric, recipe_text(exec, "objective.goal"));
	struct prune_rule rule = {.kind = recipe_text(exec, "exec.prune"),
				  .metric = metric,
				  .maximize = !strcmp(goal, "max"),
				  .min = (int)recipe_int(exec, "exec.prune_min"),
				  .eta = (int)recipe_int(exec, "exec.prune_eta")};
	int hopeless;

	if (r->epoch == r->epochs || !sweep_is_rung(exec, r->epoch))
		return 0;
	hopeless = cells_prune(r->store, &s->claim, &rule, r->step, s->why, err);
	if (hopeless <= 0)
		return hopeless;
	s->cell.pruned = 1;
	return error_set(err, ERR_PREEMPTED, "%s: %s", r->handle.name, s->why);
}

/* A point is represented by its cell of the first seed: without prune_seeds only these cells may be
 * pruned. */
static void set_pruning(struct worker_state *s)
{
	const struct recipe *exec = &s->grid.exec;
	int may = strcmp(recipe_text(exec, "exec.prune"), "none") &&
		  (!s->claim.seed_index || recipe_bool(exec, "exec.prune_seeds"));

	s->cell.after_epoch = may ? prune_if_hopeless : NULL;
	s->cell.ctx = s;
	s->cell.pruned = 0;
}

/* Runs are deterministic, so every error recurs except those that the machine caused (ERR_FAILED,
 * ERR_BUSY): only these are worth a retry. */
static enum cell_end end_of(const struct worker_state *s, const struct error *why)
{
	if (s->cell.pruned)
		return CELL_PRUNED;
	if (why->code == ERR_PREEMPTED)
		return CELL_STOPPED;
	return why->code == ERR_FAILED || why->code == ERR_BUSY ? CELL_RETRY : CELL_FAILED;
}

static void report(const struct worker_state *s, const char *run, const char *status,
		   const char *why)
{
	if (s->w->report)
		s->w->report(s->w->ctx, &s->claim, run, status, why);
}

static int release_cell(struct worker_state *s, const char *run, const struct error *why,
			struct error *err)
{
	static const char *const word[] = {
	    [CELL_STOPPED] = "queued",
	    [CELL_RETRY] = "failed",
	    [CELL_FAILED] = "failed",
	    [CELL_PRUNED] = "pruned",
	};
	enum cell_end end = end_of(s, why);
	int released = cells_release(s->w->store, s->w->sweep, &s->claim, end,
				     end == CELL_STOPPED ? NULL : why->msg, err);

	if (released < 0) {
		log_warn("%s:%d.%lld: %s; this cannot be recorded: %s", s->w->sweep->name,
			 s->claim.ordinal, (long long)s->claim.seed, why->msg, err->msg);
		return -1;
	}
	if (released)
		report(s, run, word[end], why->msg);
	if (released && end == CELL_PRUNED)
		return cells_prune_seeds(s->w->store, &s->claim, s->why, err);
	return 0;
}

/* Gives the cell back, at whose precision its device does not compute, to another worker. */
static int decline(struct worker_state *s, const struct error *why, struct error *err)
{
	if (cells_release(s->w->store, s->w->sweep, &s->claim, CELL_STOPPED, NULL, err) < 0)
		return -1;
	*err = *why;
	return error_prefix(err, "%s:%d.%lld", s->w->sweep->name, s->claim.ordinal,
			    (long long)s->claim.seed);
}

/* Executes the run of the claimed cell: a new one, or the cell's own, from its last checkpoint. */
static int execute_cell(struct worker_state *s, struct error *err)
{
	const struct worker *w = s->w;
	struct run r = {.store = w->store};
	struct error why = {0};
	char run[64];
	int ret = recipe_from_json(&r.recipe, keys_schema(), s->claim.recipe_json,
				   s->w->sweep->defaults, &why);

	if (!ret && precision_check(recipe_text(&r.recipe, "precision"), s->w->device, &why)) {
		run_release(&r);
		return decline(s, &why, err);
	}
	set_pruning(s);
	s->cell.id = s->claim.cell;
	s->cell.token = s->claim.token;
	r.opts.threads = w->threads;
	r.opts.device = w->device;
	r.opts.engines = w->engines;
	r.opts.stop = w->stop;
	r.opts.command = w->command;
	r.opts.progress = w->progress;
	r.opts.resume_id = s->claim.run_id;
	r.opts.dataset_sha256 = s->claim.dataset_sha256;
	r.opts.datasets = &s->datasets;
	r.opts.provenance = &s->provenance;
	r.opts.cell = &s->cell;
	if (!ret)
		ret = run_execute(&r, &why);
	snprintf(run, sizeof run, "%s", r.handle.name);
	run_release(&r);
	if (ret)
		return release_cell(s, run, &why, err);
	report(s, run, "done", NULL);
	return 0;
}

static int process_claim(struct worker_state *s, struct error *err)
{
	int ret;

	if (s->claim.run_done)
		return cells_settle_done(s->w->store, &s->claim, err);
	heartbeat_set(&s->heartbeat, s->claim.cell, s->claim.token);
	ret = execute_cell(s, err);
	heartbeat_set(&s->heartbeat, 0, 0);
	return ret;
}

struct holders {
	const struct sweep_row *sweep;
	struct strbuf *out;
	int n;
};

static int add_holder(void *ctx, const struct cell_row *c)
{
	struct holders *h = ctx;

	/* the worker of a stale cell is dead */
	if (strcmp(c->status, "running") != 0 || h->n > HOLDERS)
		return 0;
	if (h->n++ == HOLDERS)
		strbuf_adds(h->out, " and others");
	else
		strbuf_addf(h->out, "%s%s:%d.%lld (%s)", h->n > 1 ? ", " : "", h->sweep->name,
			    c->ordinal, (long long)c->seed, c->worker);
	return 0;
}

int worker_holders(struct store *s, const struct sweep_row *w, struct strbuf *out,
		   struct error *err)
{
	struct holders h = {w, out, 0};

	return cells_each(s, w->id, "running", NULL, add_holder, &h, err);
}

/* Reports once which cells it waits for: a suspended worker keeps its cell for as long as that
 * lasts. */
static int report_waiting(struct worker_state *s, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	int ret = worker_holders(s->w->store, s->w->sweep, &text, err);

	if (!ret && text.len) {
		log_info("%s: waiting for %s", s->w->sweep->name, text.buf);
		s->waits_reported = 1;
	}
	strbuf_release(&text);
	return ret;
}

/* Called when nothing can be claimed now. 1: nothing can be claimed later either; 0: after a short
 * wait. */
static int wait_for_more(struct worker_state *s, struct error *err)
{
	struct sweep_counts n;

	if (sweeps_count(s->w->store, s->w->sweep->id, &n, err))
		return -1;
	if (n.paused || n.stopped || !(n.queued + n.held + n.running + n.stale))
		return 1;
	if (n.running && !n.queued && !s->waits_reported && report_waiting(s, err))
		return -1;
	usleep(n.queued ? 1000 : 150000);
	return 0;
}

/* Claims and executes one cell. 1: none is left; 0: call it again; -1. */
static int next_cell(struct worker_state *s, struct error *err)
{
	int ret;

	if (store_check_exists(s->w->store, err))
		return -1;
	ret = cells_claim(s->w->store, s->w->sweep, s->name, &s->claim, err);
	if (!ret)
		return wait_for_more(s, err);
	s->waits_reported = 0;
	if (ret > 0)
		ret = process_claim(s, err);
	cells_unclaim(s->w->store, &s->claim);
	return ret;
}

static int work_until_done(struct worker_state *s, struct error *err)
{
	for (;;) {
		int ret;

		if (is_stopped(s->w))
			return error_set(err, ERR_PREEMPTED, "%s: stopped by signal %d",
					 s->w->sweep->name, *s->w->stop);
		ret = next_cell(s, err);
		if (ret > 0)
			return 0;
		s->errors = ret ? s->errors + 1 : 0;
		if (s->errors == RETRIES)
			return -1;
		if (ret)
			usleep(400000);
	}
}

int worker_run(const struct worker *w, struct error *err)
{
	const struct recipe_how how = {.defaults = w->sweep->defaults, .recorded = 1};
	struct worker_state s = {.w = w};
	int ret;

	grid_init(&s.grid, keys_schema(), &how);
	worker_name((long)getpid(), s.name, sizeof s.name);
	ret = grid_from_json(&s.grid, w->sweep->spec, err);
	if (!ret)
		ret = heartbeat_start(&s.heartbeat, w->store, w->sweep->lease, err);
	if (!ret) {
		provenance_find(&s.provenance);
		ret = work_until_done(&s, err);
		heartbeat_stop(&s.heartbeat);
		open_datasets_release(&s.datasets);
	}
	grid_release(&s.grid);
	return ret;
}
