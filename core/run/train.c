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

static double learning_rate(const struct run *r)
{
	return schedule_lr(r->base_lr, r->final_lr, lround(r->warmup_steps), r->step, r->steps,
			   r->cosine);
}

/* Terms of the loss are recorded as "loss.invariance"; those that after_step() adds ("tau") by
 * their own name. */
static void note_terms(struct run *r, const struct method_out *out, int n_loss_terms)
{
	char name[128];

	for (int i = 0; i < out->n_terms; i++) {
		snprintf(name, sizeof name, "%s%s", i < n_loss_terms ? "loss." : "",
			 out->term[i].name);
		recorder_note(&r->recorder, r->step, name, out->term[i].value);
	}
}

static int check_finite(struct run *r, double loss, struct error *err)
{
	char text[200];

	if (isfinite(loss) || strcmp(recipe_text(&r->recipe, "guard.nan"), "fail"))
		return 0;
	snprintf(text, sizeof text, "the loss is %g at step %ld of epoch %ld", loss, r->step,
		 r->epoch + 1);
	r->step++; /* the value belongs to the step that failed, not to the one before */
	recorder_note(&r->recorder, r->step, "loss", loss);
	if (recorder_event(&r->recorder, "guard.nan", text, err))
		return -1;
	return error_set(err, ERR_GUARD,
			 "%s: %s: a smaller optim.lr or a longer optim.warmup may help",
			 r->handle.name, text);
}

static int take_step(struct run *r, const struct batch *batch, double *loss_out, struct error *err)
{
	const struct recorder *rec = &r->recorder;
	struct method_out out = {0};
	double lr = learning_rate(r), loss, norm;
	int n_loss_terms;

	params_zero_grad(&r->params);
	r->method->loss(r->self, &r->tape, batch, &out);
	loss = tensor_value(out.loss);
	tape_backward(&r->tape, out.loss);
	norm = params_grad_norm(&r->params);
	if (check_finite(r, isfinite(norm) ? loss : norm, err))
		return -1;
	optim_step(r->optim, &r->optim_opts, &r->params, lr, r->step);
	n_loss_terms = out.n_terms;
	if (r->method->after_step)
		r->method->after_step(r->self, r->step, r->steps, &out);
	r->step++;
	recorder_note(rec, r->step, "loss", loss);
	note_terms(r, &out, n_loss_terms);
	recorder_note(rec, r->step, "lr", lr);
	recorder_note(rec, r->step, "grad_norm", norm);
	if (out.embedding)
		recorder_note(rec, r->step, "embedding_std",
			      r->tape.k->collapse_std_of(out.embedding, &r->tape.arena.host));
	*loss_out = loss;
	return 0;
}

static void next_batch(struct run *r, int k, struct batch *out)
{
	int n = r->loader.batch, views = r->method->views;
	const struct augment_fixed *f = &r->plain.fixed;
	int shape[4] = {views * n, f->out_height, f->out_width, f->channels};

	batcher_fill(&r->batcher, k);
	out->x = tensor_of_host(&r->tape.arena, r->batcher.x, 4, shape);
	out->labels = r->batcher.labels;
	out->n = n;
	out->views = views;
	out->groups = batch_groups(&r->recipe, views);
}

double run_time_step(struct run *r, int k)
{
	double started = clock_now();
	struct method_out out = {0};
	struct batch batch;

	tape_reset(&r->tape);
	next_batch(r, k, &batch);
	params_zero_grad(&r->params);
	r->method->loss(r->self, &r->tape, &batch, &out);
	tape_backward(&r->tape, out.loss);
	params_grad_norm(&r->params);
	return clock_now() - started;
}

int run_train_epoch(struct run *r, struct error *err)
{
	double started = clock_now(), loss = 0, seconds;
	long first = r->step, done;

	loader_epoch(&r->loader, (uint32_t)r->epoch);
	for (;;) {
		long k = r->step - r->epoch * r->steps_per_epoch;
		struct batch batch;

		if (k == r->steps_per_epoch)
			break;
		if (r->step > first && r->opts.stop && *r->opts.stop)
			return run_stop(r, err);
		tape_reset(&r->tape);
		next_batch(r, (int)k, &batch);
		if (take_step(r, &batch, &loss, err) ||
		    recorder_flush_if_due(&r->recorder, run_position(r), err))
			return -1;
		done = r->step - first;
		if (r->opts.progress.step)
			r->opts.progress.step(
			    r->opts.progress.ctx, r->step, r->steps, r->epoch + 1, r->epochs, loss,
			    (double)(done * r->loader.batch) / (clock_now() - started));
	}
	r->epoch++;
	seconds = clock_now() - started;
	done = r->step - first;
	recorder_note(&r->recorder, r->step, "epoch_s", seconds);
	if (done)
		recorder_note(&r->recorder, r->step, "images_per_s",
			      (double)(done * r->loader.batch) / seconds);
	return 0;
}
