#include "core/run/worker.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/recipe/grid.h"
#include "core/run/heartbeat.h"
#include "core/run/keys.h"
#include "core/run/open_datasets.h"
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

int sweep_is_rung(const struct recipe *exec, long epoch)
{
	long rung = recipe_int(exec, "exec.prune_warmup");

	if (strcmp(recipe_text(exec, "exec.prune"), "asha"))
		return epoch >= rung;
	while (rung < epoch)
		rung *= recipe_int(exec, "exec.prune_eta");
	return rung == epoch;
}

static int prune_if_hopeless(void *ctx, struct run *r, struct error *err)
{
	struct worker_state *l = ctx;
	const struct recipe *exec = &l->grid.exec;
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
	hopeless = cells_prune(r->store, &l->claim, &rule, r->step, l->why, err);
	if (hopeless <= 0)
		return hopeless;
	l->cell.pruned = 1;
	return error_set(err, ERR_PREEMPTED, "%s: %s", r->handle.name, l->why);
}

/* Points are compared by their cells of the first seed. Without prune_seeds only these may be
 * pruned. */
static void set_pruning(struct worker_state *l)
{
	const struct recipe *exec = &l->grid.exec;
	int may = strcmp(recipe_text(exec, "exec.prune"), "none") &&
		  (!l->claim.rank || recipe_bool(exec, "exec.prune_seeds"));

	l->cell.after_epoch = may ? prune_if_hopeless : NULL;
	l->cell.ctx = l;
	l->cell.pruned = 0;
}

/* Runs are deterministic, so every error recurs except those that the machine caused (ERR_FAILED,
 * ERR_BUSY): only these are worth a retry. */
static enum cell_end end_of(const struct worker_state *l, const struct error *why)
{
	if (l->cell.pruned)
		return CELL_PRUNED;
	if (why->code == ERR_PREEMPTED)
		return CELL_STOPPED;
	return why->code == ERR_FAILED || why->code == ERR_BUSY ? CELL_RETRY : CELL_FAILED;
}

static void report(const struct worker_state *l, const char *run, const char *status,
		   const char *why)
{
	if (l->w->report)
		l->w->report(l->w->ctx, &l->claim, run, status, why);
}

static int release_cell(struct worker_state *l, const char *run, const struct error *why,
			struct error *err)
{
	static const char *const word[] = {
	    [CELL_STOPPED] = "queued",
	    [CELL_RETRY] = "failed",
	    [CELL_FAILED] = "failed",
	    [CELL_PRUNED] = "pruned",
	};
	enum cell_end end = end_of(l, why);
	int released = cells_release(l->w->store, l->w->sweep, &l->claim, end,
				     end == CELL_STOPPED ? NULL : why->msg, err);

	if (released < 0) {
		log_warn("%s:%d.%lld: %s; this cannot be recorded: %s", l->w->sweep->name,
			 l->claim.ordinal, (long long)l->claim.seed, why->msg, err->msg);
		return -1;
	}
	if (released)
		report(l, run, word[end], why->msg);
	if (released && end == CELL_PRUNED)
		return cells_prune_seeds(l->w->store, &l->claim, l->why, err);
	return 0;
}

/* Executes the run of the claimed cell: a new one, or the cell's own, from its last checkpoint. */
static int execute_cell(struct worker_state *l, struct error *err)
{
	const struct worker *w = l->w;
	struct run r = {.store = w->store};
	struct error why = {0};
	char run[64];
	int ret = recipe_from_json(&r.recipe, keys_schema(), l->claim.recipe_json,
				   l->w->sweep->defaults, &why);

	set_pruning(l);
	l->cell.id = l->claim.cell;
	l->cell.token = l->claim.token;
	r.opts.threads = w->threads;
	r.opts.stop = w->stop;
	r.opts.command = w->command;
	r.opts.progress = w->progress;
	r.opts.resume_id = l->claim.run_id;
	r.opts.dataset_sha256 = l->claim.dataset_sha256;
	r.opts.datasets = &l->datasets;
	r.opts.provenance = &l->provenance;
	r.opts.cell = &l->cell;
	if (!ret)
		ret = run_execute(&r, &why);
	snprintf(run, sizeof run, "%s", r.handle.name);
	run_release(&r);
	if (ret)
		return release_cell(l, run, &why, err);
	report(l, run, "done", NULL);
	return 0;
}

static int process_claim(struct worker_state *l, struct error *err)
{
	int ret;

	if (l->claim.run_done)
		return cells_settle_done(l->w->store, &l->claim, err);
	heartbeat_set(&l->heartbeat, l->claim.cell, l->claim.token);
	ret = execute_cell(l, err);
	heartbeat_set(&l->heartbeat, 0, 0);
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

	if (strcmp(c->status, "running") != 0 ||
	    h->n > HOLDERS) /* not stale: its worker is alive */
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

/* Reports once whom it waits for: a worker that is suspended keeps its cell for as long as that
 * lasts. */
static int report_waiting(struct worker_state *l, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	int ret = worker_holders(l->w->store, l->w->sweep, &text, err);

	if (!ret && text.len) {
		log_info("%s: waiting for %s", l->w->sweep->name, text.buf);
		l->waits_reported = 1;
	}
	strbuf_release(&text);
	return ret;
}

/* Called when nothing can be claimed now. 1: nothing can be claimed later either; 0: after a short
 * wait. */
static int wait_for_more(struct worker_state *l, struct error *err)
{
	struct sweep_counts n;

	if (sweeps_count(l->w->store, l->w->sweep->id, &n, err))
		return -1;
	if (n.paused || n.stopped || !(n.queued + n.held + n.running + n.stale))
		return 1;
	if (n.running && !n.queued && !l->waits_reported && report_waiting(l, err))
		return -1;
	usleep(n.queued ? 1000 : 150000);
	return 0;
}

/* Claims and executes one cell. 1: none is left; 0: call it again; -1. */
static int next_cell(struct worker_state *l, struct error *err)
{
	int ret;

	if (store_check_there(l->w->store, err))
		return -1;
	ret = cells_claim(l->w->store, l->w->sweep, l->name, &l->claim, err);
	if (!ret)
		return wait_for_more(l, err);
	l->waits_reported = 0;
	if (ret > 0)
		ret = process_claim(l, err);
	cells_unclaim(l->w->store, &l->claim);
	return ret;
}

static int work_until_done(struct worker_state *l, struct error *err)
{
	for (;;) {
		int ret;

		if (is_stopped(l->w))
			return error_set(err, ERR_PREEMPTED, "%s: stopped by signal %d",
					 l->w->sweep->name, *l->w->stop);
		ret = next_cell(l, err);
		if (ret > 0)
			return 0;
		l->errors = ret ? l->errors + 1 : 0;
		if (l->errors == RETRIES)
			return -1;
		if (ret)
			usleep(400000);
	}
}

int worker_run(const struct worker *w, struct error *err)
{
	const struct recipe_how how = {.defaults = w->sweep->defaults, .recorded = 1};
	struct worker_state l = {.w = w};
	int ret;

	grid_init(&l.grid, keys_schema(), &how);
	worker_name((long)getpid(), l.name, sizeof l.name);
	ret = grid_from_json(&l.grid, w->sweep->spec, err);
	if (!ret)
		ret = heartbeat_start(&l.heartbeat, w->store, w->sweep->lease, err);
	if (!ret) {
		provenance_find(&l.provenance);
		ret = work_until_done(&l, err);
		heartbeat_stop(&l.heartbeat);
		open_datasets_release(&l.datasets);
	}
	grid_release(&l.grid);
	return ret;
}
