/*
 * What a run recorded, beside what reference.py computed. The error of a series at a step and of
 * the features is relative to the reference's value; that of a sketch is the largest difference of
 * its numbers, relative to the norm of the tensor. Norms below `tiny` count as this: what feeds a
 * batch norm has biases whose gradients, and means, are zero but for rounding.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/golden/runs/runs.h"

static const double tiny = 1e-4;

struct comparison {
	const struct record *rec;
	const struct tolerance *tolerance;
	struct safetensors ref;
	struct findings *found;
};

static double tolerance_at(const struct comparison *c, long step)
{
	const struct tolerance *t = c->tolerance;

	if (step < 1) /* before training */
		return t->first;
	return t->first * pow(t->tenth / t->first, (double)(step - 1) / 9);
}

/* Counts an error of what is of this step, and raises *largest to it. */
static void check(struct comparison *c, const char *name, long step, double tolerance, double error,
		  double *largest)
{
	struct findings *f = c->found;
	const double ratio = error / tolerance;

	f->checks++;
	if (!(error <= *largest)) /* also when it is NaN */
		*largest = error;
	if (!(ratio <= f->ratio)) {
		f->ratio = ratio;
		snprintf(f->worst, sizeof f->worst, "%s at %ld", name, step);
	}
	if (error <= tolerance)
		return;
	f->failures++;
	if (f->failures <= 8 || f->verbose)
		printf("    %s at step %ld: error %.3g, more than %.2g\n", name, step, error,
		       tolerance);
}

static void fail(struct comparison *c, const char *what, const char *name)
{
	c->found->failures++;
	printf("    %s %s\n", what, name);
}

static double relative(double got, double ref)
{
	return ref != 0 ? fabs(got - ref) / fabs(ref) : fabs(got);
}

static double *values_of(const struct st_entry *e)
{
	double *v = xmalloc(e->n * sizeof *v);

	st_to_double(e, v);
	return v;
}

static const struct series *find_series(const struct record *rec, const char *name)
{
	for (int i = 0; i < rec->n_series; i++)
		if (!strcmp(rec->series[i].name, name))
			return &rec->series[i];
	return NULL;
}

static void compare_series(struct comparison *c, const struct st_entry *e, const double *ref)
{
	const struct series *s = find_series(c->rec, e->name);
	double *loss = c->found->loss;

	if (!s || s->n < c->rec->steps || e->n < (size_t)c->rec->steps) {
		fail(c, "not recorded at every step:", e->name);
		return;
	}
	for (int k = 0; k < c->rec->steps; k++) {
		const double error = relative(s->value[k], ref[k]);

		check(c, e->name, k + 1, tolerance_at(c, k + 1), error, &c->found->series);
		if (strcmp(e->name, "loss"))
			continue;
		if (k == 0 || k == 9)
			loss[k != 0] = error;
		loss[2] = error;
	}
}

/* The views of a step do not depend on the steps before it. */
static void compare_views(struct comparison *c, const double *ref)
{
	for (long k = 0; k < c->rec->steps; k++)
		for (int i = 0; i < 2; i++) {
			const double *r = ref + 2 * k;

			check(c, "views", k + 1, c->tolerance->first,
			      fabs(c->rec->views[k][i] - r[i]) / r[0], &c->found->inputs);
		}
}

static void compare_features(struct comparison *c, const struct st_entry *e, const double *ref)
{
	const long step = c->rec->steps;
	double diff = 0, norm = 0;

	if (e->n != (size_t)RUNS_IMAGES * (size_t)c->rec->dim) {
		fail(c, "another size:", e->name);
		return;
	}
	for (size_t i = 0; i < e->n; i++) {
		diff += (c->rec->features[i] - ref[i]) * (c->rec->features[i] - ref[i]);
		norm += ref[i] * ref[i];
	}
	check(c, "features", step, tolerance_at(c, step), sqrt(diff / norm), &c->found->features);
}

/* A tensor of checkpoint `st`, which is of this step. */
static void compare_tensor(struct comparison *c, const struct safetensors *st, const char *name,
			   long step, const double *ref, double *largest)
{
	const struct st_entry *e = st_find(st, name);
	double sketch[RUNS_SKETCH], error = 0, *v;

	if (!e) {
		fail(c, "no tensor", name);
		return;
	}
	v = values_of(e);
	golden_sketch(sketch, v, e->n);
	free(v);
	for (int i = 0; i < RUNS_SKETCH; i++) {
		const double d = fabs(sketch[i] - ref[i]) / fmax(ref[0], tiny);

		if (!(d <= error)) /* also when it is NaN */
			error = d;
	}
	check(c, name, step, tolerance_at(c, step), error, largest);
}

static void compare_entry(struct comparison *c, const struct st_entry *e)
{
	const struct record *rec = c->rec;
	const int whole = rec->steps == rec->run.steps;
	double *ref = values_of(e);

	if (!strcmp(e->name, "views")) {
		compare_views(c, ref);
	} else if (!strncmp(e->name, "state.", 6)) {
		compare_tensor(c, &rec->start, e->name + 6, 0, ref, &c->found->inputs);
		if (whole)
			compare_tensor(c, &rec->end, e->name + 6, rec->steps, ref + RUNS_SKETCH,
				       &c->found->state);
	} else if (strcmp(e->name, "features")) {
		compare_series(c, e, ref);
	} else if (whole) {
		compare_features(c, e, ref);
	}
	free(ref);
}

/* Everything that the run has must be in the file, so that nothing is left uncompared. */
static void compare_names(struct comparison *c)
{
	const struct safetensors *end = &c->rec->end;
	char name[300];

	for (int i = 0; i < c->rec->n_series; i++)
		if (!st_find(&c->ref, c->rec->series[i].name))
			fail(c, "the reference has no series", c->rec->series[i].name);
	for (int i = 0; i < end->n; i++) {
		if (!c->rec->steps && !strncmp(end->entry[i].name, "optim.", 6))
			continue; /* no optimiser took a step */
		snprintf(name, sizeof name, "state.%s", end->entry[i].name);
		if (!st_find(&c->ref, name))
			fail(c, "the reference has no tensor", name);
	}
}

int golden_compare(const struct record *rec, const struct way *way, const char *path,
		   const struct tolerance *t, struct findings *out, struct error *err)
{
	struct comparison c = {.rec = rec, .tolerance = t, .found = out};
	const char *recipe;

	if (st_open(path, &c.ref, err))
		return -1;
	recipe = st_meta(&c.ref, "recipe");
	if (!way->n_more && (!recipe || strcmp(recipe, rec->run.recipe.hash)))
		fail(&c, "the reference is of another recipe: make it again:", path);
	for (int i = 0; i < c.ref.n; i++)
		compare_entry(&c, &c.ref.entry[i]);
	compare_names(&c);
	st_close(&c.ref);
	return 0;
}
