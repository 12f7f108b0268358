/* The recorder that writes to a store; see recorder.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/log.h"
#include "core/run/params.h"
#include "core/run/provenance.h"
#include "core/run/recorder.h"
#include "core/store/digests.h"
#include "core/store/environment.h"
#include "core/store/object.h"
#include "core/store/query/series.h"
#include "core/store/sweeps.h"

enum { FLUSH_SECONDS = 10 }; /* how much of a series a SIGKILL may cost; the period of heartbeats */

struct store_recorder {
	struct store *store;
	struct recorder_store_opts opts;
	struct run_handle handle;

	/* values that wait for the next flush; a name is stored once for all of its values */
	struct metric_point *point;
	int n, cap;
	const char **name;
	int n_names;
	struct arena names;
	double flushed_at; /* clock_now() of the last flush; 0: no value has come yet */

	/* the digest chain; not kept for a run that is older than chains are */
	struct digest_chain chain;
	struct digest_row link;
	int chained;
	int pending; /* the link is not recorded yet */
	char recipe_hash[HASH_HEX], dataset_sha256[HASH_HEX];
	long step, steps_per_epoch; /* where the run began or was resumed */
};

/* ---- begin ---- */

static void fill_row(const struct store_recorder *s, const struct recorder_run *run,
		     const struct provenance *from, struct run_new *row)
{
	row->method = run->method;
	row->recipe_hash = run->recipe->hash;
	row->command = run->command;
	row->name = run->name;
	row->dataset_id = run->dataset->id;
	row->seed = recipe_int(run->recipe, "seed");
	row->defaults = run->recipe->defaults;
	row->threads = run->threads;
	row->rules = run->rules ? run->rules : RUN_RULES;
	row->epochs = run->epochs;
	row->steps = run->steps;
	row->loss_floor = run->loss_floor;
	row->least_progress = run->least_progress;
	row->n_params = run->recipe->n;
	row->code = &from->code;
	row->host = &from->host;
	row->device = run->device;
	row->tag = run->tag;
	row->n_tags = run->n_tags;
	row->cell = s->opts.cell;
	row->cell_token = s->opts.token;
}

static int insert(struct store_recorder *s, const struct recorder_run *run,
		  const struct provenance *from, int *rules, struct error *err)
{
	struct strbuf json = STRBUF_INIT;
	struct run_param *param = params_of(run->recipe);
	struct run_new row = {0};
	char group[HASH_HEX];
	int ret;

	fill_row(s, run, from, &row);
	recipe_json(run->recipe, &json);
	recipe_group_hash(run->recipe, group);
	row.recipe_json = json.buf;
	row.group_hash = group;
	row.param = param;
	ret = runs_insert(s->store, &row, &s->handle, err);
	*rules = row.rules;
	free(param);
	strbuf_release(&json);
	return ret;
}

static void warn_of_device(const struct store_recorder *s, const struct recorder_run *run,
			   const char *then)
{
	struct strbuf text = STRBUF_INIT, now = STRBUF_INIT;

	strbuf_adds(&now, run->device.name);
	if (run->device.about && *run->device.about)
		strbuf_addf(&now, ": %s", run->device.about);
	if (run->step && provenance_device_change(s->handle.name, then, now.buf, &text))
		log_warn("%s", text.buf);
	strbuf_release(&now);
	strbuf_release(&text);
}

/* A resumed run may go on with another binary, on another machine or device: the attempt records
 * that. */
static int reopen(struct store_recorder *s, const struct recorder_run *run,
		  const struct provenance *from, int *rules, struct error *err)
{
	long above = run->step ? run->step : -1;
	char device[600];

	if (environment_device(s->store, run->resume_id, 1, device, sizeof device, err))
		return -1;
	if (s->opts.cell ? runs_reopen_for(s->store, run->resume_id, above, s->opts.cell,
					   s->opts.token, &s->handle, err)
			 : runs_reopen(s->store, run->resume_id, above, RUN_STALE, &s->handle, err))
		return -1;
	warn_of_device(s, run, device);
	if (runs_rules(s->store, s->handle.id, rules, err))
		return -1;
	return runs_provenance(s->store, &s->handle, &from->code, &from->host, &run->device, err);
}

