/* Calls of a recorder, and the one that records nothing; see recorder.h. */
#include "core/run/recorder.h"

#include <stdio.h>

int recorder_begin(const struct recorder *rec, const struct recorder_run *run,
		   struct run_handle *out, int *rules, struct error *err)
{
	return rec->ops->begin(rec->ctx, run, out, rules, err);
}

int recorder_start(const struct recorder *rec, struct error *err)
{
	return rec->ops->start ? rec->ops->start(rec->ctx, err) : 0;
}

void recorder_note(const struct recorder *rec, long step, const char *name, double value)
{
	if (rec->ops->note)
		rec->ops->note(rec->ctx, step, name, value);
}

int recorder_spectrum(const struct recorder *rec, long step, const struct spectrum_value *v, int n,
		      struct error *err)
{
	return rec->ops->spectrum ? rec->ops->spectrum(rec->ctx, step, v, n, err) : 0;
}

int recorder_evaluation(const struct recorder *rec, struct eval_new *e, struct error *err)
{
	return rec->ops->evaluation ? rec->ops->evaluation(rec->ctx, e, err) : 0;
}

int recorder_event(const struct recorder *rec, const char *kind, const char *text,
		   struct error *err)
{
	return rec->ops->event ? rec->ops->event(rec->ctx, kind, text, err) : 0;
}

int recorder_flush(const struct recorder *rec, struct recorder_position at, struct error *err)
{
	return rec->ops->flush ? rec->ops->flush(rec->ctx, at, err) : 0;
}

int recorder_flush_if_due(const struct recorder *rec, struct recorder_position at,
			  struct error *err)
{
	return rec->ops->flush_if_due ? rec->ops->flush_if_due(rec->ctx, at, err) : 0;
}

void recorder_link(const struct recorder *rec, struct recorder_position at,
		   const struct recorder_state *state)
{
	if (rec->ops->link)
		rec->ops->link(rec->ctx, at, state);
}

int recorder_checkpoint(const struct recorder *rec, const struct recorder_checkpoint *ck,
			struct error *err)
{
	return rec->ops->checkpoint ? rec->ops->checkpoint(rec->ctx, ck, err) : 0;
}

int recorder_tail(const struct recorder *rec, const char *name, long step, double *out, int max,
		  struct error *err)
{
	return rec->ops->tail ? rec->ops->tail(rec->ctx, name, step, out, max, err) : 0;
}

int recorder_best(const struct recorder *rec, const char *name, long *step, double *value,
		  struct error *err)
{
	return rec->ops->best ? rec->ops->best(rec->ctx, name, step, value, err) : 0;
}

int recorder_check(const struct recorder *rec, struct error *err)
{
	return rec->ops->check ? rec->ops->check(rec->ctx, err) : 0;
}

int recorder_finish(const struct recorder *rec, const struct run_end *end, struct error *err)
{
	return rec->ops->finish ? rec->ops->finish(rec->ctx, end, err) : 0;
}

void recorder_release(struct recorder *rec)
{
	if (rec->ops && rec->ops->release)
		rec->ops->release(rec->ctx);
	*rec = (struct recorder){0};
}

static int begin_none(void *ctx, const struct recorder_run *run, struct run_handle *out, int *rules,
		      struct error *err)
{
	(void)ctx;
	(void)err;
	*out = (struct run_handle){0};
	snprintf(out->name, sizeof out->name, "%s", run->name ? run->name : "unrecorded");
	*rules = run->rules ? run->rules : RUN_RULES;
	return 0;
}

void recorder_none(struct recorder *out)
{
	static const struct recorder_ops ops = {.begin = begin_none};

	*out = (struct recorder){&ops, NULL};
}
