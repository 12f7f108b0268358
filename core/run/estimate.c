/* Estimates from timed steps; see estimate.h. */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/cpu.h"
#include "core/base/parallel.h"
#include "core/eval/features.h"
#include "core/run/build.h"
#include "core/run/datasets.h"
#include "core/run/estimate.h"
#include "core/run/keys.h"
#include "core/run/precision.h"
#include "core/run/run.h"

enum {
	STEPS = 4,            /* timed at most */
	SAMPLE = 64,          /* images of a timed step at most */
	POINT_BYTES = 30,     /* of a recorded value, roughly */
	SERIES = 8,           /* values recorded per step, roughly */
	EVAL_BLOCKS = 2 << 20 /* the least that the tape of an evaluation and its scratch take */
};
static const double seconds_max = 1.5; /* no further step is timed after these */

/* Copies the values of all buffers to `to`, or back. Returns their number. */
static size_t copy_buffers(struct run *r, real *to, int back)
{
	size_t n = 0;

	for (int i = 0; i < r->params.n; i++) {
		struct param *p = r->params.list[i];

		if (p->kind != PARAM_BUFFER)
			continue;
		if (to && back)
			tensor_write(&p->t, to + n);
		else if (to)
			tensor_read(&p->t, to + n);
		n += p->t.n;
	}
	return n;
}

/* The fastest of `most` steps, since the first one allocates memory. Of a large batch only a part
 * is timed on the CPU, to keep the estimate quick; *share is that part. */
static double time_step(struct run *r, int most, double *share)
{
	real *kept = xmalloc((copy_buffers(r, NULL, 0) + 1) * sizeof *kept);
	const int batch = r->loader.batch,
		  part = batch < SAMPLE || !r->device->is_host ? batch : SAMPLE;
	double best = 0, started = clock_now();

	*share = (double)part / batch;
	copy_buffers(r, kept, 0);
	loader_epoch(&r->loader, (uint32_t)r->epoch);
	r->loader.batch = part;
	for (int i = 0; i < most && i < r->steps_per_epoch; i++) {
		double seconds = run_time_step(r, i);

		if (!i || seconds < best)
			best = seconds;
		if (clock_now() - started > seconds_max)
			break;
	}
	r->loader.batch = batch;
	copy_buffers(r, kept, 1);
	free(kept);
	return best / *share;
}

/* How often something happens that is due every `every` epochs and after the last one. */
static long times(long epochs, long every)
{
	return every ? (epochs + every - 1) / every : 0;
}

static int64_t checkpoint_bytes(const struct run *r)
{
	int64_t n = 0;

	for (int i = 0; i < r->params.n; i++) {
		const struct param *p = r->params.list[i];

		n += (int64_t)(p->t.n * sizeof(real)) * (1 + !!p->slot[0] + !!p->slot[1]);
	}
	return n;
}

/* Seconds of the evaluations that are left. Each encodes every labelled image once, forward only: a
 * third of the work of a training step for an image and view. */
static double eval_seconds(const struct run *r, double step)
{
	const struct recipe *rc = &r->recipe;
	double evaluated = r->check.split == EVAL_VAL ? r->check.val : r->data.n[SPLIT_TEST];
	double images = (double)r->n_train + evaluated;
	double work = (double)r->loader.batch * (r->method->views ? r->method->views : 1) * 3;
	long every = recipe_int(rc, "eval.every");
	long n = times(r->epochs, every) - (every ? r->epoch / every : 0) +
		 (!r->step && recipe_bool(rc, "eval.at_start"));

	return !r->check.skip && recipe_list_has(rc, "eval.protocol", "knn")
		   ? (double)n * images / work * step
		   : 0;
}

/* The memory that an evaluation needs beside that of training, which stays allocated: the
 * activations of one batch, forward only. `share`: of a batch of training in the step that was
 * timed. */
static double eval_memory(const struct run *r, double share)
{
	const double views = r->method->views ? r->method->views : 1;
	const double images = (double)r->loader.batch * views * share;

	const double most = r->n_train < FEATURES_BATCH ? r->n_train : FEATURES_BATCH;

	return (double)tape_use(&r->tape).activations / images * most;
}

/* What the device needs at most: what a step took, and beside it an evaluation, which computes in
 * f32. What a step needs is proportional to its batch. */
static void estimate_device(struct run *r, struct estimate *out)
{
	const struct tape_use use = tape_use(&r->tape);
	const double wide = r->tape.precision == PRECISION_BF16 ? 2 : 1;
	const double all = (double)r->device->peak_bytes(r->device);
	const double step = (double)(use.activations + use.gradients + use.saved + use.scratch);
	const double evaluation = wide * eval_memory(r, 1) + EVAL_BLOCKS;
	const double room = (double)r->device->free_bytes(r->device) - evaluation;

	out->device_memory = (int64_t)(all + evaluation);
	out->largest_batch = room + step > 0 ? (long)((room + step) / (step / r->loader.batch)) : 0;
}

void estimate_built(struct run *r, struct estimate *out)
{
	const struct recipe *rc = &r->recipe;
	long checkpoints = times(r->epochs, recipe_int(rc, "checkpoint.every"));
	long kept = recipe_int(rc, "checkpoint.keep_last") + recipe_int(rc, "checkpoint.keep_best");
	double share = 1, step = r->steps > r->step ? time_step(r, STEPS, &share) : 0;

	memset(out, 0, sizeof *out);
	out->known = 1;
	out->epochs = r->epochs;
	out->steps = r->steps;
	out->left = r->steps - r->step;
	out->seconds = step * (double)out->left + eval_seconds(r, step);
	out->memory =
	    cpu_peak_rss() + (int64_t)((double)tensor_arena_peak(&r->tape.arena) * (1 / share - 1));
	if (step > 0 && r->device->is_host)
		out->memory += (int64_t)eval_memory(r, share);
	if (step > 0 && !r->device->is_host)
		estimate_device(r, out);
	out->bytes = checkpoint_bytes(r) * (checkpoints < kept ? checkpoints : kept) +
		     (int64_t)r->steps * POINT_BYTES * SERIES;
}

int estimate_try(struct run *r, struct error *err)
{
	double share;

	if (r->device->is_host || r->step >= r->steps)
		return 0;
	time_step(r, 1, &share);
	return r->device->check(r->device, err);
}

int estimate_run(struct store *s, const char *recipe_json, int threads, const struct device *device,
		 struct estimate *out, struct error *err)
{
	struct run r = {.store = s, .opts.device = device};
	struct dataset_row row;
	struct error why = {0};
	int ret = -1;

	memset(out, 0, sizeof *out);
	if (recipe_from_json(&r.recipe, keys_schema(), recipe_json, 0, err))
		return -1;
	if (precision_check(recipe_text(&r.recipe, "precision"), device, &why)) {
		ret = 0; /* on another device it takes another time */
		goto done;
	}
	if (datasets_find(s, recipe_text(&r.recipe, "data.set"), &row, &why)) {
		ret = why.code == ERR_NOT_FOUND &&
			      !strcmp(recipe_text(&r.recipe, "data.set"), DATASET_SHAPES)
			  ? 0
			  : -1;
		if (ret)
			*err = why;
		goto done;
	}
	parallel_set_threads(threads);
	if (run_build(&r, err))
		goto done;
	if (r.method->start)
		r.method->start(r.self, 0);
	estimate_built(&r, out);
	ret = 0;
done:
	run_release(&r);
	return ret;
}
