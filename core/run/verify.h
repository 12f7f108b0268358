/*
 * Runs a settled run again and compares, bit for bit, every value of every step, every link of the
 * digest chain and every tensor of the checkpoints that both have. The second run is run_execute()
 * with a temporary store ($TMPDIR), into which the dataset is linked; the store of the first run is
 * only read.
 *
 * On another device than the recorded one bits cannot be the same. Then the losses and norms of the
 * first VERIFY_NEAR_STEPS steps are compared within a tolerance, and nothing else: in f32
 * 1e-5 100^((k - 1) / 9) relative at step k, since a ReLU that flips by rounding grows from step to
 * step; 1e-2 at the other precisions.
 */
#ifndef SSL_RUN_VERIFY_H
#define SSL_RUN_VERIFY_H

#include <signal.h>

#include "core/run/run.h"

struct verify_opts {
	int threads;
	const struct device *device; /* NULL: the CPU */
	const struct engines *engines; /* with which engines; NULL: the first ones */
	long cut;    /* stop after this step, and resume from the checkpoint; 0: never */
	long epochs; /* compare only so many epochs; 0: all that the run has */
	const volatile sig_atomic_t *stop; /* not 0: stop */
	struct run_progress progress;
};

enum verify_kind {
	VERIFY_ENVIRONMENT, /* binary, host ...: may explain a difference, and is none by itself */
	VERIFY_METRIC,
	VERIFY_DIGEST,
	VERIFY_FILE, /* the file of a checkpoint is missing or was changed */
	VERIFY_TENSOR,
	VERIFY_KINDS
};

struct verify_finding {
	enum verify_kind kind;
	long step; /* -1: it belongs to no step */
	char name[160], recorded[80], now[80];
};

enum { VERIFY_FINDINGS = 48, VERIFY_NEAR_STEPS = 10 };
struct verify_report {
	struct verify_finding item[VERIFY_FINDINGS]; /* the first of each kind; all of environment */
	int n;
	long count[VERIFY_KINDS]; /* all findings */
	long steps, values, links, checkpoints, tensors; /* numbers of what was compared */
	int near;    /* on another device: compared within a tolerance */
	int altered; /* the chain agrees with the second run, so a recorded value was changed */
};

/* 0 with *out, also if there are differences; -1 if the run could not be repeated: ERR_USAGE for a
 * run that is running or took no step, or for options that do not fit it; ERR_PREEMPTED after a
 * signal. */
int verify_run(struct store *s, const struct run_row *row, const struct verify_opts *opts,
	       struct verify_report *out, struct error *err);

/* True if nothing but the environment differs. */
int verify_same(const struct verify_report *report);

/* ---- the parts (verify_compare.c) ---- */

/* Counts a finding, and stores it if it is the first of its kind. */
void verify_find(struct verify_report *report, enum verify_kind kind, long step, const char *name,
		 const char *recorded, const char *now);
int verify_environment(struct store *s, int64_t run, const struct verify_opts *now,
		       struct verify_report *report, struct error *err);
/* Compares links and checkpoints up to step `last` of the run with those of the second run. */
int verify_links(struct store *s, int64_t run, struct store *again, int64_t again_run, long last,
		 struct verify_report *report, struct error *err);
int verify_checkpoints(struct store *s, int64_t run, struct store *again, int64_t again_run,
		       long last, struct verify_report *report, struct error *err);

#endif
