#include "core/run/evaluate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"

void evaluator_init(struct evaluator *e, struct run *r, const struct recipe *recipe)
{
	*e = (struct evaluator){.run = r, .recipe = recipe};
	images_init(&e->train, &r->data, SPLIT_TRAIN, r->train_index, r->n_train);
}

void evaluator_release(struct evaluator *e)
{
	images_release(&e->train);
	images_release(&e->evaluated);
}

/* Only `ssl eval` can ask for a split that the run's recipe does not evaluate. */
static int refuse_split(const struct run *r, enum eval_split split, struct error *err)
{
	struct strbuf why = STRBUF_INIT;
	struct data_facts facts;

	data_facts_of(&facts, &r->data, r->dataset_row.name);
	run_check_why(run_check_split(&facts, split, r->check.val), &why);
	error_set(err, ERR_USAGE, "eval: dataset %s cannot be evaluated on %s: %s", facts.name,
		  eval_split_name(split), why.buf);
	strbuf_release(&why);
	return -1;
}

/* True if all images have the same label, so that every guess is right. Version 1 of the rules
 * recorded that. */
static int is_one_class(const struct eval_images *m)
{
	int i = 1;

	while (i < m->n && m->label[i] == m->label[0])
		i++;
	return i >= m->n;
}

int evaluator_split(struct evaluator *e, enum eval_split split, struct error *err)
{
	struct run *r = e->run;

	images_release(&e->evaluated);
	e->split = split;
	if (split == EVAL_TEST)
		images_init(&e->evaluated, &r->data, SPLIT_TEST, NULL, r->data.n[SPLIT_TEST]);
	else if (r->n_held)
		images_init(&e->evaluated, &r->data, SPLIT_TRAIN, r->val_index, r->n_held);
	else
		images_init(&e->evaluated, &r->data, SPLIT_VAL, NULL,
			    r->check.val ? r->data.n[SPLIT_VAL] : 0);
	if (!e->train.n || !e->evaluated.n || (r->rules != 1 && is_one_class(&e->train)))
		return refuse_split(r, split, err);
	return 0;
}

int evaluator_run(struct evaluator *e, const struct protocol_row *row, struct eval_result *out,
		  struct error *err)
{
	struct run *r = e->run;
	struct eval_task t = {.recipe = e->recipe,
			      .train = &e->train,
			      .evaluated = &e->evaluated,
			      .labels = e->labels,
			      .stop = r->opts.stop,
			      .rules = r->rules};
	int ret;

	t.source = (struct eval_source){.data = &r->data,
					.plain = &r->plain,
					.encoder = r->encoder,
					.spec = &r->encoder_spec,
					.params = &r->params,
					.tape = &r->eval_tape};
	ret = protocol_run(row, &t, out, err);
	if (!ret && r->device->check(r->device, err)) {
		eval_result_release(out);
		ret = -1;
	}
	tape_trim(&r->eval_tape);
	if (ret)
		return -1;
	protocol_differs(row, &r->recipe, e->recipe, e->labels, out->trained, &out->differs);
	return 0;
}

void evaluation_init(struct evaluation *out, const struct evaluator *e, long step, long epoch,
		     const struct eval_result *result)
{
	const int classes = e->run->data.classes;

	*out = (struct evaluation){
	    .value = {{"top1", step, result->score.top1}, {"top5", step, result->score.top5}},
	    .confusion = xcalloc((size_t)classes * (size_t)classes + 1, sizeof *out->confusion)};
	if (!result->missing[0])
		eval_confusion(result, &e->evaluated, classes, out->confusion);
	out->row = (struct eval_new){
	    .step = step,
	    .epoch = epoch,
	    .protocol = result->name,
	    .split = eval_split_name(e->split),
	    .settings_json = result->settings.buf,
	    .differs = result->differs.buf,
	    .missing = result->missing[0] ? result->missing : NULL,
	    .seconds = result->seconds,
	    .value = out->value,
	    .n_values = 2,
	    .classes = classes,
	    .confusion = out->confusion,
	};
}

