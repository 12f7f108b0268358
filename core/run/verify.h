/*
 * Running a settled run again, and comparing every value of every step, every link of the digest
 * chain and every tensor of the checkpoints that both have, bit for bit. It is run_execute() once
 * more, in a store of its own in a temporary folder ($TMPDIR), with the dataset linked into it; the
 * store of the run is only read.
 */
#ifndef SSL_RUN_VERIFY_H
#define SSL_RUN_VERIFY_H

#include <signal.h>

#include "core/run/run.h"

struct verify_opts {
	int threads;
	long cut;    /* stop after this step, and resume from the checkpoint; 0: never */
	long epochs; /* compare only the first so many; 0: as far as the run came */
	const volatile sig_atomic_t *stop; /* not 0: give up */
	struct run_progress progress;
};

enum verify_kind {
	VERIFY_ENVIRONMENT, /* differs, which may be why: no difference of the run's */
	VERIFY_METRIC,
	VERIFY_DIGEST,
	VERIFY_FILE, /* a checkpoint's file is missing, or is not what it was */
	VERIFY_TENSOR,
	VERIFY_KINDS
};

struct verify_finding {
	enum verify_kind kind;
	long step; /* -1: of no step */
	char name[160], recorded[80], now[80];
};

enum { VERIFY_FINDINGS = 48 };
struct verify_report {
	struct verify_finding item[VERIFY_FINDINGS]; /* the first of each kind; all of environment */
	int n;
	long count[VERIFY_KINDS]; /* of all there are */
	long steps, values, links, checkpoints, tensors; /* that were compared */
	int altered; /* the chain agrees with what was computed now, and so the recorded value was
		      * changed after it was recorded */
};

/* 0 and *out, whatever it says; -1 with *err when it could not be run: ERR_USAGE for a run that is
 * running or took no step, or options that do not fit it; ERR_PREEMPTED when told to stop. */
int verify_run(struct store *s, const struct run_row *row, const struct verify_opts *opts,
	       struct verify_report *out, struct error *err);

/* Nothing but the environment differs. */
int verify_same(const struct verify_report *report);

/* ---- the parts (verify_compare.c) ---- */

/* Counts a finding, and keeps it if it is the first of its kind. */
void verify_find(struct verify_report *report, enum verify_kind kind, long step, const char *name,
		 const char *recorded, const char *now);
int verify_environment(struct store *s, int64_t run, int threads, struct verify_report *report,
		       struct error *err);
/* Links and checkpoints up to step `last`: of the run, and of the one that was made again. */
int verify_links(struct store *s, int64_t run, struct store *again, int64_t again_run, long last,
		 struct verify_report *report, struct error *err);
int verify_checkpoints(struct store *s, int64_t run, struct store *again, int64_t again_run,
		       long last, struct verify_report *report, struct error *err);

#endif
