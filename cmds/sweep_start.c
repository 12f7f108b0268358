/* ssl sweep start, extend, pause and retry: the verbs that change a sweep. */
#include <string.h>

#include "cmds/execute.h"
#include "cmds/sweep.h"
#include "core/base/cpu.h"
#include "core/base/log.h"
#include "core/run/recipe_context.h"
#include "core/run/keys.h"
#include "core/run/worker.h"
#include "core/store/sweep_trash.h"

static int open_writer(struct sweep_args *a, struct error *err)
{
	return cmd_open_store(a->ctx, NEED_STORE_WRITE, err);
}

/* Saves a new sweep, which replaces the sweep a->replaces if that is not 0. Appends its name. */
static int save_new(struct sweep_args *a, struct strbuf *name, struct error *err)
{
	struct grid g;
	struct sweep_plan p;
	int ret = sweep_read(a, 0, 0, &g, &p, err), added;

	if (!ret)
		ret = open_writer(a, err) || sweeps_check_name_free(a->ctx->store, g.name, err) ||
		      sweep_check(a, &g, &p, err) || sweep_plan_check_device(&p, a->device, err) ||
		      sweep_plan_save(&p, &g, a->ctx->store, a->command, a->replaces, a->reuse,
				      &added, err);
	if (!ret)
		strbuf_adds(name, g.name);
	a->saved = !ret;
	sweep_plan_release(&p);
	grid_release(&g);
	return ret ? -1 : 0;
}

/* A sweep of this name exists with another description. It may be replaced while none of its cells
 * is done, since nothing is lost: returns 0 and sets a->replaces and *n. */
static int may_replace(struct sweep_args *a, const struct sweep_row *w, struct sweep_counts *n,
		       struct error *err)
{
	if (sweeps_count(a->ctx->store, w->id, n, err))
		return -1;
	if (n->done)
		return error_set(err, ERR_USAGE,
				 "sweep %s: exists with another description: `ssl sweep extend` "
				 "adds cells to it, --name starts a new one",
				 w->name);
	if (n->running)
		return error_set(
		    err, ERR_USAGE,
		    "sweep %s: exists with another description and is running: stop its "
		    "workers to start it anew, or start a new one with --name",
		    w->name);
	a->replaces = w->id;
	return 0;
}

static void report_replaced(const struct sweep_args *a, const char *name,
			    const struct sweep_counts *n)
{
	log_info("%s: none of its %d cells is done: %s anew from this description; the runs of the "
		 "previous sweep are kept",
		 name, n->cells, a->ctx->dry_run ? "would be started" : "started");
}

/* Finds the sweep that the arguments describe, or saves it; appends its name. A sweep that was
 * started before is compared as it was described then: defaults that changed and rules that were
 * added since do not count. */
static int save(struct sweep_args *a, struct strbuf *name, struct error *err)
{
	struct sweep_counts n;
	struct sweep_row old;
	int same, there, ret;

	if (open_writer(a, err)) /* without a store, errors in the description come first */
		return err->code == ERR_NOT_FOUND ? save_new(a, name, err) : -1;
	there = sweep_recall(a, &old, &same, err);
	if (there <= 0)
		return there ? -1 : save_new(a, name, err);
	if (same) {
		strbuf_adds(name, old.name);
		ret = 0;
	} else {
		ret = may_replace(a, &old, &n, err) || save_new(a, name, err) ? -1 : 0;
		if (!ret)
			report_replaced(a, name->buf, &n);
	}
	sweep_row_release(&old);
	return ret;
}

/* -n for a sweep that `start` would record. */
static int forecast_new(struct sweep_args *a, struct error *err)
{
	struct grid g;
	struct sweep_plan p;
	int ret = sweep_read(a, 0, 0, &g, &p, err);

	if (!ret && a->ctx->store)
		ret = sweeps_check_name_free(a->ctx->store, g.name, err);
	if (!ret)
		ret = sweep_print_plan(a, &g, &p, err);
	sweep_plan_release(&p);
	grid_release(&g);
	return ret ? -1 : 0;
}

/* -n for a sweep that exists: the cells that wait; or, if it was described differently, the refusal
 * or the sweep that would be started. */
