/* The guard against collapse. dynamics.h defines what counts as collapsed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/run/checkpoint.h"
#include "core/run/dynamics.h"

enum flag { HEALTHY, COLLAPSED_STD, COLLAPSED_RANK, COLLAPSED_SCALE };

/* NaN passes here: guard.nan handles it. */
static enum flag flag_of(const struct run *r, const struct collapse_guard *g)
{
	const double std = recipe_real(&r->recipe, "guard.collapse_std");
	const double rank = recipe_real(&r->recipe, "guard.collapse_rank");

	if (g->std_ratio < std)
		return COLLAPSED_STD;
	if (r->method->scaled && g->raw_std < std)
		return COLLAPSED_SCALE;
	return g->rankme < rank && g->most > 2 * rank ? COLLAPSED_RANK : HEALTHY;
}

/* The number of flagged measurements in a row up to this step, at most as many as end the run; -1.
 */
static int count_flagged(struct run *r, long step, struct error *err)
{
	const int limit = (int)recipe_int(&r->recipe, "guard.collapse_epochs");
	double *flag = xmalloc((size_t)limit * sizeof *flag);
	int n = recorder_tail(&r->recorder, "collapse.flag", step, flag, limit, err);
	int running = 0;

	while (running < n && flag[running] > 0)
		running++;
	free(flag);
	return n < 0 ? -1 : running;
}

/* A resumed run goes on from the flagged measurements in a row that were recorded before. */
static int read_running(struct run *r, struct collapse_guard *g, struct error *err)
{
	g->known = 1;
	if (!r->opts.resume_id)
		return 0;
	g->running = count_flagged(r, r->step - 1, err);
	return g->running < 0 ? -1 : 0;
}

/* True where resuming would let a run that the guard ended go on, although no user asked for it (a
 * cell), or end as done (a run at its last epoch): an unbroken run does neither. */
static int must_stay_collapsed(const struct run *r)
{
	return r->opts.cell || r->epoch == r->epochs;
}

int collapse_guard_resumed(struct run *r, struct collapse_guard *g, struct error *err)
{
	int running;

	if (!r->step || strcmp(recipe_text(&r->recipe, "guard.collapse"), "stop") != 0 ||
	    !must_stay_collapsed(r))
		return 0;
	running = count_flagged(r, r->step, err);
	if (running < recipe_int(&r->recipe, "guard.collapse_epochs"))
		return running < 0 ? -1 : 0;
	g->stopped = 1;
	return error_set(
	    err, ERR_GUARD,
	    "%s: collapsed: %d consecutive measurements, at epoch %ld, where it would be "
	    "resumed (guard.collapse=record lets a run continue)",
	    r->handle.name, running, r->epoch);
}

static void describe(const struct run *r, const struct collapse_guard *g, enum flag flag,
		     char *text, size_t size)
{
	const char *key = flag == COLLAPSED_RANK ? "guard.collapse_rank" : "guard.collapse_std";
	char measured[80];

	if (flag == COLLAPSED_STD)
		snprintf(measured, sizeof measured, "std %.2g of 1/sqrt(d)", g->std_ratio);
	else if (flag == COLLAPSED_SCALE)
		snprintf(measured, sizeof measured, "std %.2g, whose target is 1", g->raw_std);
	else
		snprintf(measured, sizeof measured, "RankMe %.3g", g->rankme);
	snprintf(text, size,
		 "collapsed: %s, below %s = %g in %d consecutive measurements, at epoch %ld",
		 measured, key, recipe_real(&r->recipe, key), g->running, r->epoch);
}

/* Ends the run, with a checkpoint so that the collapsed encoder can be inspected. */
static int stop(struct run *r, struct collapse_guard *g, const char *text, struct error *err)
{
	if (run_checkpoint(r, err) || recorder_event(&r->recorder, "guard.collapse", text, err))
		return -1;
	g->stopped = 1;
	return error_set(err, ERR_GUARD, "%s: %s (guard.collapse=record lets a run continue)",
			 r->handle.name, text);
}

static int record_event(struct run *r, const char *text, struct error *err)
{
	if (recorder_flush(&r->recorder, run_position(r),
			   err) || /* the event gets the step of this flush */
	    recorder_event(&r->recorder, "guard.collapse", text, err))
		return -1;
	if (r->opts.progress.line)
		r->opts.progress.line(r->opts.progress.ctx, text);
	return 0;
}

int collapse_guard(struct run *r, struct collapse_guard *g, struct error *err)
{
	const char *what = recipe_text(&r->recipe, "guard.collapse");
	const int limit = (int)recipe_int(&r->recipe, "guard.collapse_epochs");
	enum flag flag = flag_of(r, g);
	char text[200];

	if (!g->known && read_running(r, g, err))
		return -1;
	recorder_note(&r->recorder, r->step, "collapse.flag", flag);
	g->running = flag ? g->running + 1 : 0;
	if (!strcmp(what, "off") || g->running < limit)
		return 0;
	describe(r, g, flag, text, sizeof text);
	if (!strcmp(what, "stop"))
		return stop(r, g, text, err);
	return g->running == limit ? record_event(r, text, err) : 0;
}
