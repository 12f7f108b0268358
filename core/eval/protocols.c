/* The table of protocols, and what is the same for all of them. */
#include "core/eval/protocols.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"

static const struct protocol_row rows[] = {
    {"knn", &protocol_knn, 0},
    {"linear", &protocol_linear, 0},
    {"linear-10pct", &protocol_linear, 0.1},
    {"linear-1pct", &protocol_linear, 0.01},
    {"finetune", &protocol_finetune, 0},
    {"finetune-10pct", &protocol_finetune, 0.1},
    {"finetune-1pct", &protocol_finetune, 0.01},
};

enum { ROWS = sizeof rows / sizeof *rows };

const struct hparam eval_hparams[] = {
    {"eval.seed", HP_INT, "0", 0, 9007199254740991.0, NULL,
     "of what protocols draw: order, labels that are kept, first weights of a head; apart from "
     "seed, so that all runs are judged alike"},
    {0},
};

const struct protocol_row *protocol_at(int i)
{
	return i >= 0 && i < ROWS ? &rows[i] : NULL;
}

const struct protocol_row *protocol_find(const char *name)
{
	for (int i = 0; i < ROWS; i++)
		if (!strcmp(rows[i].name, name))
			return &rows[i];
	return NULL;
}

static int is_first(int row)
{
	for (int i = 0; i < row; i++)
		if (rows[i].protocol == rows[row].protocol)
			return 0;
	return 1;
}

const struct hparam *protocol_hparams(int i)
{
	for (int row = 0; row < ROWS; row++)
		if (is_first(row) && i-- == 0)
			return rows[row].protocol->hparams;
	return NULL;
}

void eval_result_release(struct eval_result *r)
{
	free(r->predicted);
	strbuf_release(&r->settings);
	*r = (struct eval_result){0};
}

static double share_of(const struct protocol_row *row, const struct eval_task *t)
{
	if (!row->protocol->labels_key)
		return 1;
	if (t->labels > 0)
		return t->labels;
	return row->labels > 0 ? row->labels : recipe_real(t->recipe, row->protocol->labels_key);
}

/* "linear", or with a share of the labels "linear-1pct", "linear-0.5pct". */
static void result_name(const struct protocol *p, double share, char *out, size_t size)
{
	if (share < 1)
		snprintf(out, size, "%s-%.4gpct", p->name, 100 * share);
	else
		snprintf(out, size, "%s", p->name);
}

static int run_with(const struct protocol *p, const struct eval_task *t, struct eval_result *out,
		    struct error *err)
{
	out->trained = t->train->n;
	out->judged = t->judged->n;
	out->predicted = xcalloc((size_t)t->judged->n, sizeof *out->predicted);
	strbuf_addc(&out->settings, '{');
	if (p->run(t, out, err))
		return error_prefix(err, "%s", out->name);
	strbuf_addf(&out->settings, ",\"trained\":%d,\"images\":%d", out->trained, out->judged);
	return 0;
}

/* The share is taken from the features where they are there: they are then computed once for all.
 */
static int run_share(const struct protocol *p, const struct eval_task *t, double share,
		     struct eval_result *out, struct error *err)
{
	long seed = recipe_int(t->recipe, "eval.seed");
	struct eval_images few;
	struct eval_task task = *t;
	int ret;

	images_share(t->train, share, (uint64_t)seed, t->source.data->classes,
		     encoder_dim(t->source.encoder), &few);
	task.train = &few;
	ret = run_with(p, &task, out, err);
	if (!ret) {
		strbuf_adds(&out->settings, ",\"labels\":");
		strbuf_add_number(&out->settings, share);
	}
	images_release(&few);
	return ret;
}

int protocol_run(const struct protocol_row *row, const struct eval_task *t, struct eval_result *out,
		 struct error *err)
{
	struct eval_result made = {.settings = STRBUF_INIT};
	double started = clock_now(), share = share_of(row, t);
	int ret;

	if (!t->train->n || !t->judged->n)
		return error_set(err, ERR_USAGE, "%s: no labelled images %s", row->name,
				 !t->train->n ? "to train on" : "to judge by");
	result_name(row->protocol, share, made.name, sizeof made.name);
	ret = share < 1 ? run_share(row->protocol, t, share, &made, err)
			: run_with(row->protocol, t, &made, err);
	if (ret) {
		eval_result_release(&made);
		return -1;
	}
	strbuf_addf(&made.settings, ",\"seed\":%ld}", recipe_int(t->recipe, "eval.seed"));
	made.seconds = clock_now() - started;
	*out = made;
	return 0;
}

void eval_confusion(const struct eval_result *r, const struct eval_images *judged, int classes,
		    uint32_t *n)
{
	memset(n, 0, (size_t)classes * (size_t)classes * sizeof *n);
	for (int i = 0; i < r->judged; i++)
		n[judged->label[i] * classes + r->predicted[i]]++;
}