static int forecast_old(struct sweep_args *a, const struct sweep_row *w, int same,
			struct error *err)
{
	struct sweep_counts n;

	if (same)
		return sweep_print_queue(a, w, err);
	if (may_replace(a, w, &n, err))
		return -1;
	report_replaced(a, w->name, &n);
	return forecast_new(a, err);
}

static int forecast(struct sweep_args *a, struct error *err)
{
	struct sweep_row w;
	int same = 1, there = 1, ret;

	if (a->operand && !sweep_is_file(a)) {
		if (cmd_open_store(a->ctx, NEED_STORE_READ, err) ||
		    sweeps_find(a->ctx->store, a->operand, &w, err))
			return -1;
	} else {
		if (cmd_open_store_if_any(a->ctx, err))
			return -1;
		there = a->ctx->store ? sweep_recall(a, &w, &same, err) : 0;
	}
	if (there <= 0)
		return there ? -1 : forecast_new(a, err);
	ret = forecast_old(a, &w, same, err);
	sweep_row_release(&w);
	return ret;
}

static int has_settings(const struct sweep_args *a)
{
	return a->method || a->dataset || a->seeds || a->name || a->set.n || a->grid.n || a->zip.n;
}

/* Cells that other workers are running are waited for; this is reported once, at the start. */
static void report_holders(struct store *s, const struct sweep_row *w)
{
	struct strbuf text = STRBUF_INIT;
	struct error passing;

	if (!worker_holders(s, w, &text, &passing) && text.len)
		log_info("%s: other workers are running %s", w->name, text.buf);
	strbuf_release(&text);
}

/* Refuses a recorded sweep with waiting cells at whose precision the device does not compute. */
static int check_waiting(struct store *s, const struct sweep_row *w, const struct device *device,
			 struct error *err)
{
	struct sweep_plan p = {0};
	int ret = sweep_plan_queue(&p, s, w, err) || sweep_plan_check_device(&p, device, err);

	sweep_plan_release(&p);
	return ret ? error_prefix(err, "%s", w->name) : 0;
}

/* Reads the table of engines as the workers will, so that one that does not fit is refused at once.
 */
static int check_engines(struct sweep_args *a, const struct sweep_row *w, struct error *err)
{
	struct engines e = {0};
	int ret = engines_of_sweep(a->ctx->store, w->id, w->name, a->engines, a->device, &e, err);

	engines_release(&e);
	return ret;
}

static int run_sweep(struct sweep_args *a, const char *name, struct error *err)
{
	struct supervisor v = {.store = a->ctx->store, .dir = a->ctx->dir};
	struct sweep_view view;
	struct sweep_counts n;
	struct sweep_row w;
	int ret;

	if (sweeps_find(a->ctx->store, name, &w, err))
		return -1;
	sweep_warn_goal(&w);
	ret = a->saved ? 0 : check_waiting(v.store, &w, a->device, err);
	if (!ret)
		ret = check_engines(a, &w, err);
	if (!ret && !strcmp(w.state, "paused"))
		ret = sweeps_set_state(v.store, w.id, "active", err);
	if (!ret)
		ret = sweeps_count(v.store, w.id, &n, err);
	if (!ret && n.running)
		report_holders(v.store, &w);
	if (!ret) {
		sweep_view_init(&view, a->ctx, &w, (int)a->workers, &n);
		v.sweep = &w;
		v.workers = (int)a->workers;
		v.threads = cpu_count() / v.workers > 1 ? cpu_count() / v.workers : 1;
		v.devices = a->devices;
		v.engines = a->engines;
		v.stop = &signal_received;
		v.tick = sweep_view_tick;
		v.ctx = &view;
		cmd_catch_signals();
		ret = supervise(&v, &n, err);
		sweep_view_end(&view);
	}
	if (!ret)
		log_info("%s: %s: %d of %d cells done%s", w.name,
			 n.paused && n.queued ? "paused" : "finished", n.done, n.cells,
			 n.pruned ? ", the others pruned" : "");
	sweep_row_release(&w);
	return ret;
}

