#include "core/run/run.h"

#include <string.h>

#include "core/base/clock.h"
#include "core/base/cpu.h"
#include "core/base/parallel.h"
#include "core/run/build.h"
#include "core/run/checkpoint.h"
#include "core/run/dynamics.h"
#include "core/run/engines.h"
#include "core/run/evaluate.h"
#include "core/run/provenance.h"

/* Chooses the recorder, and records that the run begins. 1: a dry run, for which nothing is
 * written. */
static int begin(struct run *r, struct error *err)
{
	const struct run_cell *cell = r->opts.cell;
	const struct engines *e = r->opts.engines;
	const struct recorder_store_opts how = {.provenance = r->opts.provenance,
						.cell = cell ? cell->id : 0,
						.token = cell ? cell->token : 0,
						.stop = r->opts.stop};
	const struct recorder_run run = {
	    .recipe = &r->recipe,
	    .dataset = &r->dataset_row,
	    .method = r->method->name,
	    .command = r->opts.command,
	    .name = r->opts.name,
	    .tag = r->opts.tag,
	    .n_tags = r->opts.n_tags,
	    .threads = r->opts.threads,
	    .device = provenance_device(r->device, e && e->used ? &e->row : NULL),
	    .rules = r->opts.rules,
	    .epochs = r->epochs,
	    .steps = r->steps,
	    .loss_floor = r->method->loss_floor,
	    .least_progress = r->method->least_progress,
	    .steps_per_epoch = r->steps_per_epoch,
	    .resume_id = r->opts.resume_id,
	    .step = r->step};

	if (r->opts.recorder)
		r->recorder = *r->opts.recorder;
	else
		recorder_store(&r->recorder, r->store, &how);
	return recorder_begin(&r->recorder, &run, &r->handle, &r->rules, err);
}

/* 0, 1 or -1 as begin(). What makes no sense (a recipe, a dataset, a shape) leaves no row. */
static int prepare(struct run *r, struct error *err)
{
	parallel_set_threads(r->opts.threads);
	if (run_build(r, err))
		return -1;
	engines_use(r->opts.engines, r->device);
	if (r->opts.resume_id && run_restore(r, err))
		return -1;
	if (r->method->start)
		r->method->start(r->self, r->step > 0);
	if (estimate_try(r, err))
		return -1;
	return begin(r, err);
}

static void forecast(struct run *r)
{
	struct estimate e;

	if (!r->opts.progress.forecast || r->step >= r->steps)
		return;
	estimate_built(r, &e);
	r->opts.progress.forecast(r->opts.progress.ctx, r->handle.name, &e);
}

/* Stops the run between two epochs, when all but its end is recorded, if a signal came meanwhile.
 */
static int stop_if_asked(struct run *r, struct error *err)
{
	if (!run_must_stop(r, r->step) || r->epoch == r->epochs)
		return 0;
	return run_stop(r, err);
}

static int flush(struct run *r, struct error *err)
{
	return recorder_flush(&r->recorder, run_position(r), err);
}

static int close_link(struct run *r, struct error *err)
{
	const struct recorder_state state = run_state(r);

	if (r->device->check(r->device, err))
		return -1;
	recorder_link(&r->recorder, run_position(r), &state);
	return 0;
}

static int evaluate_if_due(struct run *r, struct error *err)
{
	return run_due(r, recipe_int(&r->recipe, "eval.every")) ? run_evaluate(r, err) : 0;
}

static int checkpoint_is_due(const struct run *r)
{
	return run_due(r, recipe_int(&r->recipe, "checkpoint.every"));
}

/* Where no step is planned (method random) the start is the end as well: the encoder is evaluated,
 * if it was not yet, and saved, so that it is compared and exported as that of any other run. */
static int end_at_start(struct run *r, struct error *err)
{
	if (r->epochs)
		return 0;
	if (!recipe_bool(&r->recipe, "eval.at_start") && evaluate_if_due(r, err))
		return -1;
	if (close_link(r, err)) /* nothing is trained: the only link is that of the start */
		return -1;
	return checkpoint_is_due(r) ? run_checkpoint(r, err) : flush(r, err);
}

/* What comes before the first step of an attempt. */
static int start(struct run *r, struct error *err)
{
	if (recorder_start(&r->recorder, err) || run_evaluate_advise(r, err) ||
	    run_evaluate_resume(r, err) || run_dynamics_resume(r, err))
		return -1;
	if (r->step == 0 && recipe_bool(&r->recipe, "eval.at_start") && run_evaluate(r, err))
		return -1;
	if ((r->step == 0 && run_dynamics(r, err)) || end_at_start(r, err))
		return -1;
	return stop_if_asked(r, err);
}

/* One epoch and what is due after it. -1 also for a signal, and when a guard ends the run. */
static int run_epoch(struct run *r, struct error *err)
{
	const struct run_cell *cell = r->opts.cell;

	if (run_train_epoch(r, err) || evaluate_if_due(r, err) || run_dynamics(r, err))
		return -1;
	if (close_link(r, err) || (checkpoint_is_due(r) && run_checkpoint(r, err)))
		return -1;
	if (flush(r, err) || stop_if_asked(r, err))
		return -1;
	return cell && cell->after_epoch ? cell->after_epoch(cell->ctx, r, err) : 0;
}

static int train(struct run *r, struct error *err)
{
	if (start(r, err))
		return -1;
	while (r->epoch < r->epochs)
		if (run_epoch(r, err))
			return -1;
	return 0;
}

static const char *status_of(const struct run *r, int ret, const struct error *err)
{
	if (!ret)
		return "done";
	if (run_collapsed(r))
		return "collapsed";
	if (r->opts.cell && r->opts.cell->pruned)
		return "pruned";
	return err->code == ERR_PREEMPTED ? "stopped" : "failed";
}

/* Line by line. */
static void report_profile(struct run *r)
{
	struct strbuf text = STRBUF_INIT;

	profile_report(&r->profile, &text);
	for (char *line = text.buf, *end; r->opts.progress.line && *line; line = end) {
		end = line + strcspn(line, "\n");
		end += *end ? (*end = 0, 1) : 0;
		r->opts.progress.line(r->opts.progress.ctx, line);
	}
	strbuf_release(&text);
}

/* Records how the run ended, and passes ret on. If that fails as well (the disk is full, the store
 * is gone), the first error is the one to report. */
static int settle(struct run *r, int ret, struct error *err)
{
	struct error second = {0};
	struct run_end end = {0};

	report_profile(r);
	if (!ret)
		ret = recorder_check(&r->recorder, err);
	if (ret && err->code != ERR_PREEMPTED)
		flush(r, &second);
	end.status = status_of(r, ret, err);
	end.exit_code = ret ? (int)err->code : 0;
	end.error = ret ? err->msg : NULL;
	end.seconds = clock_now() - r->started;
	end.peak_rss = cpu_peak_rss();
	end.arena_peak = (int64_t)(r->arena.peak + tensor_arena_peak(&r->tape.arena) +
				   tensor_arena_peak(&r->params.arena));
	if (!r->device->is_host)
		end.arena_peak = (int64_t)r->device->peak_bytes(r->device);
	if (recorder_finish(&r->recorder, &end, &second) && !ret) {
		*err = second;
		return -1;
	}
	return ret;
}

int run_execute(struct run *r, struct error *err)
{
	int dry;

	r->started = clock_now();
	dry = prepare(r, err);
	if (dry < 0)
		return -1;
	forecast(r);
	return dry ? 0 : settle(r, train(r, err), err);
}
