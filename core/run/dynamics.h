/*
 * Collapse and dynamics over training: before the first step and every collapse.every epochs the
 * measures of core/eval/collapse.h and core/eval/predictor.h are taken of a fixed set of images
 * (outputs.h) and recorded: numbers as the series collapse.* (of the embeddings z), collapse.h.*
 * (of the features h) and predictor.*, vectors as rows of `spectrum`. Training is not touched: the
 * weights have the same bits with and without.
 *
 * The guard looks at z in the same place. One measurement counts as collapsed (collapse.flag)
 *     1: when std sqrt(d) < guard.collapse_std: all images have one embedding;
 *     2: when RankMe < guard.collapse_rank: they lie in too few dimensions;
 *     3: when z's own std < guard.collapse_std, for a method whose loss knows its scale: they all
 *        shrink to one point, while z / |z| may still point anywhere;
 * and after guard.collapse_epochs of these running the run ends with the status `collapsed`, a
 * checkpoint, an event and ERR_GUARD, or (record) with the event alone goes on. A run that does not
 * learn for another reason has a healthy std and a loss that stays: v_collapse tells the two apart.
 */
#ifndef SSL_RUN_DYNAMICS_H
#define SSL_RUN_DYNAMICS_H

#include "core/run/run.h"

/* collapse.* and guard.collapse*. */
extern const struct hparam dynamics_hparams[];

/* Measures where it is due; at the end of an epoch, before its checkpoint, and once at step 0. -1
 * with ERR_GUARD when the guard stops the run. */
int run_dynamics(struct run *r, struct error *err);

/* The i-th series that are measured with this recipe, NULL past the end. */
const char *dynamics_series(const struct method *m, const struct recipe *rc, int i);

/* Of a resumed run, before it goes on: -1 with ERR_GUARD when the guard has ended it at this very step,
 * and it is a cell, or there is nothing left to do: a run that collapsed at its end is not done. */
int run_dynamics_resume(struct run *r, struct error *err);

/* Has the guard ended the run? */
int run_collapsed(const struct run *r);

/* guard.c: takes the flag of one measurement (series collapse.flag), and acts on it. */
struct collapse_guard {
	double std_ratio, raw_std, rankme; /* this measurement's */
	int most;                          /* that RankMe could be */
	int running;                       /* measurements in a row that counted as collapsed */
	int known; /* `running` was read back from the store, or starts at 0 */
	int stopped;
};
int collapse_guard(struct run *r, struct collapse_guard *g, struct error *err);
int collapse_guard_resumed(struct run *r, struct collapse_guard *g, struct error *err);

#endif
