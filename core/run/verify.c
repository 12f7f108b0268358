/* Repeats a run and compares its values; see verify.h. */
#include "core/run/verify.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/run/datasets.h"
#include "core/run/engines.h"
#include "core/run/keys.h"
#include "core/store/digests.h"
#include "core/store/object.h"

/* One recorded value, and whether the second run had it too. */
struct value {
	const char *name;
	long step;
	double value;
	int seen;
};

struct verify {
	const struct verify_opts *opts;
	struct verify_report *report;
	struct arena names;
	struct value *value; /* by step, then name */
	size_t n, cap;
	int exact;          /* the recipe's precision is f32 */
	long last, stop_at; /* steps: compare up to `last`; stop the second run after stop_at */
	volatile sig_atomic_t stop; /* the stop flag of the second run */
	char dir[4096];
	struct store *again;
};

/* The name as the run recorded it, which the digest chain covers. */
static const char *own_name(struct verify *v, const char *name)
{
	char *copy = arena_strdup(&v->names, name);

	copy[digest_name_length(name)] = 0;
	return copy;
}

/* The series that training computes at every step. */
static int is_of_training(const char *name)
{
	return !strcmp(name, "loss") || !strncmp(name, "loss.", 5) || !strcmp(name, "grad_norm") ||
	       !strcmp(name, "embedding_std");
}

static int is_compared(const struct verify *v, long step, const char *name)
{
	if (step > v->last || digest_is_timing(name))
		return 0;
	return !v->report->near || (step > 0 && is_of_training(name));
}

/* Are the values near enough for different devices? */
static int is_near(const struct verify *v, long step, double then, double now)
{
	const double tolerance = v->exact ? 1e-5 * pow(100, (double)(step - 1) / 9) : 1e-2;

	return fabs(then - now) <= tolerance * fmax(fabs(then), 1e-2);
}

static int add_value(void *ctx, const struct metric_point *p)
{
	struct verify *v = ctx;

	if (!is_compared(v, p->step, p->name))
		return 0;
	if (v->n == v->cap) {
		v->cap = v->cap ? 2 * v->cap : 4096;
		v->value = xrealloc(v->value, v->cap * sizeof *v->value);
	}
	v->value[v->n++] = (struct value){own_name(v, p->name), p->step, p->value, 0};
	return 0;
}

