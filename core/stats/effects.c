#include "core/stats/effects.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/stats/floor.h"
#include "core/stats/groups.h"
#include "core/stats/ranges.h"
#include "core/store/query/selection_varied.h"

/* One method's runs: those that finished with a finite value, and those that collapsed or were
 * pruned, whose value is NaN. */
struct view {
	const struct selection *sel;
	const struct varied_set *varied;
	const char *drawn; /* of each varied parameter: its levels are ranges (ranges.h) */
	const double *floor;
	double *value;
	int *run, n;        /* places in the selection */
	double mean, total; /* total: sum of squares about the mean */
};

static int ended_as(const struct view *v, int run, const char *status)
{
	return !strcmp(v->sel->run[run].status, status);
}

void effects_release(struct effects *e)
{
	for (int b = 0; b < e->n; b++) {
		for (int i = 0; i < e->block[b].n; i++) {
			struct effect *f = &e->block[b].effect[i];

			for (int k = 0; k < f->n; k++)
				free(f->level[k].text);
			free(f->level);
			free(f->param);
		}
		free(e->block[b].effect);
	}
	free(e->block);
	*e = (struct effects){0};
}

/* The level of the runs with the same value as `run`. */
static struct effect_level level_of_runs(const struct view *v, const struct varied *p, int run)
{
	struct effect_level l = {.text = xstrdup(p->text[run]), .number = p->number[run]};
	double *floor = xmalloc((size_t)(v->n + 1) * sizeof *floor);
	double *x = xmalloc((size_t)(v->n + 1) * sizeof *x);
	struct moments s;
	int n = 0;

	for (int i = 0; i < v->n; i++) {
		const int at = v->run[i];

		if (!p->text[at] || strcmp(p->text[at], l.text) != 0)
			continue;
		l.collapsed += ended_as(v, at, "collapsed");
		l.pruned += ended_as(v, at, "pruned");
		floor[n] = v->floor[at];
		x[n++] = v->value[at];
	}
	s = moments_of(x, n);
	l.n = s.n;
	l.mean = s.mean;
	l.sd = s.sd;
	l.gain = floor_gain(x, floor, NULL, n);
	free(floor);
	free(x);
	return l;
}

/* The place of the level with this text; or, *found being 0, the place where it is to be inserted.
 */
static int level_at(const struct effect *f, const char *text, double number, int *found)
{
	for (int i = 0; i < f->n; i++)
		if (!strcmp(f->level[i].text, text)) {
			*found = 1;
			return i;
		}
	*found = 0;
	for (int i = 0; i < f->n; i++)
		if (number < f->level[i].number)
			return i;
	return f->n;
}

static void add_level(struct effect *f, const struct view *v, const struct varied *p, int run)
{
	int found, at = level_at(f, p->text[run], p->number[run], &found);

	if (found)
		return;
	f->level = xrealloc(f->level, (size_t)(f->n + 1) * sizeof *f->level);
	memmove(f->level + at + 1, f->level + at, (size_t)(f->n - at) * sizeof *f->level);
	f->level[at] = level_of_runs(v, p, run);
	f->n++;
}

/* SS of the level means about the mean, over the total: eta squared. */
static double share_of(const struct effect *f, const struct view *v)
{
	double sum = 0;

	for (int i = 0; i < f->n; i++)
		if (f->level[i].n)
			sum += f->level[i].n * pow(f->level[i].mean - v->mean, 2);
	return v->total > 0 ? sum / v->total : NAN;
}

/* True if the two parameters change together: each value of one goes with one value of the other.
 */
static int change_together(const struct view *v, const struct varied *p, const struct varied *q)
{
	for (int i = 0; i < v->n; i++)
		for (int k = 0; k < i; k++) {
			int a = v->run[i], b = v->run[k];

			if (!p->text[a] || !p->text[b] || !q->text[a] || !q->text[b] ||
			    !strcmp(p->text[a], p->text[b]) != !strcmp(q->text[a], q->text[b]))
				return 0;
		}
	return 1;
}

