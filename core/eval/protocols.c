/* The table of protocols, and the code that they share. */
#include "core/eval/protocols.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/recipe/history.h"
#include "core/store/identity.h"

static const struct protocol_row rows[] = {
    {"knn", &protocol_knn, 0},
    {"linear", &protocol_linear, 0},
    {"linear-10pct", &protocol_linear, 0.1},
    {"linear-1pct", &protocol_linear, 0.01},
    {"finetune", &protocol_finetune, 0},
    {"finetune-10pct", &protocol_finetune, 0.1},
    {"finetune-1pct", &protocol_finetune, 0.01},
};

enum { ROWS = sizeof rows / sizeof *rows, SETTINGS_MAX = 32 };

const struct hparam eval_hparams[] = {
    {"eval.seed", HP_INT, "0", 0, 9007199254740991.0, NULL,
     "seed of the random choices of protocols: order, labels that are kept, initial weights of a "
     "head; separate from seed, so that all runs are evaluated alike"},
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
	strbuf_release(&r->differs);
	*r = (struct eval_result){0};
}

void eval_missing(struct eval_result *out, const char *fmt, ...)
{
	va_list ap;

	if (out->missing[0])
		return;
	va_start(ap, fmt);
	vsnprintf(out->missing, sizeof out->missing, fmt, ap);
	va_end(ap);
}

struct eval_scores eval_score(const struct eval_task *t, long top1, long top5)
{
	return (struct eval_scores){100.0 * (double)top1 / t->evaluated->n,
				    100.0 * (double)top5 / t->evaluated->n};
}

int eval_features_missing(const struct eval_task *t, int cosine, struct eval_result *out)
{
	struct eval_images *const set[] = {t->train, t->evaluated};
	static const char *const name[] = {"training", "evaluated"};

	for (int i = 0; i < 2; i++) {
		int bad, zero;

		images_features(set[i], &t->source);
		bad = images_not_finite(set[i], &t->source, &zero);
		if (bad)
			eval_missing(out, "the features of %d of the %d %s images are not finite",
				     bad, set[i]->n, name[i]);
		else if (cosine && zero == set[i]->n)
			eval_missing(out, "the features of all %d %s images are zero", zero,
				     name[i]);
	}
	return out->missing[0] != 0;
}

static double share_of(const struct protocol_row *row, const struct recipe *r, double labels)
{
	if (!row->protocol->labels_key)
		return 1;
	if (labels > 0)
		return labels;
	return row->labels > 0 ? row->labels : recipe_real(r, row->protocol->labels_key);
}

/* "linear", or with a share of the labels "linear-1pct", "linear-0.5pct": with as many digits as
 * are needed to distinguish the share from others, at least four. */
static void result_name(const struct protocol *p, double share, char *out, size_t size)
{
	int digits = 4;

	snprintf(out, size, "%s", p->name);
	while (share < 1) {
		snprintf(out, size, "%s-%.*gpct", p->name, digits, 100 * share);
		if (digits == 15 ||
		    fabs(strtod(out + strlen(p->name) + 1, NULL) / 100 - share) <= 1e-12 * share)
			break;
		digits++;
	}
}

void protocol_result_name(const struct protocol_row *row, const struct recipe *rc, char *out,
			  size_t size)
{
	result_name(row->protocol, share_of(row, rc, 0), out, size);
}

/* The effective value: neighbours and batches are limited to the number of images. */
static void used_text(const struct recipe *r, const char *key, int bank, char out[128])
{
	const char *word = strrchr(key, '.');
	int cut = !strcmp(word, ".k") || !strcmp(word, ".batch");

	if (cut && recipe_int(r, key) > bank)
		snprintf(out, 128, "%d", bank);
	else
		snprintf(out, 128, "%s", recipe_text_of(r, key));
}

/* A key, and its name in the names of metrics: the last word of the name it is recorded under. */
struct setting {
	const char *key, *name;
};

static void add_if_different(const struct recipe *own, const struct recipe *used,
			     const struct setting *s, int bank, struct strbuf *out)
{
	struct strbuf recorded = STRBUF_INIT;
	char theirs[128], ours[128];

	if (!recipe_has(own, s->key) || !recipe_has(used, s->key))
		return;
	used_text(own, s->key, bank, theirs);
	used_text(used, s->key, bank, ours);
	history_old_words(used->schema, s->key, ours, &recorded);
	if (strcmp(theirs, ours))
		identity_add_setting(s->name, recorded.buf, out);
	strbuf_release(&recorded);
}

static int by_name(const void *a, const void *b)
{
	const struct setting *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static struct setting setting_of(const struct recipe *r, const char *key)
{
	return (struct setting){key, strrchr(history_name(r->schema, key), '.') + 1};
}

void protocol_differs(const struct protocol_row *row, const struct recipe *own,
		      const struct recipe *used, double labels, int bank, struct strbuf *out)
{
	const struct protocol *p = row->protocol;
	double share = share_of(row, used, labels);
	struct setting s[SETTINGS_MAX];
	int n = 0;

	for (int i = 0; p->hparams[i].name; i++)
		s[n++] = setting_of(used, p->hparams[i].name);
	s[n++] = setting_of(used, "eval.seed");
	qsort(s, (size_t)n, sizeof *s, by_name);
	for (int i = 0; i < n; i++) {
		if (p->labels_key && !strcmp(s[i].key, p->labels_key))
			continue;
		if (p->depends && !p->depends(used, s[i].key, share))
			continue;
		add_if_different(own, used, &s[i], bank, out);
	}
}

static int run_with(const struct protocol *p, const struct eval_task *t, struct eval_result *out,
		    struct error *err)
{
	out->trained = t->train->n;
	out->evaluated = t->evaluated->n;
	out->predicted = xcalloc((size_t)t->evaluated->n, sizeof *out->predicted);
	out->score = out->rule1 = (struct eval_scores){NAN, NAN};
	strbuf_addc(&out->settings, '{');
	if (p->run(t, out, err))
		return error_prefix(err, "%s", out->name);
	if (out->missing[0])
		out->score = (struct eval_scores){NAN, NAN};
	strbuf_addf(&out->settings, ",\"trained\":%d,\"images\":%d", out->trained, out->evaluated);
	return 0;
}

/* If the features of all training images have been computed, those of the share are copied. */
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
	struct eval_result made = {.settings = STRBUF_INIT, .differs = STRBUF_INIT};
	double started = clock_now(), share = share_of(row, t->recipe, t->labels);
	int ret;

	if (!t->train->n || !t->evaluated->n)
		return error_set(err, ERR_USAGE, "%s: no labelled images %s", row->name,
				 !t->train->n ? "to train on" : "to evaluate on");
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

void eval_confusion(const struct eval_result *r, const struct eval_images *evaluated, int classes,
		    uint32_t *n)
{
	memset(n, 0, (size_t)classes * (size_t)classes * sizeof *n);
	for (int i = 0; i < r->evaluated; i++)
		n[evaluated->label[i] * classes + r->predicted[i]]++;
}