static int begin(void *ctx, const struct recorder_run *run, struct run_handle *out, int *rules,
		 struct error *err)
{
	struct store_recorder *s = ctx;
	const struct provenance *from = s->opts.provenance;
	struct provenance found;

	if (!from) {
		provenance_find(&found);
		from = &found;
	}
	if (run->resume_id ? reopen(s, run, from, rules, err) : insert(s, run, from, rules, err))
		return -1;
	snprintf(s->recipe_hash, sizeof s->recipe_hash, "%s", run->recipe->hash);
	snprintf(s->dataset_sha256, sizeof s->dataset_sha256, "%s", run->dataset->sha256);
	s->step = run->step;
	s->steps_per_epoch = run->steps_per_epoch;
	*out = s->handle;
	return !store_is_writable(s->store);
}

/* ---- start: the digest chain goes on from the last link and the values recorded since ---- */

static int add_point(void *ctx, const struct metric_point *p)
{
	digest_chain_add(ctx, p->name, p->step, p->value);
	return 0;
}

static int start(void *ctx, struct error *err)
{
	struct store_recorder *s = ctx;
	struct digest_row last;
	int found = 0;

	store_wait_long(s->store, s->opts.stop);
	if (s->step > 0) {
		found = digests_last(s->store, s->handle.id, s->step, &last, err);
		if (found < 0)
			return -1;
		if (!found && s->step >= s->steps_per_epoch)
			return 0; /* its epochs have no links: the run is older than chains are */
	}
	s->chained = 1;
	digest_chain_start(&s->chain, s->recipe_hash, s->dataset_sha256, found ? &last : NULL);
	if (!s->step)
		return 0;
	return points_each(s->store, s->handle.id, found ? last.step : -1, add_point, &s->chain,
			   err);
}

/* ---- what a run records ---- */

static const char *stored_name(struct store_recorder *s, const char *name)
{
	for (int i = 0; i < s->n_names; i++)
		if (!strcmp(s->name[i], name))
			return s->name[i];
	s->name = xrealloc(s->name, ((size_t)s->n_names + 1) * sizeof *s->name);
	return s->name[s->n_names++] = arena_strdup(&s->names, name);
}

static void note(void *ctx, long step, const char *name, double value)
{
	struct store_recorder *s = ctx;

	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 4096;
		s->point = xrealloc(s->point, (size_t)s->cap * sizeof *s->point);
	}
	s->point[s->n++] = (struct metric_point){stored_name(s, name), step, value};
	if (s->chained)
		digest_chain_add(&s->chain, name, step, value);
	if (s->opts.watch)
		s->opts.watch(s->opts.watch_ctx, step, name, value);
	if (s->flushed_at == 0)
		s->flushed_at = clock_now();
}

static int spectrum(void *ctx, long step, const struct spectrum_value *v, int n, struct error *err)
{
	const struct store_recorder *s = ctx;

	return spectra_insert(s->store, &s->handle, step, v, n, err);
}

static int evaluation(void *ctx, struct eval_new *e, struct error *err)
{
	const struct store_recorder *s = ctx;
	int64_t id;

	e->run_id = s->handle.id;
	return evals_insert(s->store, e, &id, err);
}

static int event(void *ctx, const char *kind, const char *text, struct error *err)
{
	const struct store_recorder *s = ctx;

	return runs_event(s->store, &s->handle, kind, text, err);
}

/* ---- flushes ---- */

static int write_all(struct store_recorder *s, struct recorder_position at,
		     const struct checkpoint_new *ck, struct error *err)
{
	if (store_check_exists(s->store, err) ||
	    runs_write_points_digest(s->store, &s->handle, s->point, s->n, at.epoch, at.step, ck,
				     s->pending ? &s->link : NULL, err))
		return -1;
	s->pending = 0;
	s->n = 0;
	s->flushed_at = clock_now();
	return 0;
}

static int flush(void *ctx, struct recorder_position at, struct error *err)
{
	return write_all(ctx, at, NULL, err);
}