/* A table that is missing or does not fit is refused before the sweep is recorded. */
static int open_and_check_engines(struct sweep_args *a, struct error *err)
{
	struct engines e;
	int ret = open_writer(a, err) || cmd_find_engines(a->ctx, a->engines, a->device, &e, err)
		      ? -1
		      : 0;

	if (!ret)
		engines_release(&e);
	return ret;
}

int sweep_start(struct sweep_args *a, struct error *err)
{
	struct strbuf name = STRBUF_INIT;
	int ret;

	if (a->operand && !sweep_is_file(a) && has_settings(a))
		return error_set(err, ERR_USAGE,
				 "sweep start %s: a recorded sweep takes no settings: `ssl sweep "
				 "extend` adds cells to it",
				 a->operand);
	if (a->ctx->dry_run)
		return forecast(a, err);
	if (a->engines && open_and_check_engines(a, err))
		return -1;
	if (a->operand && !sweep_is_file(a)) {
		strbuf_adds(&name, a->operand);
		ret = open_writer(a, err);
	} else {
		ret = save(a, &name, err);
	}
	if (!ret)
		ret = run_sweep(a, name.buf, err);
	strbuf_release(&name);
	return ret;
}

/* Reads the recorded sweep and adds the new values of its axes and the new seeds. */
static int extend_grid(struct sweep_args *a, struct grid *g, struct sweep_plan *p,
		       struct error *err)
{
	struct recipe_how how = {.recorded = 1};
	struct sweep_row w;
	int ret;

	if (!a->grid.n && !a->seeds)
		return error_set(err, ERR_USAGE,
				 "sweep extend %s: nothing to add: give --grid or --seeds",
				 a->operand);
	if (sweeps_find(a->ctx->store, a->operand, &w, err))
		return -1;
	sweep_warn_goal(&w);
	how.defaults = w.defaults;
	how.context = &a->context;
	recipe_context_of_store(&a->context, a->ctx->store);
	grid_init(g, keys_schema(), &how);
	ret = grid_from_json(g, w.spec, err);
	g->name = a->operand; /* an imported sweep may have another name here */
	for (int i = 0; i < a->grid.n && !ret; i++)
		ret = grid_extend_axis(g, a->grid.item[i], err);
	if (!ret && a->seeds)
		ret = grid_add_seeds(g, a->seeds, 1, err);
	if (!ret)
		ret = grid_finish(g, err) || sweep_plan_make(p, g, err) ||
		      (a->seeds && sweep_plan_join(p, g, a->ctx->store, w.id, err));
	sweep_row_release(&w);
	return ret ? -1 : 0;
}

/* -n */
static int report_extension(struct sweep_args *a, const char *name, const struct sweep_plan *p,
			    struct error *err)
{
	struct sweep_counts n;
	struct sweep_row w;
	int missing, ret;

	if (sweeps_find(a->ctx->store, name, &w, err))
		return -1;
	ret = sweeps_count(a->ctx->store, w.id, &n, err);
	missing = ret ? -1 : sweep_plan_missing(p, a->ctx->store, w.id, err);
	sweep_row_release(&w);
	if (missing < 0)
		return -1;
	log_info("%s: would have %d cells, %d of them new", name, n.cells + missing, missing);
	return 0;
}

static void ignore_line(const char *text)
{
	(void)text;
}

/* Would the present rules refuse the recorded sweep if it were new? Then they are not applied to a
 * file that extends it either, since the file repeats its description. */
static int is_refused_now(struct sweep_args *a, const struct sweep_row *w)
{
	struct recipe_how how = {.defaults = w->defaults, .context = &a->context};
	struct sweep_plan p = {0};
	struct error why = {0};
	struct grid g;
	int ret;

	recipe_context_of_store(&a->context, a->ctx->store);
	grid_init(&g, keys_schema(), &how);
	ret = grid_from_json(&g, w->spec, &why) || grid_finish(&g, &why) ||
	      sweep_goal_settle(&g, &why) || sweep_plan_make(&p, &g, &why) ||
	      sweep_plan_check(&p, &g.exec, a->ctx->store, 1, ignore_line, &why) ||
	      sweep_goal_check(&g, &why);
	sweep_plan_release(&p);
	grid_release(&g);
	return ret && (why.code == ERR_USAGE || why.code == ERR_CORRUPT);
}

