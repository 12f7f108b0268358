/* One run, recorded in memory. It needs no store: its dataset is a file that is made for it and
 * stays mapped. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/eval/features.h"
#include "core/run/checkpoint.h"
#include "core/run/open_datasets.h"
#include "tests/golden/runs/runs.h"

enum { SEED = 1, TRAIN = 100, TEST = 20 };

static int make_dataset(struct record *rec, struct error *err)
{
	struct dataset_row row = {.name = "shapes"};
	struct dataset data;
	char file[4096];

	if (dataset_shapes(SEED, TRAIN, TEST, rec->dir, file, sizeof file, row.sha256, err) ||
	    dataset_open(&data, file, err))
		return -1;
	rec->datasets = xcalloc(1, sizeof *rec->datasets);
	open_datasets_add(rec->datasets, &data, &row);
	rec->run.opts.datasets = rec->datasets;
	rec->run.opts.dataset_sha256 = rec->datasets->list[0].row.sha256;
	return 0;
}

/* A checkpoint of the run as it is now, opened. */
static int take_state(struct record *rec, const char *name, struct safetensors *out,
		      struct error *err)
{
	const struct recorder_state state = run_state(&rec->run);
	char path[sizeof rec->dir + 16], sha256[HASH_HEX];

	snprintf(path, sizeof path, "%s/%s", rec->dir, name);
	return state.write(state.ctx, path, sha256, err) || st_open(path, out, err) ? -1 : 0;
}

static int begin(void *ctx, const struct recorder_run *run, struct run_handle *out, int *rules,
		 struct error *err)
{
	struct record *rec = ctx;

	if (run->steps > RUNS_STEPS)
		return error_set(err, ERR_FAILED, "more than %d steps", RUNS_STEPS);
	snprintf(out->name, sizeof out->name, "golden");
	*rules = RUN_RULES;
	return take_state(rec, "start", &rec->start, err);
}

static struct series *series_of(struct record *rec, const char *name)
{
	struct series *s;

	for (int i = 0; i < rec->n_series; i++)
		if (!strcmp(rec->series[i].name, name))
			return &rec->series[i];
	if (rec->n_series == RUNS_SERIES)
		BUG("more than %d series", RUNS_SERIES);
	s = &rec->series[rec->n_series++];
	snprintf(s->name, sizeof s->name, "%s", name);
	return s;
}

static void note(void *ctx, long step, const char *name, double value)
{
	struct series *s;

	if (!strcmp(name, "epoch_s") || !strcmp(name, "images_per_s"))
		return;
	s = series_of(ctx, name);
	if (step < 1 || step > RUNS_STEPS || step != s->n + 1)
		BUG("%s: step %ld after %d", name, step, s->n);
	s->value[s->n++] = value;
}

void golden_sketch(double out[RUNS_SKETCH], const double *v, size_t n)
{
	double squares = 0, projection = 0;

	for (size_t i = 0; i < n; i++) {
		squares += v[i] * v[i];
		projection += v[i] * cos((double)i + 1);
	}
	out[0] = sqrt(squares);
	out[1] = projection;
	out[2] = n > 0 ? v[0] : 0;
	out[3] = n > 1 ? v[1] : 0;
}

static double *as_double(const real *v, size_t n)
{
	double *out = xmalloc(n * sizeof *out);

	for (size_t i = 0; i < n; i++)
		out[i] = (double)v[i];
	return out;
}

size_t golden_batch_size(const struct run *r)
{
	const struct augment_fixed *f = &r->plain.fixed;

	return (size_t)r->method->views * (size_t)r->loader.batch * (size_t)f->out_height *
	       (size_t)f->out_width * (size_t)f->channels;
}

/* Stops the run; a step that has begun by then is recorded as well. */
static void after_step(void *ctx, long step, long steps, long epoch, long epochs, double loss,
		       double images_per_s)
{
	struct record *rec = ctx;

	(void)steps;
	(void)epoch;
	(void)epochs;
	(void)loss;
	(void)images_per_s;
	if (step == rec->last)
		rec->stop = 1;
}

/* Draws the batches of the steps again, since a batch depends on nothing but its number. */
static void take_views(struct record *rec)
{
	struct run *r = &rec->run;
	double sketch[RUNS_SKETCH], *x;
	size_t n;

	for (long step = 0; step < rec->steps; step++) {
		const long k = step % r->steps_per_epoch;

		if (k == 0)
			loader_epoch(&r->loader, (uint32_t)(step / r->steps_per_epoch));
		batcher_fill(&r->batcher, (int)k);
		n = golden_batch_size(r);
		x = as_double(r->batcher.x, n);
		golden_sketch(sketch, x, n);
		memcpy(rec->views[step], sketch, sizeof rec->views[0]);
		free(x);
		if (rec->batch)
			rec->batch(rec->ctx, r);
	}
}

/* The features of the first test images. */
static void take_features(struct record *rec)
{
	struct run *r = &rec->run;
	size_t n;
	real *h;

	rec->dim = encoder_dim(r->encoder);
	n = (size_t)RUNS_IMAGES * (size_t)rec->dim;
	h = xmalloc(n * sizeof *h);
	features_extract(r->encoder, &r->eval_tape, &r->data, SPLIT_TEST, NULL, RUNS_IMAGES,
			 &r->plain, h);
	rec->features = as_double(h, n);
	free(h);
}

int golden_train(struct record *rec, const struct golden_run *which, const struct way *way,
		 struct error *err)
{
	static const struct recorder_ops ops = {.begin = begin, .note = note};
	const char *tmp = getenv("TMPDIR");
	struct run *r = &rec->run;

	snprintf(rec->dir, sizeof rec->dir, "%s/ssl-golden.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(rec->dir))
		return error_set(err, ERR_FAILED, "%s: no scratch folder", rec->dir);
	if (golden_recipe(&r->recipe, which, way, err) || make_dataset(rec, err))
		return -1;
	rec->last = way->steps < RUNS_STEPS ? way->steps : 0;
	rec->recorder = (struct recorder){&ops, rec};
	r->opts.command = "golden";
	r->opts.threads = way->threads;
	r->opts.device = way->device;
	r->opts.recorder = &rec->recorder;
	r->opts.stop = &rec->stop;
	r->opts.progress.ctx = rec;
	r->opts.progress.step = after_step;
	if (run_execute(r, err) && !(rec->stop && err->code == ERR_PREEMPTED))
		return -1;
	rec->steps = rec->last && r->step > rec->last ? rec->last : r->step;
	take_views(rec);
	take_features(rec);
	return take_state(rec, "end", &rec->end, err);
}

void golden_release(struct record *rec)
{
	st_close(&rec->start);
	st_close(&rec->end);
	run_release(&rec->run);
	if (rec->datasets)
		open_datasets_release(rec->datasets);
	free(rec->datasets);
	free(rec->features);
	if (*rec->dir)
		fs_remove_tree(rec->dir);
	memset(rec, 0, sizeof *rec);
}