/* While another process holds the database, values wait in memory and training goes on. */
static int flush_if_due(void *ctx, struct recorder_position at, struct error *err)
{
	struct store_recorder *s = ctx;
	int ret;

	if (clock_now() - s->flushed_at < FLUSH_SECONDS)
		return 0;
	store_wait_briefly(s->store, 1);
	ret = write_all(s, at, NULL, err);
	store_wait_briefly(s->store, 0);
	if (!ret || err->code != ERR_BUSY)
		return ret;
	log_warn("%s: the database is locked by another process: values wait in memory",
		 s->handle.name);
	s->flushed_at = clock_now();
	return 0;
}

static void link_epoch(void *ctx, struct recorder_position at, const struct recorder_state *state)
{
	struct store_recorder *s = ctx;

	if (!s->chained)
		return;
	state->hash(state->ctx, s->link.state);
	s->link.step = at.step;
	s->link.epoch = at.epoch;
	digest_chain_link(&s->chain, &s->link);
	s->pending = 1;
}

/* ---- checkpoints ---- */

/* Writes the file and moves it to its place. The attempt is part of the temporary name: an attempt
 * that was taken over, and does not know it yet, must not write into the file of its successor. */
static int add_object(const struct store_recorder *s, const struct recorder_checkpoint *ck,
		      struct checkpoint_new *out, struct error *err)
{
	char tmp[4300];
	struct fs_map size = {0};

	snprintf(tmp, sizeof tmp, "%s/checkpoint-%s-%lld", store_tmp_dir(s->store), s->handle.uuid,
		 (long long)s->handle.attempt);
	if (ck->state.write(ck->state.ctx, tmp, out->sha256, err))
		return -1;
	if (fs_map(tmp, &size, err)) {
		remove(tmp);
		return -1;
	}
	out->bytes = (int64_t)size.size;
	fs_unmap(&size);
	out->step = ck->at.step;
	out->epoch = ck->at.epoch;
	if (object_adopt(s->store, tmp, out->sha256, err)) {
		remove(tmp);
		return -1;
	}
	return 0;
}

static int checkpoint(void *ctx, const struct recorder_checkpoint *ck, struct error *err)
{
	struct store_recorder *s = ctx;
	struct checkpoint_new row = {0};
	int lock =
	    fs_lock_dir_shared(store_tmp_dir(s->store)); /* keeps `ssl gc` from the new object */
	int ret = add_object(s, ck, &row, err) || write_all(s, ck->at, &row, err) ? -1 : 0;

	fs_unlock(lock);
	if (ret)
		return -1;
	return checkpoints_prune(s->store, &s->handle, ck->keep_last, ck->keep_step, err);
}

/* ---- the rest ---- */

static int tail(void *ctx, const char *name, long step, double *out, int max, struct error *err)
{
	const struct store_recorder *s = ctx;

	return series_tail(s->store, s->handle.id, name, step, out, max, err);
}

static int best(void *ctx, const char *name, long *step, double *value, struct error *err)
{
	const struct store_recorder *s = ctx;

	return series_max(s->store, s->handle.id, name, step, value, err);
}

static int check(void *ctx, struct error *err)
{
	const struct store_recorder *s = ctx;

	return store_check_exists(s->store, err);
}

static int finish(void *ctx, const struct run_end *end, struct error *err)
{
	const struct store_recorder *s = ctx;

	return runs_finish(s->store, &s->handle, end, err);
}

static void release(void *ctx)
{
	struct store_recorder *s = ctx;

	digest_chain_release(&s->chain);
	arena_release(&s->names);
	free(s->name);
	free(s->point);
	free(s);
}

void recorder_store(struct recorder *out, struct store *s, const struct recorder_store_opts *opts)
{
	static const struct recorder_ops ops = {
	    .begin = begin,
	    .start = start,
	    .note = note,
	    .spectrum = spectrum,
	    .evaluation = evaluation,
	    .event = event,
	    .flush = flush,
	    .flush_if_due = flush_if_due,
	    .link = link_epoch,
	    .checkpoint = checkpoint,
	    .tail = tail,
	    .best = best,
	    .check = check,
	    .finish = finish,
	    .release = release,
	};
	struct store_recorder *r = xcalloc(1, sizeof *r);

	r->store = s;
	r->opts = *opts;
	*out = (struct recorder){&ops, r};
}
