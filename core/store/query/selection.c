#include "core/store/query/selection.h"

#include <stdlib.h>
#include <string.h>

#include "core/store/query/varied.h"

void selection_release(struct selection *sel)
{
	if (sel->varied)
		varied_release(sel->varied);
	free(sel->varied);
	free(sel->repeated);
	free(sel->run);
	free(sel->sweep);
	*sel = (struct selection){0};
}

int selection_has(const struct selection *sel, int64_t id)
{
	for (int i = 0; i < sel->n; i++)
		if (sel->run[i].id == id)
			return 1;
	return 0;
}

void selection_intersect(struct selection *sel, const struct selection *of)
{
	int n = 0;

	for (int i = 0; i < sel->n; i++)
		if (selection_has(of, sel->run[i].id))
			sel->run[n++] = sel->run[i];
	sel->n = n;
}

/* The run ended without a result that counts. */
static int is_lost(const struct selected *r)
{
	return !strcmp(r->status, "collapsed") || !strcmp(r->status, "pruned");
}

/* For two runs of one experiment: true if q counts in the place of r. A run that is done counts
 * before one that collapsed or was pruned; else the newer one counts. */
static int supersedes(const struct selected *q, const struct selected *r)
{
	if (!strcmp(q->status, "done"))
		return q->id > r->id || is_lost(r);
	return is_lost(q) && is_lost(r) && q->id > r->id;
}

static int is_same_experiment(const struct selected *p, const struct selected *q)
{
	return p->seed == q->seed && p->dataset_id == q->dataset_id && !strcmp(p->group, q->group);
}

int selection_repeats(const struct selection *sel, int i)
{
	const struct selected *r = &sel->run[i];

	if (sel->repeated)
		return sel->repeated[i];
	for (int k = 0; k < sel->n; k++)
		if (k != i && is_same_experiment(&sel->run[k], r) && supersedes(&sel->run[k], r))
			return 1;
	return 0;
}

/* Sorts runs by experiment, the newest first. */
static int by_experiment(const void *a, const void *b)
{
	const struct selected *p = *(struct selected *const *)a, *q = *(struct selected *const *)b;
	int order = strcmp(p->group, q->group);

	if (order)
		return order;
	if (p->dataset_id != q->dataset_id)
		return p->dataset_id < q->dataset_id ? -1 : 1;
	if (p->seed != q->seed)
		return p->seed < q->seed ? -1 : 1;
	return (p->id < q->id) - (p->id > q->id);
}

void selection_mark_repeated(struct selection *sel)
{
	struct selected **run = xmalloc((size_t)(sel->n + 1) * sizeof *run);

	sel->repeated = xcalloc((size_t)sel->n + 1, 1);
	for (int i = 0; i < sel->n; i++)
		run[i] = &sel->run[i];
	qsort(run, (size_t)sel->n, sizeof *run, by_experiment);
	for (int from = 0, to; from < sel->n; from = to) {
		for (to = from + 1; to < sel->n && is_same_experiment(run[from], run[to]); to++)
			;
		for (int i = from; i < to; i++)
			for (int k = from; k < to && !sel->repeated[run[i] - sel->run]; k++)
				sel->repeated[run[i] - sel->run] =
				    (char)(k != i && supersedes(run[k], run[i]));
	}
	free(run);
}

struct selection selection_part(const struct selection *sel, const char *keep)
{
	struct selection out = {.run = xmalloc((size_t)(sel->n + 1) * sizeof *out.run)};

	for (int i = 0; i < sel->n; i++)
		if (keep[i])
			out.run[out.n++] = sel->run[i];
	if (!sel->varied)
		return out;
	out.varied = xmalloc(sizeof *out.varied);
	*out.varied = varied_part(sel->varied, keep);
	selection_mark_repeated(&out);
	return out;
}

void selection_ids(const struct selection *sel, struct strbuf *out)
{
	strbuf_addc(out, '[');
	for (int i = 0; i < sel->n; i++)
		strbuf_addf(out, "%s%lld", i ? "," : "", (long long)sel->run[i].id);
	strbuf_addc(out, ']');
}

int selection_is_first_of_method(const struct selection *sel, int i)
{
	for (int k = 0; k < i; k++)
		if (!strcmp(sel->run[k].method, sel->run[i].method))
			return 0;
	return 1;
}