/* Reads the file with the defaults of the recorded sweep of the same name. */
static int extend_by_file(struct sweep_args *a, struct grid *g, struct sweep_plan *p,
			  struct error *err)
{
	struct sweep_row w;
	int same, there = sweep_recall(a, &w, &same, err);

	if (there < 0)
		return -1;
	if (there) {
		int defaults = w.defaults;

		sweep_warn_goal(&w);
		same = same || is_refused_now(a, &w);
		a->extends = (struct sweep_context){a->ctx->store, w.id};
		sweep_row_release(&w);
		return sweep_read(a, defaults, same, g, p, err);
	}
	return sweep_read(a, 0, 0, g, p, err) || sweeps_require(a->ctx->store, g->name, err) ? -1
											     : 0;
}

int sweep_extend(struct sweep_args *a, struct error *err)
{
	struct grid g = {0};
	struct sweep_plan p = {0};
	int ret, added = 0;

	if (open_writer(a, err))
		return -1;
	if (sweep_is_file(a))
		ret = extend_by_file(a, &g, &p, err);
	else
		ret = extend_grid(a, &g, &p, err);
	if (!ret)
		ret = sweep_check(a, &g, &p, err);
	if (!ret && a->ctx->dry_run)
		ret = report_extension(a, g.name, &p, err);
	else if (!ret)
		ret = sweep_plan_save(&p, &g, a->ctx->store, a->command, 0, a->reuse, &added, err);
	if (!ret && !a->ctx->dry_run)
		log_info("%s: %d cells added: `ssl sweep start %s` runs them", g.name, added,
			 g.name);
	sweep_plan_release(&p);
	grid_release(&g);
	return ret;
}

int sweep_pause(struct sweep_args *a, struct error *err)
{
	struct sweep_row w;
	int ret;

	if (open_writer(a, err) || sweeps_find(a->ctx->store, a->operand, &w, err))
		return -1;
	ret = a->ctx->dry_run ? 0 : sweeps_set_state(a->ctx->store, w.id, "paused", err);
	if (!ret && a->ctx->dry_run)
		log_info("%s: would be paused", w.name);
	else if (!ret)
		log_info("%s: paused: running cells are finished, and no other is started; `ssl "
			 "sweep start %s` continues",
			 w.name, w.name);
	sweep_row_release(&w);
	return ret;
}

/* The number of cells that would be retried. */
static int count_retried(const struct sweep_counts *c, int which)
{
	return (which & RETRY_FAILED ? c->failed - c->collapsed : 0) +
	       (which & RETRY_PRUNED ? c->pruned : 0) +
	       (which & RETRY_COLLAPSED ? c->collapsed : 0);
}

int sweep_retry(struct sweep_args *a, struct error *err)
{
	int which = (a->pruned ? RETRY_PRUNED : 0) | (a->collapsed ? RETRY_COLLAPSED : 0);
	struct sweep_row w;
	struct sweep_counts c;
	int ret, n = 0;

	which = which ? which : RETRY_FAILED;
	if (open_writer(a, err) || sweeps_find(a->ctx->store, a->operand, &w, err))
		return -1;
	ret = sweeps_count(a->ctx->store, w.id, &c, err);
	n = count_retried(&c, which);
	if (!ret && !a->ctx->dry_run)
		ret = sweeps_retry(a->ctx->store, w.id, which, &n, err);
	if (!ret && a->ctx->dry_run)
		log_info("%s: %d cell%s would be queued again", w.name, n, n == 1 ? "" : "s");
	else if (!ret)
		log_info("%s: %d cell%s queued again: `ssl sweep start %s` runs %s", w.name, n,
			 n == 1 ? "" : "s", w.name, n == 1 ? "it" : "them");
	if (!ret && which == RETRY_FAILED && c.collapsed)
		log_info("%s: %d cell%s collapsed and would collapse again: --collapsed retries %s "
			 "anyway",
			 w.name, c.collapsed, c.collapsed == 1 ? "" : "s",
			 c.collapsed == 1 ? "it" : "them");
	sweep_row_release(&w);
	return ret;
}
