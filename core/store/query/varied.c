#include "core/store/query/varied.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"

void varied_release(struct varied_set *v)
{
	for (int i = 0; i < v->n; i++) {
		for (int k = 0; k < v->runs; k++)
			free(v->param[i].text[k]);
		free(v->param[i].text);
		free(v->param[i].number);
		free(v->param[i].name);
	}
	free(v->param);
	*v = (struct varied_set){0};
}

struct varied *varied_add(struct varied_set *v, const char *name)
{
	struct varied *p;

	v->param = xrealloc(v->param, (size_t)(v->n + 1) * sizeof *v->param);
	p = &v->param[v->n++];
	*p = (struct varied){.name = xstrdup(name),
			     .text = xcalloc((size_t)v->runs + 1, sizeof *p->text),
			     .number = xcalloc((size_t)v->runs + 1, sizeof *p->number)};
	for (int i = 0; i < v->runs; i++)
		p->number[i] = NAN;
	return p;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void varied_count_levels(struct varied *p, int runs)
{
	char **text = xmalloc((size_t)(runs + 1) * sizeof *text);
	int n = 0;

	p->is_number = 1;
	for (int i = 0; i < runs; i++) {
		if (!p->text[i])
			continue;
		text[n++] = p->text[i];
		if (isnan(p->number[i]))
			p->is_number = 0;
	}
	qsort(text, (size_t)n, sizeof *text, by_text);
	p->levels = n > 0;
	for (int i = 1; i < n; i++)
		p->levels += strcmp(text[i - 1], text[i]) != 0;
	free(text);
}

static int differs(const struct varied *p, const char *keep, int runs)
{
	const char *first = NULL;

	for (int i = 0; i < runs; i++) {
		if ((keep && !keep[i]) || !p->text[i])
			continue;
		if (first && strcmp(first, p->text[i]) != 0)
			return 1;
		first = p->text[i];
	}
	return 0;
}

struct varied_set varied_part(const struct varied_set *v, const char *keep)
{
	struct varied_set out = {0};

	for (int i = 0; i < v->runs; i++)
		out.runs += !keep || keep[i];
	for (int k = 0; k < v->n; k++) {
		const struct varied *from = &v->param[k];
		struct varied *to;
		int n = 0;

		if (!differs(from, keep, v->runs))
			continue;
		to = varied_add(&out, from->name);
		for (int i = 0; i < v->runs; i++) {
			if (keep && !keep[i])
				continue;
			to->text[n] = from->text[i] ? xstrdup(from->text[i]) : NULL;
			to->number[n++] = from->number[i];
		}
		varied_count_levels(to, out.runs);
	}
	return out;
}