static int by_step_and_name(const void *a, const void *b)
{
	const struct value *x = a, *y = b;

	if (x->step != y->step)
		return x->step < y->step ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* "0.25 (3fd0000000000000)" */
static void value_text(double value, char *out, size_t size)
{
	snprintf(out, size, "%.17g (%016llx)", value, (unsigned long long)digest_bits(value));
}

/* Called with every value that the second run records. */
static void compare_value(void *ctx, long step, const char *name, double value)
{
	struct verify *v = ctx;
	char own[128], a[80] = "none", b[80];
	struct value key = {own, step, 0, 0}, *then;

	if (!is_compared(v, step, name))
		return;
	snprintf(own, sizeof own, "%.*s", (int)digest_name_length(name), name);
	then = bsearch(&key, v->value, v->n, sizeof key, by_step_and_name);
	value_text(value, b, sizeof b);
	if (then) {
		v->report->values += !then->seen;
		then->seen = 1;
		if (digest_bits(then->value) == digest_bits(value) ||
		    (v->report->near && is_near(v, step, then->value, value)))
			return;
		value_text(then->value, a, sizeof a);
	}
	verify_find(v->report, VERIFY_METRIC, step, name, a, b);
}

/* Passes the step on to the caller, and stops the second run where a signal asks for it. */
static void on_step(void *ctx, long step, long steps, long epoch, long epochs, double loss,
		    double images_per_s)
{
	struct verify *v = ctx;
	const struct run_progress *p = &v->opts->progress;

	if (p->step)
		p->step(p->ctx, step, steps, epoch, epochs, loss, images_per_s);
	if (v->opts->stop && *v->opts->stop)
		v->stop = 1;
}

/* Checks the options against the run, and sets how many steps are compared. */
static int plan(struct verify *v, const struct run_row *row, struct error *err)
{
	const struct verify_opts *o = v->opts;
	long per_epoch = row->epochs ? row->steps / row->epochs : 0;

	if (!strcmp(row->status, "running"))
		return error_set(err, ERR_USAGE, "verify %s: the run is not settled yet",
				 row->name);
	v->last = row->step;
	if (!row->step && row->steps)
		return error_set(err, ERR_USAGE, "verify %s: the run has taken no step", row->name);
	if (o->epochs) {
		if (per_epoch && o->epochs > row->step / per_epoch)
			return error_set(err, ERR_USAGE, "verify %s: --epochs %ld: the run has %ld",
					 row->name, o->epochs, row->epoch);
		v->last = o->epochs * per_epoch;
	}
	if (o->cut && (o->cut < 1 || o->cut >= v->last))
		return error_set(err, ERR_USAGE, "verify %s: --cut %ld: not between step 1 and %ld",
				 row->name, o->cut, v->last - 1);
	return 0;
}

/* On another device only the first steps are compared. */
static int plan_near(struct verify *v, const struct run_row *row, struct error *err)
{
	struct verify_report *report = v->report;
	struct recipe recipe;

	for (int i = 0; i < report->n; i++)
		report->near = report->near || (report->item[i].kind == VERIFY_ENVIRONMENT &&
						!strcmp(report->item[i].name, "device"));
	if (!report->near)
		return 0;
	if (recipe_from_json(&recipe, keys_schema(), row->recipe_json, row->defaults, err))
		return error_prefix(err, "the recipe of %s", row->name);
	v->exact = !strcmp(recipe_text(&recipe, "precision"), "f32");
	recipe_release(&recipe);
	v->last = v->last < VERIFY_NEAR_STEPS ? v->last : VERIFY_NEAR_STEPS;
	if (v->opts->cut >= v->last)
		return error_set(err, ERR_USAGE,
				 "verify %s: --cut %ld: on another device only the first %ld steps "
				 "are compared",
				 row->name, v->opts->cut, v->last);
	return 0;
}

/* The second run refers to the table of engines, so its store has it too. */
static int copy_engines(struct verify *v, const struct run_row *row, struct error *err)
{
	const struct engines *e = v->opts->engines;
	const struct device *d = v->opts->device;
	struct engine_table_row copy;

	if (!e || !e->used)
		return 0;
	return engines_record(v->again, e->row.name, d, row->recipe_hash, &e->table, &copy, err);
}

/* Makes the temporary store, in which the dataset is a link to the file in the other store. */
static int make_store(struct verify *v, struct store *s, const struct run_row *row,
		      struct error *err)
{
	const char *tmp = getenv("TMPDIR");
	struct dataset_row data = {.source = "linked"};
	char object[4200], link_path[4300];
	int there, created;

	if (!row->dataset_sha256)
		return error_set(err, ERR_NOT_FOUND, "verify %s: the run has no dataset",
				 row->name);
	snprintf(v->dir, sizeof v->dir, "%s/ssl-verify.XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(v->dir)) {
		error_errno(err, ERR_FAILED, "%s", v->dir);
		v->dir[0] = 0;
		return -1;
	}
	object_path(s, row->dataset_sha256, object, sizeof object);
	there = object_exists(s, row->dataset_sha256, err);
	if (there < 0)
		return -1;
	if (!there)
		return error_set(err, ERR_NOT_FOUND, "verify %s: its dataset %s (%.12s) is gone",
				 row->name, row->dataset, row->dataset_sha256);
	if (store_init(v->dir, &created, err) || store_open(&v->again, v->dir, STORE_WRITE, err))
		return -1;
	snprintf(link_path, sizeof link_path, "%s/data", store_tmp_dir(v->again));
	if (symlink(object, link_path))
		return error_errno(err, ERR_FAILED, "%s", link_path);
	snprintf(data.name, sizeof data.name, "%s", row->dataset);
	if (dataset_record(v->again, link_path, row->dataset_sha256, &data, 0, err))
		return -1;
	return copy_engines(v, row, err);
}

/* One attempt of the second run: to its end, or to v->stop_at. */
static int execute(struct verify *v, const struct run_row *row, struct run_handle *h,
		   struct error *err)
{
	const struct recorder_store_opts how = {
	    .stop = &v->stop, .watch = compare_value, .watch_ctx = v};
	struct recorder rec;
	struct run r = {0};
	int ret = recipe_from_json(&r.recipe, keys_schema(), row->recipe_json, row->defaults, err);

	if (ret)
		return error_prefix(err, "the recipe of %s", row->name);
	v->stop = 0;
	r.store = v->again;
	r.opts.name = row->name;
	r.opts.command = "ssl verify";
	r.opts.threads = v->opts->threads;
	r.opts.device = v->opts->device;
	r.opts.engines = v->opts->engines;
	r.opts.stop = &v->stop;
	r.opts.stop_after = v->stop_at;
	r.opts.resume_id = h->id;
	r.opts.rules = row->rules;
	r.opts.dataset_sha256 = row->dataset_sha256;
	r.opts.recorder = &rec;
	r.opts.progress = (struct run_progress){v, on_step, NULL, NULL};
	recorder_store(&rec, v->again, &how);
	ret = run_execute(&r, err);
	*h = r.handle;
	v->report->steps = r.step;
	run_release(&r);
	recorder_release(&rec);
	return ret;
}

/* True if the second run was stopped by us, or by a guard, which is compared. */
static int expected_end(const struct verify *v, const struct error *err)
{
	if (err->code == ERR_PREEMPTED)
		return v->stop || v->report->steps == v->stop_at;
	return err->code == ERR_GUARD;
}

/* Runs up to v->stop_at. If a guard ends the second run where the recorded one was resumed, it is
 * resumed as well; if the recorded one was not, nothing comes after: 1. */
static int execute_part(struct verify *v, struct store *s, const struct run_row *row,
			struct run_handle *h, struct error *err)
{
	struct error why = {0};

	while (execute(v, row, h, &why)) {
		long at = v->report->steps;
		int resumed;

		if (!expected_end(v, &why)) {
			*err = why;
			return error_prefix(err, "verify %s: the second run failed", row->name);
		}
		if (why.code != ERR_GUARD || at >= v->last)
			return 0;
		resumed = runs_resumed_at(s, row->id, at, err);
		if (resumed < 0)
			return -1;
		if (!resumed && row->exit_code != ERR_GUARD)
			verify_find(v->report, VERIFY_METRIC, at, "guard", "went on", "stopped");
		if (!resumed)
			return 1;
	}
	return 0;
}

static int execute_again(struct verify *v, struct store *s, const struct run_row *row,
			 struct run_handle *h, struct error *err)
{
	const volatile sig_atomic_t *stop = v->opts->stop;
	int ended = 0;

	for (int part = v->opts->cut ? 0 : 1; part < 2 && !ended; part++) {
		v->stop_at = part ? v->last : v->opts->cut;
		ended = execute_part(v, s, row, h, err);
		if (ended < 0)
			return -1;
		if (stop && *stop)
			return error_set(err, ERR_PREEMPTED, "verify %s: stopped by signal %d",
					 row->name, *stop);
	}
	return 0;
}

static void find_missing(struct verify *v)
{
	char a[80];

	for (size_t i = 0; i < v->n; i++) {
		if (v->value[i].seen)
			continue;
		value_text(v->value[i].value, a, sizeof a);
		verify_find(v->report, VERIFY_METRIC, v->value[i].step, v->value[i].name, a,
			    "none");
	}
}

static int verify_parts(struct verify *v, struct store *s, const struct run_row *row,
			struct error *err)
{
	struct verify_report *report = v->report;
	struct run_handle h = {0};

	if (plan(v, row, err) || verify_environment(s, row->id, v->opts, report, err) ||
	    plan_near(v, row, err) || points_each(s, row->id, -1, add_value, v, err) ||
	    make_store(v, s, row, err) || execute_again(v, s, row, &h, err))
		return -1;
	find_missing(v);
	if (report->near)
		return 0;
	if (verify_links(s, row->id, v->again, h.id, v->last, report, err) ||
	    verify_checkpoints(s, row->id, v->again, h.id, v->last, report, err))
		return -1;
	report->altered = report->links && !report->count[VERIFY_DIGEST] && !verify_same(report);
	return 0;
}

int verify_run(struct store *s, const struct run_row *row, const struct verify_opts *opts,
	       struct verify_report *out, struct error *err)
{
	struct verify v = {.opts = opts, .report = out, .names = ARENA_INIT};
	int ret;

	memset(out, 0, sizeof *out);
	ret = verify_parts(&v, s, row, err);
	store_close(v.again);
	if (v.dir[0])
		fs_remove_tree(v.dir);
	arena_release(&v.names);
	free(v.value);
	return ret;
}

int verify_same(const struct verify_report *report)
{
	long n = 0;

	for (int kind = VERIFY_ENVIRONMENT + 1; kind < VERIFY_KINDS; kind++)
		n += report->count[kind];
	return n == 0;
}