static void join_param(struct effect *f, const struct view *v, const struct varied *p,
		       const struct varied *other)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "%s / %s", f->param, other->name);
	free(f->param);
	f->param = strbuf_detach(&text);
	for (int i = 0; i < f->n; i++) {
		char *old = f->level[i].text;
		size_t head = strcspn(old, " ");

		for (int k = 0; k < v->n; k++) {
			const char *mine = p->text[v->run[k]];

			if (strncmp(mine, old, head) != 0 || mine[head])
				continue;
			strbuf_addf(&text, "%s / %s", old, other->text[v->run[k]]);
			f->level[i].text = strbuf_detach(&text);
			free(old);
			break;
		}
	}
}

static int level_of(const struct effect *f, const struct varied *p, int run)
{
	for (int i = 0; i < f->n; i++) {
		size_t n = strlen(p->text[run]);

		if (!strncmp(f->level[i].text, p->text[run], n) &&
		    (!f->level[i].text[n] || !strncmp(f->level[i].text + n, " / ", 3)))
			return i;
	}
	return -1;
}

static void add_effect(struct effect_block *b, const struct view *v, int param, char *used,
		       int best)
{
	const struct varied *p = &v->varied->param[param];
	struct effect f = {.param = xstrdup(p->name)};
	int at = b->n;

	for (int i = 0; i < v->n; i++)
		add_level(&f, v, p, v->run[i]);
	/* where each run has its own value, the share would be 1 whatever the values are */
	f.share = f.n == v->n ? NAN : share_of(&f, v);
	f.best = best >= 0 ? level_of(&f, p, best) : -1;
	f.drawn = v->drawn[param];
	if (p->is_number && f.n >= 3 && f.best >= 0 && !f.drawn)
		f.edge = f.best == 0 ? -1 : f.best == f.n - 1;
	for (int k = param + 1; k < v->varied->n; k++)
		if (!used[k] && v->varied->param[k].levels > 1 &&
		    change_together(v, p, &v->varied->param[k])) {
			used[k] = 1;
			join_param(&f, v, p, &v->varied->param[k]);
		}
	b->effect = xrealloc(b->effect, (size_t)(b->n + 1) * sizeof *b->effect);
	while (at > 0 && (isnan(b->effect[at - 1].share) || b->effect[at - 1].share < f.share) &&
	       !isnan(f.share)) {
		b->effect[at] = b->effect[at - 1];
		at--;
	}
	b->effect[at] = f;
	b->n++;
}

/* Counts the cells and measures the variance within them. Returns a run of the best cell, or -1. */
static int measure_cells(struct effect_block *b, const struct view *v, int low_is_good)
{
	char *done = xcalloc((size_t)v->n + 1, 1);
	double *x = xmalloc((size_t)(v->n + 1) * sizeof *x), within = 0;
	double *floor = xmalloc((size_t)(v->n + 1) * sizeof *floor);
	int best = -1, several = 0;

	b->best_mean = b->best_gain = NAN;
	for (int i = 0; i < v->n; i++) {
		const struct selected *r = &v->sel->run[v->run[i]];
		struct moments s;
		int n = 0;

		if (done[i])
			continue;
		for (int k = i; k < v->n; k++) {
			const struct selected *q = &v->sel->run[v->run[k]];

			if (strcmp(q->group, r->group) != 0 || q->dataset_id != r->dataset_id)
				continue;
			done[k] = 1;
			floor[n] = v->floor[v->run[k]];
			x[n++] = v->value[v->run[k]];
		}
		s = moments_of(x, n);
		b->best_gain = fmax(b->best_gain, floor_gain(x, floor, NULL, n));
		b->cells++;
		several |= s.n > 1;
		within += s.n > 1 ? s.sd * s.sd * (s.n - 1) : 0;
		if (!s.n)
			continue;
		if (best < 0 || (low_is_good ? s.mean < b->best_mean : s.mean > b->best_mean)) {
			best = v->run[i];
			b->best_mean = s.mean;
		}
	}
	b->seeds = several && v->total > 0 ? within / v->total : NAN;
	free(done);
	free(floor);
	free(x);
	return best;
}

