/* What a run writes down: its row, its series, its end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/cpu.h"
#include "core/base/log.h"
#include "core/run/digest.h"
#include "core/run/dynamics.h"
#include "core/run/keep.h"
#include "core/run/params.h"
#include "core/run/run.h"
#include "core/store/sweeps.h"

enum {
	FLUSH_SECONDS = 10
}; /* how much of a series a SIGKILL may cost, and the heartbeat's period */

void run_note(struct run *r, const char *name, double value)
{
	struct run_point_buffer *b = &r->points;

	if (b->n == b->cap) {
		b->cap = b->cap ? 2 * b->cap : 4096;
		b->point = xrealloc(b->point, (size_t)b->cap * sizeof *b->point);
	}
	b->point[b->n++] = (struct metric_point){name, r->step, value};
	digest_note(r, name, value);
	if (b->flushed_at == 0)
		b->flushed_at = clock_now();
}

const char *run_name(struct run *r, const char *prefix, const char *name)
{
	struct run_point_buffer *b = &r->points;
	char text[128];

	snprintf(text, sizeof text, "%s%s", prefix, name);
	for (int i = 0; i < b->n_names; i++)
		if (!strcmp(b->name[i], text))
			return b->name[i];
	if (b->n_names == sizeof b->name / sizeof *b->name)
		BUG("a run has more than %d named series", b->n_names);
	return b->name[b->n_names++] = arena_strdup(&r->arena, text);
}

int run_flush(struct run *r, const struct checkpoint_new *ck, struct error *err)
{
	struct run_point_buffer *b = &r->points;

	if (store_check_there(r->store, err) ||
	    runs_flush_digest(r->store, &r->handle, b->point, b->n, r->epoch, r->step, ck,
			      digest_pending(r), err))
		return -1;
	digest_flushed(r);
	b->n = 0;
	b->flushed_at = clock_now();
	return 0;
}

/* While another process holds the database what there is to write waits in memory: training goes
 * on. */
int run_flush_if_due(struct run *r, struct error *err)
{
	int ret;

	if (clock_now() - r->points.flushed_at < FLUSH_SECONDS)
		return 0;
	store_in_haste(r->store, 1);
	ret = run_flush(r, NULL, err);
	store_in_haste(r->store, 0);
	if (!ret || err->code != ERR_BUSY)
		return ret;
	log_warn("%s: the database is locked by another process: values wait in memory",
		 r->handle.name);
	r->points.flushed_at = clock_now();
	return 0;
}

static int record_new(struct run *r, struct error *err)
{
	struct strbuf json = STRBUF_INIT;
	struct run_param *param = params_of(&r->recipe);
	struct code_info code;
	struct host_info host;
	struct run_new row = {0};
	char group[HASH_HEX];
	int ret;

	keep_provenance(r->opts.keep, &code, &host);
	recipe_json(&r->recipe, &json);
	recipe_group_hash(&r->recipe, group);
	row.method = r->method->name;
	row.recipe_json = json.buf;
	row.recipe_hash = r->recipe.hash;
	row.group_hash = group;
	row.command = r->opts.command;
	row.name = r->opts.name;
	row.dataset_id = r->dataset_row.id;
	row.seed = recipe_int(&r->recipe, "seed");
	row.defaults = r->recipe.defaults;
	row.threads = r->opts.threads;
	r->rules = r->opts.rules ? r->opts.rules : RUN_RULES;
	row.rules = r->rules;
	row.epochs = r->epochs;
	row.steps = r->steps;
	row.param = param;
	row.n_params = r->recipe.n;
	row.code = &code;
	row.host = &host;
	row.tag = r->opts.tag;
	row.n_tags = r->opts.n_tags;
	row.cell = r->opts.keep ? r->opts.keep->cell : 0;
	row.cell_token = r->opts.keep ? r->opts.keep->token : 0;
	ret = runs_insert(r->store, &row, &r->handle, err);
	free(param);
	strbuf_release(&json);
	return ret;
}

/* A resumed run may go on with another binary or on another machine: that is recorded of the
 * attempt. */
static int record_again(struct run *r, struct error *err)
{
	const struct run_keep *keep = r->opts.keep;
	long above = r->step ? r->step : -1;
	struct code_info code;
	struct host_info host;

	if (keep ? runs_reopen_for(r->store, r->opts.resume_id, above, keep->cell, keep->token,
				   &r->handle, err)
		 : runs_reopen(r->store, r->opts.resume_id, above, RUN_STALE, &r->handle, err))
		return -1;
	if (runs_rules(r->store, r->handle.id, &r->rules, err))
		return -1;
	keep_provenance(keep, &code, &host);
	return runs_provenance(r->store, &r->handle, &code, &host, err);
}

int run_record(struct run *r, struct error *err)
{
	return r->opts.resume_id ? record_again(r, err) : record_new(r, err);
}

static const char *status_of(const struct run *r, int ret, const struct error *err)
{
	if (!ret)
		return "done";
	if (run_collapsed(r))
		return "collapsed";
	if (r->opts.keep && r->opts.keep->pruned)
		return "pruned";
	return err->code == ERR_PREEMPTED ? "stopped" : "failed";
}

/* Settles the row and passes ret on. When the row cannot be settled either (disk full, store gone),
 * the first fault is the one to tell. */
int run_settle(struct run *r, int ret, struct error *err)
{
	struct error second = {0};
	struct run_end end = {0};

	if (!ret)
		ret = store_check_there(r->store, err);
	if (ret && err->code != ERR_PREEMPTED && run_flush(r, NULL, &second))
		r->points.n = 0;
	end.status = status_of(r, ret, err);
	end.exit_code = ret ? (int)err->code : 0;
	end.error = ret ? err->msg : NULL;
	end.seconds = clock_now() - r->started;
	end.peak_rss = cpu_peak_rss();
	end.arena_peak = (int64_t)(r->arena.peak + r->tape.arena.peak + r->params.arena.peak);
	if (runs_finish(r->store, &r->handle, &end, &second) && !ret) {
		*err = second;
		return -1;
	}
	return ret;
}
