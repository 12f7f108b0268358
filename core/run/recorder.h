/*
 * Where a run writes down what it computes. Training, evaluation, the guard and checkpoints call a
 * recorder and no function of the store, so that a run can be recorded in a store, by another
 * process, or not at all.
 *
 * A run calls begin, start, then the functions below these in any order, and finish at its end, all
 * from one thread. Steps of values never go down. Functions that return int return 0, or -1 with
 * *err, unless stated.
 */
#ifndef SSL_RUN_RECORDER_H
#define SSL_RUN_RECORDER_H

#include <signal.h>

#include "core/base/error.h"
#include "core/recipe/recipe.h"
/* Rows as the tables have them, as plain data: a copy of each struct would only have to be kept in
 * step. */
#include "core/store/datasets.h"
#include "core/store/evals.h"
#include "core/store/runs.h"
#include "core/store/spectrum.h"

struct recorder_run { /* what begin records; all of it outlives the run */
	const struct recipe *recipe;
	const struct dataset_row *dataset;
	const char *method, *command;
	const char *name; /* NULL: the recorder makes one */
	const char *const *tag;
	int n_tags, threads;
	struct device_info device;
	int rules; /* version of the rules of metrics, of a new run; 0: the newest */
	long epochs, steps, steps_per_epoch;
	double loss_floor, least_progress; /* of the method (method.h) */
	int64_t resume_id; /* the run to resume; 0: a new one */
	long step;         /* where it is resumed; 0: at its start */
};

struct recorder_position {
	long epoch, step; /* finished epochs; steps since the start of the run */
};

/* Weights, buffers and optimiser state at one moment, for a recorder that asks for them. */
struct recorder_state {
	void *ctx;
	void (*hash)(void *ctx, char hex[HASH_HEX]); /* over all tensors */
	/* Writes a checkpoint file and returns its SHA-256. */
	int (*write)(void *ctx, const char *path, char sha256[HASH_HEX], struct error *err);
};

struct recorder_checkpoint {
	struct recorder_position at;
	struct recorder_state state;
	int keep_last;  /* how many of the newest checkpoints are kept; 0: all */
	long keep_step; /* step of the best evaluation, whose checkpoint is kept as well; -1: none */
};

/* An implementation: the functions below, with ctx in place of the recorder. NULL does nothing, as
 * 0. */
struct recorder_ops {
	int (*begin)(void *ctx, const struct recorder_run *run, struct run_handle *out, int *rules,
		     struct error *err);
	int (*start)(void *ctx, struct error *err);
	void (*note)(void *ctx, long step, const char *name, double value);
	int (*spectrum)(void *ctx, long step, const struct spectrum_value *v, int n, struct error *err);
	int (*evaluation)(void *ctx, struct eval_new *e, struct error *err);
	int (*event)(void *ctx, const char *kind, const char *text, struct error *err);
	int (*flush)(void *ctx, struct recorder_position at, struct error *err);
	int (*flush_if_due)(void *ctx, struct recorder_position at, struct error *err);
	void (*link)(void *ctx, struct recorder_position at, const struct recorder_state *state);
	int (*checkpoint)(void *ctx, const struct recorder_checkpoint *ck, struct error *err);
	int (*tail)(void *ctx, const char *name, long step, double *out, int max, struct error *err);
	int (*best)(void *ctx, const char *name, long *step, double *value, struct error *err);
	int (*check)(void *ctx, struct error *err);
	int (*finish)(void *ctx, const struct run_end *end, struct error *err);
	void (*release)(void *ctx);
};

struct recorder { /* all zero: none */
	const struct recorder_ops *ops;
	void *ctx;
};

/* Records that the run, or another attempt at it, begins. Fills *out, and *rules with the version
 * of the rules by which its metrics are computed. 1: only checked, since nothing may be written (a
 * dry run). */
int recorder_begin(const struct recorder *rec, const struct recorder_run *run, struct run_handle *out,
		   int *rules, struct error *err);
/* Reads what an earlier attempt recorded and the record goes on from. */
int recorder_start(const struct recorder *rec, struct error *err);

/* Adds a value to the series `name`, which is copied. It may wait in memory for the next flush. */
void recorder_note(const struct recorder *rec, long step, const char *name, double value);
/* Writes n values of vectors. */
int recorder_spectrum(const struct recorder *rec, long step, const struct spectrum_value *v, int n,
		      struct error *err);
/* Writes an evaluation; its run_id is filled in here. */
int recorder_evaluation(const struct recorder *rec, struct eval_new *e, struct error *err);
/* Writes a line of the run's log ("guard.nan", "warning"), at the position of the last flush. */
int recorder_event(const struct recorder *rec, const char *kind, const char *text, struct error *err);

/* Writes what waits in memory and the position, which shows that the run is alive; flush_if_due
 * only once every few seconds. */
int recorder_flush(const struct recorder *rec, struct recorder_position at, struct error *err);
int recorder_flush_if_due(const struct recorder *rec, struct recorder_position at, struct error *err);
/* At the end of an epoch: closes a link of the digest chain (core/store/digests.h), for the next
 * flush. */
void recorder_link(const struct recorder *rec, struct recorder_position at,
		   const struct recorder_state *state);
/* Writes a checkpoint with all values up to it, and removes those that are no longer kept. */
int recorder_checkpoint(const struct recorder *rec, const struct recorder_checkpoint *ck,
			struct error *err);

/* What was recorded before, for a resumed run: the last values of a series up to `step`, newest
 * first, at most max, and how many there are; the largest value and its first step, 1, or 0 if
 * there is none. */
int recorder_tail(const struct recorder *rec, const char *name, long step, double *out, int max,
		  struct error *err);
int recorder_best(const struct recorder *rec, const char *name, long *step, double *value,
		  struct error *err);

/* -1 if what was recorded would be lost, because the store was moved or deleted. */
int recorder_check(const struct recorder *rec, struct error *err);
int recorder_finish(const struct recorder *rec, const struct run_end *end, struct error *err);
void recorder_release(struct recorder *rec);

/* Records nothing: for a run that another process records, or that is only timed. */
void recorder_none(struct recorder *out);

/* Seconds without a heartbeat after which a run counts as dead, where there is no lock to show that
 * it is alive. */
enum { RUN_STALE = 90 };

/* Records in a store. One transaction every 10 seconds, at the end of each epoch and with each
 * checkpoint writes values, position, heartbeat and link. Every write carries the fencing token of
 * the attempt: once another process has taken the run over, it fails and changes nothing. */
struct recorder_store_opts {
	const struct provenance *provenance; /* NULL: begin finds it */
	int64_t cell, token;                 /* the claim of the cell that the run is for; 0: none */
	const volatile sig_atomic_t *stop;   /* not 0: stop waiting for a locked database; or NULL */
	/* Called with each value as it is noted; or NULL. */
	void (*watch)(void *ctx, long step, const char *name, double value);
	void *watch_ctx;
};
void recorder_store(struct recorder *out, struct store *s, const struct recorder_store_opts *opts);

#endif
