/* Evaluations of a run's encoder, online and by `ssl eval`: features once, then the protocol. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/eval/features.h"
#include "core/run/evaluate.h"

struct feature_set {
	real *x;
	int *label;
	uint32_t n;
};

static void feature_set_free(struct feature_set *f)
{
	free(f->x);
	free(f->label);
}

/* Features of the given images of a split (index NULL: all), labelled ones only. */
static void feature_set_make(struct run *r, enum dataset_split split, const uint32_t *index,
			     uint32_t n, struct feature_set *out)
{
	const struct dataset *d = &r->data;
	size_t dim = (size_t)encoder_dim(r->encoder);
	uint32_t *labelled = xmalloc(((size_t)n + 1) * sizeof *labelled);

	out->n = 0;
	out->label = xmalloc(((size_t)n + 1) * sizeof *out->label);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t j = index ? index[i] : i;

		if (d->labels[split][j] < 0)
			continue;
		out->label[out->n] = d->labels[split][j];
		labelled[out->n++] = j;
	}
	out->x = xmalloc(((size_t)out->n * dim + 1) * sizeof *out->x);
	features_extract(r->encoder, &r->tape, d, split, labelled, out->n, &r->plain, out->x);
	free(labelled);
}

int run_eval_knn(struct run *r, struct eval_knn *e, struct error *err)
{
	struct feature_set bank = {0}, probe = {0};
	double started = clock_now();
	int ret = -1;

	feature_set_make(r, SPLIT_TRAIN, r->train_index, r->n_train, &bank);
	if (e->val)
		feature_set_make(r, SPLIT_TRAIN, r->val_index, r->n_val, &probe);
	else
		feature_set_make(r, SPLIT_TEST, NULL, r->data.n[SPLIT_TEST], &probe);
	if (!bank.n || !probe.n) {
		error_set(err, ERR_USAGE, "knn: dataset %s has no labelled images %s",
			  r->dataset_row.name,
			  !bank.n  ? "to train on"
			  : e->val ? "held out: set data.val"
				   : "in its test split: set data.val and eval.split: val");
		goto done;
	}
	knn_classify(bank.x, bank.label, (int)bank.n, probe.x, probe.label, (int)probe.n,
		     encoder_dim(r->encoder), r->data.classes, e->k, e->temperature, NULL, NULL,
		     &e->result);
	e->neighbours = bank.n;
	e->images = probe.n;
	e->seconds = clock_now() - started;
	ret = 0;
done:
	feature_set_free(&bank);
	feature_set_free(&probe);
	return ret;
}

int run_eval_record(struct store *s, int64_t id, long step, long epoch, const struct eval_knn *e,
		    struct error *err)
{
	struct metric_point value[2] = {{"top1", step, e->result.top1},
					{"top5", step, e->result.top5}};
	struct strbuf settings = STRBUF_INIT;
	struct eval_new row = {0};
	int64_t eval_id;
	int ret;

	strbuf_addf(&settings, "{\"k\":%d,\"temperature\":", e->k);
	strbuf_add_number(&settings, e->temperature);
	strbuf_addf(&settings, ",\"neighbours\":%u,\"images\":%u}", e->neighbours, e->images);
	row.run_id = id;
	row.step = step;
	row.epoch = epoch;
	row.protocol = "knn";
	row.split = e->val ? "val" : "test";
	row.settings_json = settings.buf;
	row.seconds = e->seconds;
	row.value = value;
	row.n_values = 2;
	ret = evals_insert(s, &row, &eval_id, err);
	strbuf_release(&settings);
	return ret;
}

static void keep_best(struct run *r, double value)
{
	if (r->best_step >= 0 && value <= r->best_value)
		return;
	r->best_step = r->step;
	r->best_value = value;
}

int run_evaluate(struct run *r, struct error *err)
{
	struct eval_knn e = {0};
	const char *prefix;
	char line[160];

	if (!recipe_lists(&r->recipe, "eval.protocol", "knn"))
		return 0;
	e.val = !strcmp(recipe_text(&r->recipe, "eval.split"), "val");
	e.k = (int)recipe_int(&r->recipe, "eval.knn.k");
	e.temperature = recipe_real(&r->recipe, "eval.knn.temperature");
	if (run_eval_knn(r, &e, err))
		return -1;
	prefix = e.val ? "val." : "test.";
	run_note(r, run_name(r, prefix, "knn.top1"), e.result.top1);
	run_note(r, run_name(r, prefix, "knn.top5"), e.result.top5);
	keep_best(r, e.result.top1);
	if (run_flush(r, NULL, err) ||
	    run_eval_record(r->store, r->handle.id, r->step, r->epoch, &e, err))
		return -1;
	snprintf(line, sizeof line, "epoch %ld/%ld  %sknn.top1 %.2f %%  (%.1f s)", r->epoch,
		 r->epochs, prefix, e.result.top1, e.seconds);
	if (r->opts.progress.line)
		r->opts.progress.line(r->opts.progress.ctx, line);
	return 0;
}
