/* The guard against collapse; what counts is said in dynamics.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/run/checkpoint.h"
#include "core/run/dynamics.h"

enum flag { HEALTHY, COLLAPSED_STD, COLLAPSED_RANK, COLLAPSED_SCALE };

/* What is not a number is guard.nan's matter, and passes here. */
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

/* How many flagged measurements in a row there are up to this step, as far as they matter; -1. */
static int flagged(struct run *r, long step, struct error *err)
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

/* How many flagged measurements in a row a resumed run has behind it. */
static int read_back(struct run *r, struct collapse_guard *g, struct error *err)
{
	g->known = 1;
	if (!r->opts.resume_id)
		return 0;
	g->running = flagged(r, r->step - 1, err);
	return g->running < 0 ? -1 : 0;
}

/* Would go on, or be done, by what no unbroken run is: a cell, or a run at its end. */
static int may_not_go_on(const struct run *r)
{
	return r->opts.cell || r->epoch == r->epochs;
}

int collapse_guard_resumed(struct run *r, struct collapse_guard *g, struct error *err)
{
	int running;

	if (!r->step || strcmp(recipe_text(&r->recipe, "guard.collapse"), "stop") != 0 ||
	    !may_not_go_on(r))
		return 0;
	running = flagged(r, r->step, err);
	if (running < recipe_int(&r->recipe, "guard.collapse_epochs"))
		return running < 0 ? -1 : 0;
	g->stopped = 1;
	return error_set(
	    err, ERR_GUARD,
	    "%s: collapsed: %d measurements running, at epoch %ld, from which it was to "
	    "go on (guard.collapse: record goes on)",
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
		snprintf(measured, sizeof measured, "std %.2g of the 1 aimed at", g->raw_std);
	else
		snprintf(measured, sizeof measured, "RankMe %.3g", g->rankme);
	snprintf(text, size, "collapsed: %s, under %s = %g %d times running, at epoch %ld",
		 measured, key, recipe_real(&r->recipe, key), g->running, r->epoch);
}

/* A collapsed run can still be looked at: it leaves a checkpoint. */
static int stop(struct run *r, struct collapse_guard *g, const char *text, struct error *err)
{
	if (run_checkpoint(r, err) || recorder_event(&r->recorder, "guard.collapse", text, err))
		return -1;
	g->stopped = 1;
	return error_set(err, ERR_GUARD, "%s: %s (guard.collapse: record goes on)", r->handle.name,
			 text);
}

static int note_event(struct run *r, const char *text, struct error *err)
{
	if (recorder_flush(&r->recorder, run_position(r),
			   err) || /* an event has the step of the last flush */
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

	if (!g->known && read_back(r, g, err))
		return -1;
	recorder_note(&r->recorder, r->step, "collapse.flag", flag);
	g->running = flag ? g->running + 1 : 0;
	if (!strcmp(what, "off") || g->running < limit)
		return 0;
	describe(r, g, flag, text, sizeof text);
	if (!strcmp(what, "stop"))
		return stop(r, g, text, err);
	return g->running == limit ? note_event(r, text, err) : 0;
}
