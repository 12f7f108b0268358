#include "core/run/keep.h"
#include "core/run/run.h"
#include "core/run/dynamics.h"
#include "core/run/save.h"
#include "core/run/digest.h"
#include "core/run/evaluate.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/parallel.h"
#include "core/store/object.h"

int run_due(const struct run *r, long every)
{
	return every > 0 && (r->epoch % every == 0 || r->epoch == r->epochs);
}

/* A resumed run goes on from its last checkpoint, or the one that was asked for; where there is
 * none it starts over. */
static int load_checkpoint(struct run *r, struct error *err)
{
	const long *at = r->opts.resume_epoch;
	struct checkpoint_row ck;
	char path[4200];
	struct error none = {0};

	if (checkpoints_find(r->store, r->opts.resume_id, at ? *at : -1, &ck, &none)) {
		if (none.code == ERR_NOT_FOUND)
			return 0;
		*err = none;
		return -1;
	}
	object_path(r->store, ck.sha256, path, sizeof path);
	if (object_verify(r->store, ck.sha256, &none))
		return error_set(
		    err, ERR_CORRUPT,
		    "checkpoint at epoch %ld: %s (REF@epoch=%ld resumes from one before)", ck.epoch,
		    none.msg, ck.epoch ? ck.epoch - 1 : 0);
	if (checkpoint_check(&r->recipe, path, err) ||
	    checkpoint_load(&r->params, path, &r->step, 1, err))
		return -1;
	if (r->step != ck.step || r->step > r->steps)
		return error_set(err, ERR_CORRUPT,
				 "%s: it is of step %ld, and the store says step %ld of %ld", path,
				 r->step, ck.step, r->steps);
	r->epoch = r->steps_per_epoch ? r->step / r->steps_per_epoch : ck.epoch;
	return 0;
}

static int prepare(struct run *r, struct error *err)
{
	parallel_set_threads(r->opts.threads);
	if (run_build(r, err))
		return -1;
	if (r->opts.resume_id && load_checkpoint(r, err))
		return -1;
	if (r->method->start)
		r->method->start(r->self, r->step > 0);
	return run_record(r, err);
}

/* Between epochs everything is settled but the end: a signal that came meanwhile stops the run
 * here. */
static int stop_if_asked(struct run *r, struct error *err)
{
	if (!r->opts.stop || !*r->opts.stop || r->epoch == r->epochs)
		return 0;
	return run_stop(r, err);
}

int run_stop(struct run *r, struct error *err)
{
	if (r->step > 0 && run_checkpoint(r, err)) /* at step 0 there is nothing to lose */
		return -1;
	return error_set(err, ERR_PREEMPTED,
			 "%s: stopped by signal %d at step %ld of %ld: `ssl resume %s` goes on",
			 r->handle.name, *r->opts.stop, r->step, r->steps, r->handle.name);
}

/* Where no step is planned (method random) the start is the end as well: evaluated, if it was not
 * yet, and saved, so that it is judged and exported like any other run. */
static int end_at_start(struct run *r, struct error *err)
{
	if (r->epochs)
		return 0;
	if (!recipe_bool(&r->recipe, "eval.at_start") &&
	    run_due(r, recipe_int(&r->recipe, "eval.every")) && run_evaluate(r, err))
		return -1;
	digest_link(r); /* nothing to train: the only link is that of the start */
	return run_due(r, recipe_int(&r->recipe, "checkpoint.every")) ? run_checkpoint(r, err)
								      : run_flush(r, NULL, err);
}

static void forecast(struct run *r)
{
	struct estimate e;

	if (!r->opts.progress.forecast || r->step >= r->steps)
		return;
	estimate_built(r, &e);
	r->opts.progress.forecast(r->opts.progress.ctx, r->handle.name, &e);
}

int run_execute(struct run *r, struct error *err)
{
	int ret = -1;

	r->started = clock_now();
	if (prepare(r, err)) /* a recipe, dataset or shape that makes no sense leaves no row */
		return -1;
	forecast(r);
	if (!store_is_writable(r->store))
		return 0;
	store_wait_long(r->store, r->opts.stop);
	if (run_evaluate_advise(r, err) || digest_start(r, err) || run_evaluate_resume(r, err) ||
	    run_dynamics_resume(r, err))
		goto done;
	if (r->step == 0 && recipe_bool(&r->recipe, "eval.at_start") && run_evaluate(r, err))
		goto done;
	if ((r->step == 0 && run_dynamics(r, err)) || end_at_start(r, err) || stop_if_asked(r, err))
		goto done;
	while (r->epoch < r->epochs) {
		if (run_train_epoch(r, err)) /* a signal, a NaN, a store that is gone */
			goto done;
		if (run_due(r, recipe_int(&r->recipe, "eval.every")) && run_evaluate(r, err))
			goto done;
		if (run_dynamics(r, err)) /* the guard against collapse */
			goto done;
		digest_link(r);
		if (run_due(r, recipe_int(&r->recipe, "checkpoint.every")) &&
		    run_checkpoint(r, err))
			goto done;
		if (run_flush(r, NULL, err) || stop_if_asked(r, err) || keep_after_epoch(r, err))
			goto done;
	}
	ret = 0;
done:
	return run_settle(r, ret, err);
}

void run_release(struct run *r)
{
	digest_release(r);
	tape_release(&r->tape);
	params_release(&r->params);
	arena_release(&r->arena);
	if (!r->opts.keep) /* a worker's stay open */
		dataset_close(&r->data);
	recipe_release(&r->recipe);
	free(r->points.point);
	memset(r, 0, sizeof *r);
}
