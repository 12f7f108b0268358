/*
 * Measures of collapse and of the predictor over training. Before the first step and every
 * collapse.every epochs the measures of core/eval/collapse.h and core/eval/predictor.h are computed
 * on a fixed set of images (outputs.h) and recorded: numbers as the series collapse.* (of the
 * embeddings z), collapse.h.* (of the features h) and predictor.*, vectors as rows of `spectrum`.
 * The weights have the same bits with and without.
 *
 * After each of them the guard evaluates z. A measurement counts as collapsed, with collapse.flag
 *     1: if std sqrt(d) < guard.collapse_std: all images have one embedding;
 *     2: if RankMe < guard.collapse_rank: the embeddings lie in too few dimensions;
 *     3: if z's own std < guard.collapse_std, for a method whose loss depends on the scale of z:
 *        the embeddings shrink to one point, while z / |z| may still point anywhere.
 * After guard.collapse_epochs of these in a row the run ends with the status `collapsed`, a
 * checkpoint, an event and ERR_GUARD; with guard.collapse=record it continues, and only the event
 * is recorded. A run that fails to learn for another reason has a healthy std and a constant loss:
 * the view v_collapse separates the two.
 */
#ifndef SSL_RUN_DYNAMICS_H
#define SSL_RUN_DYNAMICS_H

#include "core/run/run.h"

/* collapse.* and guard.collapse*. */
extern const struct hparam dynamics_hparams[];

/* Measures if it is due. Called at step 0 and at the end of each epoch, before its checkpoint. -1
 * with ERR_GUARD if the guard ends the run. */
int run_dynamics(struct run *r, struct error *err);

/* The name of the i-th series that this recipe measures; NULL past the end. */
const char *dynamics_series(const struct method *m, const struct recipe *rc, int i);

/* Called before a resumed run goes on. -1 with ERR_GUARD if the guard had ended it at this very
 * step, and it is for a cell or at its last epoch: a run that collapsed at its end is not done. */
int run_dynamics_resume(struct run *r, struct error *err);

/* True if the guard ended the run. */
int run_collapsed(const struct run *r);

/* guard.c: records the flag of one measurement (series collapse.flag), and acts on it. */
struct collapse_guard {
	double std_ratio, raw_std, rankme; /* this measurement's */
	int most;                          /* the largest possible RankMe */
	int running;                       /* measurements in a row that counted as collapsed */
	int known;                         /* `running` is valid: read from the record, or 0 */
	int stopped;
};
int collapse_guard(struct run *r, struct collapse_guard *g, struct error *err);
int collapse_guard_resumed(struct run *r, struct collapse_guard *g, struct error *err);

#endif
