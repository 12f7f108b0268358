/*
 * A run is one visible function: run_execute() builds, records, trains epoch by epoch with
 * checkpoints and evaluations, and settles; for `ssl run`, `resume`, `verify` and the cells of
 * sweeps (worker.h). All that it records goes through a recorder (recorder.h).
 *
 *     recorder_begin:  a new run, any but done, and stale -> running (stale: `running`, but its
 *                      process is dead: by its lock or, without one, RUN_STALE s of silence)
 *     recorder_finish: running -> done (every planned step was taken), failed (an error; NaN under
 *                      guard.nan = fail), collapsed (the guard, guard.c: checkpoint first, exit 7),
 *                      stopped (a signal: checkpoint first, exit 75), pruned (its sweep, worker.c)
 *
 * Invariants
 *  1. No step is taken before the run's row exists.
 *  2. A checkpoint's row exists only if its object is complete; it comes with the metrics up to it.
 *  3. A resumed run equals an unbroken one bit for bit: what is above the checkpoint is removed,
 *     and every random draw depends on (seed, stream, epoch, sample) alone.
 *  4. A settled row never changes; resuming adds an attempt.
 *  5. Everything that a metric depends on is recorded: recipe, dataset hash, code, host, threads.
 *  6. A writer that lost its run to a newer attempt writes nothing more.
 */
#ifndef SSL_RUN_RUN_H
#define SSL_RUN_RUN_H

#include <signal.h>
#include "core/augment/augment.h"
#include "core/augment/batch.h"
#include "core/data/dataset.h"
#include "core/data/loader.h"
#include "core/methods/method.h"
#include "core/optim/optim.h"
#include "core/recipe/recipe.h"
#include "core/run/check.h"
#include "core/run/estimate.h"
#include "core/run/recorder.h"

struct engines;
struct open_datasets;
struct run;

/* Called as a run proceeds, from the training thread. Each may be NULL. */
struct run_progress {
	void *ctx;
	void (*step)(void *ctx, long step, long steps, long epoch, long epochs, double loss,
		     double images_per_s);
	void (*line)(void *ctx, const char *text); /* an online evaluation, or another line */
	/* What the run `name` will take, before its first step. NULL: no step is timed. */
	void (*forecast)(void *ctx, const char *name, const struct estimate *e);
};

/* What a run knows of the cell of a sweep that it is for. */
struct run_cell {
	int64_t id, token; /* the claim: the run is recorded under it, or not at all */
	/* Called after each epoch, when everything is recorded; may be NULL. Not 0, with *err, ends the
	 * run: as pruned if it sets `pruned`. */
	int (*after_epoch)(void *ctx, struct run *r, struct error *err);
	void *ctx;
	int pruned;
};

struct run_opts {
	const char *name;    /* NULL: a readable name is made */
	const char *command; /* as typed */
	const char *const *tag;
	int n_tags, threads;               /* threads: 0 for all cores */
	const struct device *device;       /* where to compute; NULL: the CPU */
	const struct engines *engines;     /* with which engines (engines.h); NULL: the first ones */
	const volatile sig_atomic_t *stop; /* not 0: finish the step, checkpoint, stop */
	long stop_after; /* the same when this many steps are taken; 0: at no step */
	struct run_progress progress;
	int profile;                /* 1: measures some steps, and reports where their time goes */
	int64_t resume_id;          /* 0: a new run */
	const long *resume_epoch;   /* resume from the last checkpoint up to it; NULL: from the last */
	int rules;                  /* version of the rules of metrics, of a new run; 0: the newest */
	const char *dataset_sha256; /* what the dataset must be; NULL: whatever has the name */
	const struct recorder *recorder;     /* the caller's; NULL: the run is recorded in its store */
	const struct provenance *provenance; /* for that recorder; NULL: it is found at begin */
	struct open_datasets *datasets;      /* mapped before, and kept for later runs; or NULL */
	struct run_cell *cell;               /* NULL: the run is for no cell */
};

struct run {
	struct store *store; /* where its dataset is, and its checkpoint when it is resumed */
	struct recipe recipe;
	struct run_opts opts;
	struct recorder recorder;
	struct run_handle handle;
	int rules; /* version of the rules by which its series are computed: RUN_RULES, or older */

	/* data */
	struct dataset data;
	struct dataset_row dataset_row;
	struct run_check check;            /* what the recipe does with it */
	uint32_t *train_index, *val_index; /* images to train on; held out for selection */
	uint32_t n_train, n_held;
	struct augment view[2], plain;
	struct loader loader;
	struct batcher batcher;

	/* model */
	struct arena arena; /* lives as long as the run */
	struct params params;
	struct encoder_spec encoder_spec;
	struct encoder *encoder;
	const struct method *method;
	void *self; /* the method's state */
	const struct optim *optim;
	struct optim_opts optim_opts;
	const struct device *device;
	struct tape tape, eval_tape; /* of training; of all else, whose memory is returned each time */

	/* position: steps are counted from the start of the run, epochs are finished ones */
	long step, steps, steps_per_epoch, epoch, epochs;
	long best_step; /* of the best online evaluation so far, -1 none */
	double best_value, base_lr, final_lr, warmup_steps;
	int cosine;
	struct profile profile;
	struct dynamics *dynamics; /* dynamics.c: NULL until it first measures */
	double started;
};

/* Carries out r (store, recipe and opts filled, the rest zero) to its end; in a dry run to its
 * first step. 0; -1: ERR_PREEMPTED after a signal, ERR_FAILED, ERR_GUARD. r->handle: which run it
 * was. */
int run_execute(struct run *r, struct error *err);
/* build.c: frees what the run holds, whatever run_execute() or run_load() returned. */
void run_release(struct run *r);

/* ---- the parts ---- */

static inline struct recorder_position run_position(const struct run *r)
{
	return (struct recorder_position){r->epoch, r->step};
}

/* True at every `every`-th finished epoch and at the last; never when every is 0. */
static inline int run_due(const struct run *r, long every)
{
	return every > 0 && (r->epoch % every == 0 || r->epoch == r->epochs);
}

/* Should the run stop now, after `step` steps? */
static inline int run_must_stop(const struct run *r, long step)
{
	return (r->opts.stop && *r->opts.stop) || (r->opts.stop_after && step >= r->opts.stop_after);
}

/* train.c: takes the steps that are left of the current epoch. */
int run_train_epoch(struct run *r, struct error *err);

#endif
