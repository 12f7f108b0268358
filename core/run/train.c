/* One epoch of steps. A step is: batch, loss, backward pass, optimiser, and the method's own
 * update. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/optim/schedule.h"
#include "core/run/checkpoint.h"
#include "core/run/estimate.h"
#include "core/run/run.h"
#include "core/tensor/kernels.h"
#include "core/tensor/profile.h"

/* Of a run with --profile, the steps that are profiled: some after the first ones, in which memory
 * is allocated. */
enum { PROFILE_FIRST = 4, PROFILE_STEPS = 10 };

static double learning_rate(const struct run *r, long step)
{
	return schedule_lr(r->base_lr, r->final_lr, lround(r->warmup_steps), step, r->steps,
			   r->cosine);
}

/* A step that was begun. Its values are cells of the tape's scalars, which are read one step later.
 */
struct begun {
	long step; /* steps before it */
	double lr;
	const double *loss, *norm, *finite, *std; /* std: NULL if the method has no embedding */
	struct method_out out;
	int n_loss_terms; /* the terms after these are of after_step() */
	double ended;     /* the time after it */
};

static double *norm_of_gradients(struct run *r)
{
	double *cell = tape_scalar(&r->tape);

	params_grad_norm(&r->params, cell);
	return cell;
}

static double *std_of_embeddings(struct tape *t, const struct tensor *z)
{
	double *cell = tape_scalar(t);

	t->k->collapse_std_of(z, tape_scratch(t, t->k->collapse_std_scratch(z)), cell);
	return cell;
}

/* The loss and the gradients of a batch. */
static void differentiate(struct run *r, const struct batch *batch, struct begun *b)
{
	struct tape *t = &r->tape;
	double *loss = tape_scalar(t);

	params_zero_grad(&r->params);
	r->method->loss(r->self, t, batch, &b->out);
	t->k->scalar_of(b->out.loss, loss);
	if (b->out.embedding)
		tape_keep(t, b->out.embedding); /* what comes after the backward pass reads it */
	tape_backward(t, b->out.loss);
	b->loss = loss;
	b->norm = norm_of_gradients(r);
}

/* Under guard.nan = fail nothing is updated from a loss or gradients that are not finite. The gate
 * closes where they are computed, since the host reads them only later. */
static void set_gate(struct run *r, struct begun *b)
{
	double *finite = tape_scalar(&r->tape);

	r->tape.k->both_finite(r->device, b->loss, b->norm, finite);
	b->finite = finite;
	r->params.gate = strcmp(recipe_text(&r->recipe, "guard.nan"), "fail") ? NULL : finite;
}

static void begin_step(struct run *r, long step, const struct batch *batch, struct begun *b)
{
	*b = (struct begun){.step = step, .lr = learning_rate(r, step)};
	profile_mark(r->tape.profile, PROFILE_VIEWS);
	differentiate(r, batch, b);
	set_gate(r, b);
	optim_step(r->optim, &r->optim_opts, &r->params, b->lr, step);
	b->n_loss_terms = b->out.n_terms;
	if (r->method->after_step)
		r->method->after_step(r->self, step, r->steps, &b->out);
	if (b->out.embedding)
		b->std = std_of_embeddings(&r->tape, b->out.embedding);
	profile_mark(r->tape.profile, PROFILE_OPTIM);
	scalars_post(&r->tape.scalars, step);
	b->ended = clock_now();
}

static double value_of(const struct run *r, const struct begun *b, const double *cell)
{
	return scalars_get(&r->tape.scalars, b->step, cell);
}

/* Terms of the loss are recorded as "loss.invariance"; those that after_step() adds ("tau") by
 * their own name. */
static void note_terms(struct run *r, const struct begun *b)
{
	char name[128];

	for (int i = 0; i < b->out.n_terms; i++) {
		snprintf(name, sizeof name, "%s%s", i < b->n_loss_terms ? "loss." : "",
			 b->out.term[i].name);
		recorder_note(&r->recorder, r->step, name,
			      method_term_value(&b->out, i, &r->tape.scalars, b->step));
	}
}

/* Ends the run at a step whose loss or gradients are not finite; of the step after it, which may
 * have begun, nothing is recorded. */
static int fail_at(struct run *r, const struct begun *b, struct error *err)
{
	double norm = value_of(r, b, b->norm),
	       loss = isfinite(norm) ? value_of(r, b, b->loss) : norm;
	char text[200];

	snprintf(text, sizeof text, "the loss is %g at step %ld of epoch %ld", loss, b->step,
		 r->epoch + 1);
	r->step = b->step + 1; /* the value belongs to the step that failed */
	recorder_note(&r->recorder, r->step, "loss", loss);
	if (recorder_event(&r->recorder, "guard.nan", text, err))
		return -1;
	return error_set(err, ERR_GUARD,
			 "%s: %s: a smaller optim.lr or a longer optim.warmup may help",
			 r->handle.name, text);
}