void evaluation_release(struct evaluation *e)
{
	free(e->confusion);
	*e = (struct evaluation){.confusion = NULL};
}

/* The checkpoint to keep is chosen by the first protocol of the table that is evaluated online. */
static void update_best(struct run *r, double value)
{
	if (!r->step && r->steps > 0)
		return; /* the untrained encoder is never the best */
	if (isnan(value) || (r->best_step >= 0 && value <= r->best_value))
		return;
	r->best_step = r->step;
	r->best_value = value;
}

/* The series of a run that began under version 1 of the rules continue by it, so that its digest
 * chain stays valid. Where version 2 gives another value, they have a name of their own, and the
 * row of the evaluation holds the value by version 2. */
static void note(struct run *r, const char *split, const struct eval_result *result)
{
	const struct eval_scores *s = r->rules == 1 ? &result->rule1 : &result->score;
	int none = r->rules == 1 && result->missing[0], knn = !strcmp(result->name, "knn");
	char name[128];

	snprintf(name, sizeof name, "%s.%s.top1%s", split, result->name, none ? "/rule=1" : "");
	recorder_note(&r->recorder, r->step, name, s->top1);
	snprintf(name, sizeof name, "%s.%s.top5%s", split, result->name,
		 none || (r->rules == 1 && knn) ? "/rule=1" : "");
	recorder_note(&r->recorder, r->step, name, s->top5);
}

/* Appends the result to the line to print. An evaluation without a result is recorded as an event
 * as well. */
static int report(struct evaluator *e, const struct eval_result *result, struct strbuf *line,
		  struct error *err)
{
	const char *split = eval_split_name(e->split);
	char text[256];

	strbuf_addf(line, "  %s.%s.top1 ", split, result->name);
	if (!result->missing[0]) {
		strbuf_addf(line, "%.2f %%  (%.1f s)", result->score.top1, result->seconds);
		return 0;
	}
	strbuf_addf(line, "none: %s", result->missing);
	snprintf(text, sizeof text, "%s.%s has no result: %s", split, result->name,
		 result->missing);
	return recorder_event(&e->run->recorder, "warning", text, err);
}

static int evaluate_one(struct evaluator *e, const struct protocol_row *row, double *top1,
			struct strbuf *line, struct error *err)
{
	struct run *r = e->run;
	struct eval_result result;
	struct evaluation x;
	int ret;

	if (evaluator_run(e, row, &result, err))
		return -1;
	note(r, eval_split_name(e->split), &result);
	*top1 = r->rules == 1 ? result.rule1.top1 : result.score.top1;
	evaluation_init(&x, e, r->step, r->epoch, &result);
	ret = recorder_flush(&r->recorder, run_position(r), err) || report(e, &result, line, err) ||
	      recorder_evaluation(&r->recorder, &x.row, err);
	evaluation_release(&x);
	eval_result_release(&result);
	return ret ? -1 : 0;
}

/* Protocols that train the encoder are too slow to run every few epochs. */
static int is_due(const struct run *r, const struct protocol_row *row)
{
	return recipe_list_has(&r->recipe, "eval.protocol", row->name) &&
	       (row->protocol->online || r->epoch == r->epochs);
}

static int any_due(const struct run *r)
{
	int due = 0;

	for (int i = 0; protocol_at(i); i++)
		due = due || is_due(r, protocol_at(i));
	return due;
}

/* Runs all protocols that are due now on one split. */
static int evaluate_split(struct evaluator *e, enum eval_split split, int choose,
			  struct strbuf *line, struct error *err)
{
	struct run *r = e->run;
	const struct protocol_row *row;