/* True if every run of the block has the parameter, and not all have the same value. */
static int is_varied(const struct view *v, const struct varied *p)
{
	int differs = 0;

	for (int i = 0; i < v->n; i++) {
		if (!p->text[v->run[i]])
			return 0;
		differs |= strcmp(p->text[v->run[i]], p->text[v->run[0]]) != 0;
	}
	return differs;
}

static void add_effects(struct effect_block *b, const struct view *v, int best)
{
	char *used = xcalloc((size_t)v->varied->n + 1, 1);
	double sum = isnan(b->seeds) ? 0 : b->seeds;

	for (int i = 0; i < v->varied->n; i++)
		used[i] = (char)!is_varied(v, &v->varied->param[i]);
	for (int i = 0; i < v->varied->n; i++)
		if (!used[i])
			add_effect(b, v, i, used, best);
	for (int i = 0; i < b->n; i++)
		sum += b->effect[i].share;
	b->rest = v->total > 0 && sum <= 1 + 1e-9 ? fmax(0, 1 - sum) : NAN;
	free(used);
}

static void fill_block(struct effect_block *b, const struct view *v, int low_is_good)
{
	char *drawn = xcalloc((size_t)v->varied->n + 1, 1);
	int best = measure_cells(b, v, low_is_good);
	struct varied_set ranges = ranges_make(v->varied, v->run, v->n, b->cells, drawn);
	struct view mine = *v;

	mine.varied = &ranges;
	mine.drawn = drawn;
	add_effects(b, &mine, best);
	ranges_release(&ranges, drawn);
	free(drawn);
}

/* Adds the run to the view, or counts the reason why it is left out. */
static void add_run(struct effect_block *b, struct view *v, int run, double value, double *x)
{
	int collapsed = ended_as(v, run, "collapsed"), pruned = ended_as(v, run, "pruned");

	b->collapsed += collapsed;
	b->pruned += pruned;
	v->value[run] = NAN;
	if (!collapsed && !pruned && !ended_as(v, run, "done")) {
		b->undone++;
	} else if (collapsed || pruned) {
		v->run[v->n++] = run;
	} else if (!isfinite(value)) {
		b->left_out++;
	} else {
		x[b->runs++] = v->value[run] = value;
		v->run[v->n++] = run;
	}
}

static void add_block(struct effects *out, struct view *v, const char *method, const double *value,
		      int low_is_good)
{
	struct effect_block *b;
	double *x = xmalloc((size_t)(v->sel->n + 1) * sizeof *x);
	struct moments s;

	out->block = xrealloc(out->block, (size_t)(out->n + 1) * sizeof *out->block);
	b = &out->block[out->n++];
	*b = (struct effect_block){0};
	snprintf(b->method, sizeof b->method, "%s", method);
	v->n = 0;
	for (int i = 0; i < v->sel->n; i++)
		if (!strcmp(v->sel->run[i].method, method) && !selection_repeats(v->sel, i))
			add_run(b, v, i, value[i], x);
	s = moments_of(x, b->runs);
	b->mean = v->mean = s.mean;
	b->sd = s.sd;
	v->total = s.n > 1 ? s.sd * s.sd * (s.n - 1) : 0;
	fill_block(b, v, low_is_good);
	free(x);
}

int effects_make(struct store *s, const struct selection *sel, const double *value,
		 const double *floor, int low_is_good, struct effects *out, struct error *err)
{
	struct varied_set varied;
	struct view v = {.sel = sel, .varied = &varied, .floor = floor};

	*out = (struct effects){0};
	if (selection_varied(s, sel, &varied, err))
		return -1;
	v.run = xmalloc((size_t)(sel->n + 1) * sizeof *v.run);
	v.value = xmalloc((size_t)(sel->n + 1) * sizeof *v.value);
	for (int i = 0; i < sel->n; i++) {
		int known = 0;

		for (int b = 0; b < out->n && !known; b++)
			known = !strcmp(out->block[b].method, sel->run[i].method);
		if (!known)
			add_block(out, &v, sel->run[i].method, value, low_is_good);
	}
	free(v.value);
	free(v.run);
	varied_release(&varied);
	return 0;
}
