#include "core/stats/ranges.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/strbuf.h"
#include "core/store/query/varied.h"

static int by_number(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The distinct numbers of the runs, in rising order. The caller frees them. */
static double *distinct(const struct varied *p, const int *run, int n, int *levels)
{
	double *x = xmalloc((size_t)(n + 1) * sizeof *x);
	int k = 0;

	for (int i = 0; i < n; i++)
		x[i] = p->number[run[i]];
	qsort(x, (size_t)n, sizeof *x, by_number);
	for (int i = 0; i < n; i++)
		if (!i || x[i] != x[i - 1])
			x[k++] = x[i];
	*levels = k;
	return x;
}

/* True if q always rises with p, or always falls with it. A q that is no number: if it changes
 * whenever p does, or never. */
static int changes_in_step(const struct varied *p, const struct varied *q, const int *run, int n)
{
	int rises = 0, falls = 0, stays = 0, changes = 0;

	for (int i = 0; i < n; i++)
		for (int k = 0; k < i; k++) {
			double by = p->number[run[i]] - p->number[run[k]];
			int same = !strcmp(q->text[run[i]], q->text[run[k]]);

			if (q->is_number)
				by *= q->number[run[i]] - q->number[run[k]];
			rises |= by > 0;
			falls |= by < 0;
			stays |= by != 0 && same;
			changes |= by != 0 && !same;
		}
	return q->is_number ? !rises || !falls : !stays || !changes;
}

static int all_have(const struct varied *p, const int *run, int n)
{
	for (int i = 0; i < n; i++)
		if (!p->text[run[i]])
			return 0;
	return 1;
}

static int has_another(const struct varied_set *v, int param, const int *run, int n)
{
	for (int k = 0; k < v->n; k++)
		if (k != param && all_have(&v->param[k], run, n) &&
		    !changes_in_step(&v->param[param], &v->param[k], run, n))
			return 1;
	return 0;
}

static char *range_text(const double *x, int levels, int range)
{
	struct strbuf text = STRBUF_INIT;
	int first = (range * levels + RANGES - 1) / RANGES;
	int last = ((range + 1) * levels + RANGES - 1) / RANGES - 1;

	strbuf_addf(&text, "%.4g to %.4g", x[first], x[last]);
	return strbuf_detach(&text);
}

static void divide_into_ranges(struct varied *p, const double *x, int levels, const int *run, int n,
			       int runs)
{
	char **text = xcalloc((size_t)runs + 1, sizeof *text);
	double *number = xmalloc((size_t)(runs + 1) * sizeof *number);

	for (int i = 0; i < n; i++) {
		const double *at =
		    bsearch(&p->number[run[i]], x, (size_t)levels, sizeof *x, by_number);
		int range = (int)(at - x) * RANGES / levels;

		text[run[i]] = range_text(x, levels, range);
		number[run[i]] = range;
	}
	p->text = text;
	p->number = number;
	p->levels = RANGES;
}

struct varied_set ranges_make(const struct varied_set *v, const int *run, int n, int cells,
			      char *is_drawn)
{
	struct varied_set out = {xmalloc((size_t)(v->n + 1) * sizeof *out.param), v->n, v->runs};

	for (int i = 0; i < v->n; i++) {
		const struct varied *p = &v->param[i];
		int levels;
		double *x;

		out.param[i] = *p;
		if (!p->is_number || !all_have(p, run, n))
			continue;
		x = distinct(p, run, n, &levels);
		if (levels == cells && levels >= 2 * RANGES && has_another(v, i, run, n)) {
			divide_into_ranges(&out.param[i], x, levels, run, n, v->runs);
			is_drawn[i] = 1;
		}
		free(x);
	}
	return out;
}

void ranges_release(struct varied_set *copy, const char *is_drawn)
{
	for (int i = 0; i < copy->n; i++) {
		if (!is_drawn[i])
			continue;
		for (int k = 0; k < copy->runs; k++)
			free(copy->param[i].text[k]);
		free(copy->param[i].text);
		free(copy->param[i].number);
	}
	free(copy->param);
	*copy = (struct varied_set){0};
}
