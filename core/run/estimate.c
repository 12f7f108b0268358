/* What a run will take, from a timed step: see sweep.h. */
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/parallel.h"
#include "core/run/datasets.h"
#include "core/run/estimate.h"
#include "core/run/keys.h"
#include "core/run/sweep.h"

enum { STEPS = 4, POINT_BYTES = 30, SERIES = 8 }; /* bytes and series a step: measured, roughly */
static const double patience = 1.5;               /* seconds, after the first step */

/* The quickest of a few steps: the first one pays for memory. */
static double time_step(struct run *r)
{
	double best = 0, started = clock_now();

	loader_epoch(&r->loader, 0);
	for (int i = 0; i < STEPS && i < r->steps_per_epoch; i++) {
		double seconds = run_time_step(r, i);

		if (!i || seconds < best)
			best = seconds;
		if (clock_now() - started > patience)
			break;
	}
	return best;
}

/* How often something due `every` epochs happens, and after the last one. */
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

/* An evaluation looks at every labelled image once, forward only: a third of a step's work for an
 * image and view. */
static double eval_seconds(const struct run *r, double step)
{
	const struct recipe *rc = &r->recipe;
	double judged = r->check.split == EVAL_VAL ? r->check.val : r->data.n[SPLIT_TEST];
	double images = (double)r->n_train + judged;
	double work = (double)r->loader.batch * (r->method->views ? r->method->views : 1) * 3;
	long n = times(r->epochs, recipe_int(rc, "eval.every")) + recipe_bool(rc, "eval.at_start");

	return !r->check.skip && recipe_lists(rc, "eval.protocol", "knn")
		   ? (double)n * images / work * step
		   : 0;
}

static void estimate(struct run *r, struct estimate *out)
{
	const struct recipe *rc = &r->recipe;
	long checkpoints = times(r->epochs, recipe_int(rc, "checkpoint.every"));
	long kept = recipe_int(rc, "checkpoint.keep_last") + recipe_int(rc, "checkpoint.keep_best");
	double step = r->epochs ? time_step(r) : 0;

	out->known = 1;
	out->epochs = r->epochs;
	out->steps = r->steps;
	out->seconds = step * (double)r->steps + eval_seconds(r, step);
	out->bytes = checkpoint_bytes(r) * (checkpoints < kept ? checkpoints : kept) +
		     (int64_t)r->steps * POINT_BYTES * SERIES;
}

int estimate_run(struct store *s, const char *recipe_json, int threads, struct estimate *out,
		 struct error *err)
{
	struct run r = {.store = s};
	struct dataset_row row;
	struct error why = {0};
	int ret = -1;

	memset(out, 0, sizeof *out);
	if (recipe_from_json(&r.recipe, keys_schema(), recipe_json, 0, err))
		return -1;
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
	estimate(&r, out);
	ret = 0;
done:
	run_release(&r);
	return ret;
}
