/*
 * A run is one visible function: run_execute() records, builds, trains it epoch by epoch with its
 * checkpoints and evaluations, and settles it; for `ssl run`, `resume`, `verify` and cells (worker.h).
 *
 *                       run_record
 *     (none) ------------------------------> running
 *     running ---- run_finish -------------> done       every planned step was taken
 *     running ---- run_finish -------------> failed     an error; NaN under guard.nan = fail
 *     running ---- run_finish -------------> collapsed  the guard: guard.c; checkpoint first, exit 7
 *     running ---- run_finish -------------> stopped    a signal: checkpoint first, exit 75
 *     running ---- run_finish -------------> pruned     as a hopeless cell of a sweep: worker.c
 *     any but done, or stale -- run_record -> running   resume, from the last checkpoint
 * (stale: `running`, but its process is dead: by its lock or, without one, RUN_STALE s of silence)
 *
 * Invariants
 *  1. No step is taken before the run's row exists.
 *  2. A checkpoint's row exists only if its object is complete; it comes with the metrics up to it.
 *  3. A resumed run equals an unbroken one bit for bit: what is above the checkpoint is removed, and
 *     every draw depends on (seed, stream, epoch, sample) alone.
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
#include "core/run/points.h"
#include "core/store/datasets.h"
#include "core/store/runs.h"

enum { RUN_STALE = 90 }; /* seconds without a heartbeat after which a run counts as dead */

/* What the outside is told while it runs; every call is from the training thread. */
struct run_progress {
	void *ctx;
	void (*step)(void *ctx, long step, long steps, long epoch, long epochs, double loss,
		     double images_per_s);
	void (*line)(void *ctx, const char *text); /* an online evaluation, or another line */
	/* What the run `name` will take, before its first step. NULL: no step is timed. */
	void (*forecast)(void *ctx, const char *name, const struct estimate *e);
};

struct run_opts {
	const char *name, *command; /* NULL: a readable name is made */
	const char *const *tag;
	int n_tags, threads;               /* threads: 0 for all cores */
	const volatile sig_atomic_t *stop; /* not 0: finish the step, checkpoint, stop */
	struct run_progress progress;
	int64_t resume_id;          /* 0: a new run */
	const long *resume_epoch;   /* from the last checkpoint up to it; NULL: from the last */
	int rules; /* version of the rules of metrics, of a new run; 0: the newest */
	const char *dataset_sha256; /* what the dataset must be; NULL: whatever has the name */
	struct run_keep *keep;      /* of a worker, between cells: keep.h; or NULL */
	void (*watch)(void *ctx, const char *name, long step, double value); /* each value; or NULL */
	void *watch_ctx;
};

struct run {
	struct store *store;
	struct recipe recipe;
	struct run_opts opts;
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
	struct tape tape;

	/* position: steps are counted from the start of the run, epochs are finished ones */
	long step, steps, steps_per_epoch;
	long epoch, epochs;
	long best_step; /* of the best online evaluation so far, -1 none */
	double best_value;
	double base_lr, final_lr, warmup_steps;
	int cosine;

	struct run_point_buffer points;
	struct dynamics *dynamics; /* dynamics.c: NULL until it first measures */
	struct run_digest *digest; /* digest.c */
	double started;
};

/* Carries out r (store, recipe and opts filled, the rest zero) to its end, with STORE_DRY to its first
 * step. 0; -1: ERR_PREEMPTED after a signal, ERR_FAILED, ERR_GUARD. r->handle: which run it was. */
int run_execute(struct run *r, struct error *err);
void run_release(struct run *r); /* afterwards, whatever was returned */

/* Fills r's recipe, dataset, model and parameters without recording anything: what eval and export
 * need. The recipe is the run's recorded one; values are those of checkpoint `ck`, or the initial
 * ones when NULL. */
int run_load(struct run *r, struct store *s, const struct run_row *row,
	     const struct checkpoint_row *ck, struct error *err);
/* ---- the parts, one file each ---- */

/* build.c: dataset, encoder, method, parameters, optimiser, loader from the recipe. */
int run_build(struct run *r, struct error *err);

/* train.c: the steps that are left of the current epoch. */
int run_train_epoch(struct run *r, struct error *err);

/* evaluate.c: the protocols of eval.protocol on eval.split, recorded at r->step; on test too after the
 * last epoch, where eval.split is val. */
int run_evaluate(struct run *r, struct error *err);

/* record.c: buffers one value of the series at r->step; run_flush() writes them out, with a
 * checkpoint when ck is not NULL. */
void run_note(struct run *r, const char *name, double value);
/* PREFIX NAME as a string that lives as long as the run, for run_note(). */
const char *run_name(struct run *r, const char *prefix, const char *name);
int run_flush(struct run *r, const struct checkpoint_new *ck, struct error *err);
/* Every few seconds: keeps the heartbeat, and what a SIGKILL may cost, short. */
int run_flush_if_due(struct run *r, struct error *err);
int run_record(struct run *r, struct error *err);
int run_settle(struct run *r, int ret, struct error *err);

/* save.c: the whole state as one object, recorded with the metrics up to it. */
int run_checkpoint(struct run *r, struct error *err);
/* True at every `every`-th finished epoch and at the last; never when every is 0. */
int run_due(const struct run *r, long every);
int run_stop(struct run *r, struct error *err); /* saves where it is: -1, ERR_PREEMPTED */

#endif