	if (evaluator_split(e, split, err))
		return -1;
	for (int i = 0; (row = protocol_at(i)); i++) {
		double top1;

		if (!is_due(r, row))
			continue;
		if (evaluate_one(e, row, &top1, line, err))
			return -1;
		if (choose && row->protocol->online)
			update_best(r, top1);
		choose = choose && !row->protocol->online;
	}
	return 0;
}

/* The test split is scored once, and no checkpoint is chosen by it. */
static int final_test_is_due(const struct run *r, enum eval_split split)
{
	return split == EVAL_VAL && r->epoch == r->epochs && r->data.n[SPLIT_TEST] &&
	       recipe_bool(&r->recipe, "eval.final_test");
}

/* True if the evaluations that the recipe asks for are skipped. Version 1 of the rules evaluated
 * images of one class as well. */
static int is_skipped(const struct run *r)
{
	return r->check.skip && !(r->check.skip == SKIP_ONE_CLASS && r->rules == 1);
}

int run_evaluate(struct run *r, struct error *err)
{
	enum eval_split split = r->check.split;
	struct strbuf line = STRBUF_INIT;
	struct evaluator e;
	int ret;

	if (!any_due(r) || is_skipped(r))
		return 0;
	evaluator_init(&e, r, &r->recipe);
	strbuf_addf(&line, "epoch %ld/%ld", r->epoch, r->epochs);
	ret = evaluate_split(&e, split, 1, &line, err);
	if (!ret && final_test_is_due(r, split))
		ret = evaluate_split(&e, EVAL_TEST, 0, &line, err);
	if (!ret && r->opts.progress.line)
		r->opts.progress.line(r->opts.progress.ctx, line.buf);
	evaluator_release(&e);
	strbuf_release(&line);
	return ret;
}

/* True if the test split decides which checkpoint is kept. */
static int selects_on_test(const struct run *r)
{
	long every = recipe_int(&r->recipe, "eval.every");
	int online = 0;

	for (int i = 0; protocol_at(i); i++)
		online =
		    online || (protocol_at(i)->protocol->online &&
			       recipe_list_has(&r->recipe, "eval.protocol", protocol_at(i)->name));
	return online && r->check.split == EVAL_TEST && !is_skipped(r) && every > 0 &&
	       every < r->epochs && recipe_int(&r->recipe, "checkpoint.keep_best") &&
	       recipe_int(&r->recipe, "checkpoint.every");
}

/* Recorded with the run as well, so that `show` and others can explain what is missing. */
static int report_skip(struct run *r, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	struct data_facts facts;
	int ret = 0;

	data_facts_of(&facts, &r->data, r->dataset_row.name);
	run_check_report(&r->check, &r->recipe, &facts, &text);
	if (r->opts.progress.line)
		r->opts.progress.line(r->opts.progress.ctx, text.buf);
	strbuf_clear(&text);
	run_check_why(r->check.skip, &text);
	if (!r->opts.resume_id)
		ret = recorder_event(&r->recorder, "eval.skipped", text.buf, err);
	strbuf_release(&text);
	return ret;
}

int run_evaluate_advise(struct run *r, struct error *err)
{
	if (is_skipped(r))
		return report_skip(r, err);
	if (selects_on_test(r))
		log_info("checkpoint.keep_best: the best checkpoint is chosen on the test split: "
			 "hold images out with data.val, or use the last checkpoint");
	return 0;
}

int run_evaluate_resume(struct run *r, struct error *err)
{
	int i = 0, found;
	const struct protocol_row *row;
	char name[128];

	while ((row = protocol_at(i)) &&
	       !(row->protocol->online && recipe_list_has(&r->recipe, "eval.protocol", row->name)))
		i++;
	if (!r->step || !row)
		return 0;
	snprintf(name, sizeof name, "%s.%s.top1", eval_split_name(r->check.split), row->name);
	found = recorder_best(&r->recorder, name, &r->best_step, &r->best_value, err);
	return found < 0 ? -1 : 0;
}