/* Reads the values of a step and records them all together. */
static int end_step(struct run *r, const struct begun *b, struct error *err)
{
	const struct recorder *rec = &r->recorder;

	scalars_wait(&r->tape.scalars, b->step);
	if (r->device->check(r->device, err))
		return -1;
	if (r->params.gate && value_of(r, b, b->finite) == 0)
		return fail_at(r, b, err);
	r->step = b->step + 1;
	recorder_note(rec, r->step, "loss", value_of(r, b, b->loss));
	note_terms(r, b);
	recorder_note(rec, r->step, "lr", b->lr);
	recorder_note(rec, r->step, "grad_norm", value_of(r, b, b->norm));
	if (b->std)
		recorder_note(rec, r->step, "embedding_std", value_of(r, b, b->std));
	return recorder_flush_if_due(rec, run_position(r), err);
}

static void next_batch(struct run *r, int k, struct batch *out)
{
	const int views = r->method->views;

	out->x = batcher_next(&r->batcher, k, &r->tape);
	out->labels = r->batcher.labels;
	out->n = r->loader.batch;
	out->views = views;
	out->groups = batch_groups(&r->recipe, views);
}

double run_time_step(struct run *r, int k)
{
	double started = clock_now();
	struct begun b = {0};
	struct batch batch;

	tape_reset(&r->tape);
	next_batch(r, k, &batch);
	differentiate(r, &batch, &b);
	r->device->wait(r->device, NULL);
	return clock_now() - started;
}

/* The steps of an epoch that were taken so far, and when the first of them began. */
struct pace {
	long first;
	double started;
};

static void show_progress(const struct run *r, const struct begun *b, const struct pace *p)
{
	const struct run_progress *to = &r->opts.progress;

	if (to->step)
		to->step(
		    to->ctx, r->step, r->steps, r->epoch + 1, r->epochs, value_of(r, b, b->loss),
		    (double)((r->step - p->first) * r->loader.batch) / (b->ended - p->started));
}

static void note_pace(struct run *r, const struct pace *p)
{
	double seconds = clock_now() - p->started;
	long done = r->step - p->first;

	recorder_note(&r->recorder, r->step, "epoch_s", seconds);
	if (done)
		recorder_note(&r->recorder, r->step, "images_per_s",
			      (double)(done * r->loader.batch) / seconds);
}

/* n: steps of this attempt's epoch before it */
static int is_profiled(const struct run *r, long n)
{
	return r->opts.profile && r->profile.steps < PROFILE_STEPS && n >= PROFILE_FIRST;
}

/* Adds the time from the end of one step to the end of the next, of steps that are not profiled. */
static void measure_wall(struct run *r, long n, double *ended)
{
	const double now = clock_now();

	if (!r->opts.profile)
		return;
	if (n > PROFILE_FIRST && r->profile.steps == PROFILE_STEPS && *ended > 0) {
		r->profile.wall += now - *ended;
		r->profile.walls++;
	}
	*ended = r->profile.steps == PROFILE_STEPS ? now : 0;
}

/* Takes the steps that are left of the epoch, or those before a request to stop, which it reports.
 * The values of each are read after the next one has begun, and those of the last at the end. */
static int take_steps(struct run *r, const struct pace *p, int *stopped, struct error *err)
{
	const long before = r->epoch * r->steps_per_epoch, end = before + r->steps_per_epoch;
	struct begun begun[2];
	double ended = 0;

	*stopped = 0;
	for (long step = p->first; step <= end && !*stopped; step++) {
		const struct begun *last = &begun[(step + 1) % 2];
		const int profiled = is_profiled(r, step - p->first);
		struct batch batch;

		*stopped = step > p->first && step < end && run_must_stop(r, step);
		if (step < end && !*stopped) {
			if (profiled)
				profile_begin(&r->profile);
			r->device->begin(r->device);
			tape_reset(&r->tape);
			next_batch(r, (int)(step - before), &batch);
			begin_step(r, step, &batch, &begun[step % 2]);
			r->device->end(r->device);
			if (profiled)
				profile_end(&r->profile);
		}
		if (step == p->first)
			continue;
		if (end_step(r, last, err))
			return -1;
		measure_wall(r, step - p->first, &ended);
		show_progress(r, last, p);
	}
	return 0;
}

int run_train_epoch(struct run *r, struct error *err)
{
	const struct pace pace = {r->step, clock_now()};
	int stopped;

	loader_epoch(&r->loader, (uint32_t)r->epoch);
	if (take_steps(r, &pace, &stopped, err))
		return -1;
	if (stopped)
		return run_stop(r, err);
	r->epoch++;
	note_pace(r, &pace);
	return 0;
}
