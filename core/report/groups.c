#include "core/report/groups.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"

void groups_release(struct group_set *g)
{
	for (int i = 0; i < g->n; i++) {
		free(g->group[i].label);
		free(g->group[i].run);
	}
	free(g->group);
	*g = (struct group_set){0};
}

struct moments moments_of(const double *x, int n)
{
	struct moments s = {0, NAN, NAN, INFINITY, -INFINITY};
	double *finite = xmalloc((size_t)(n + 1) * sizeof *finite);

	for (int i = 0; i < n; i++) {
		if (!isfinite(x[i]))
			continue;
		finite[s.n++] = x[i];
		s.min = fmin(s.min, x[i]);
		s.max = fmax(s.max, x[i]);
	}
	if (s.n)
		s.mean = stats_mean(finite, s.n);
	if (s.n > 1)
		s.sd = stats_sd(finite, s.n);
	free(finite);
	return s;
}

struct interval moments_interval(const struct moments *m)
{
	return stats_t_of(m->mean, m->sd, m->n, 0.95);
}

struct moments group_moments(const struct group *g, const double *value)
{
	double *x = xmalloc((size_t)(g->n + 1) * sizeof *x);
	struct moments s;

	for (int i = 0; i < g->n; i++)
		x[i] = value[g->run[i]];
	s = moments_of(x, g->n);
	free(x);
	return s;
}

/* Do runs a and b belong together? */
static int together(const struct selection *sel, const char *by, const struct varied_set *v, int a,
		    int b)
{
	const struct selected *x = &sel->run[a], *y = &sel->run[b];
	const char *p, *q;

	if (!by)
		return x->dataset_id == y->dataset_id && !strcmp(x->group, y->group);
	if (!strcmp(by, "run"))
		return 0;
	if (!strcmp(by, "method"))
		return !strcmp(x->method, y->method);
	p = v->param[0].text[a];
	q = v->param[0].text[b];
	return p && q ? !strcmp(p, q) : p == q;
}

static void put(struct group_set *out, int run, int at)
{
	struct group *g;

	if (at == out->n) {
		out->group = xrealloc(out->group, (size_t)(out->n + 1) * sizeof *out->group);
		out->group[out->n++] = (struct group){0};
	}
	g = &out->group[at];
	g->run = xrealloc(g->run, (size_t)(g->n + 1) * sizeof *g->run);
	g->run[g->n++] = run;
}

/* "mu" for "vicreg.mu": of the run's own method, or when no other varied one ends so too. */
static const char *short_name(const struct varied_set *v, int i, const char *method)
{
	const char *name = v->param[i].name, *dot = strrchr(name, '.');
	size_t n = strlen(method);

	if (!strncmp(name, method, n) && name[n] == '.')
		return name + n + 1;
	for (int k = 0; dot && k < v->n; k++) {
		const char *other = strrchr(v->param[k].name, '.');

		if (k != i && !strcmp(other ? other : ".", dot))
			return name;
	}
	return dot ? dot + 1 : name;
}

/* What sets the group's first run apart from the others. */
static void label(const struct selection *sel, const char *by, const struct varied_set *v,
		  struct group *g)
{
	const struct selected *r = &sel->run[g->run[0]];
	struct strbuf text = STRBUF_INIT;

	if (by && !strcmp(by, "run")) {
		strbuf_adds(&text, r->name);
	} else if (by && !strcmp(by, "method")) {
		strbuf_adds(&text, r->method);
	} else if (by) {
		const char *value = v->param[0].text[g->run[0]];

		strbuf_addf(&text, "%s=%s", by, value ? value : "-");
	} else {
		strbuf_adds(&text, r->method);
		for (int i = 0; i < v->n; i++)
			if (strcmp(v->param[i].name, "method") && v->param[i].text[g->run[0]])
				strbuf_addf(&text, " %s=%s", short_name(v, i, r->method),
					    v->param[i].text[g->run[0]]);
	}
	g->label = strbuf_detach(&text);
}

/* Groups by a number in its order; there are few of them. */
static void order(struct group_set *out, const struct varied_set *v)
{
	for (int i = 1; i < out->n; i++) {
		struct group g = out->group[i];
		int k = i;

		while (k > 0 && v->param[0].number[out->group[k - 1].run[0]] >
				    v->param[0].number[g.run[0]]) {
			out->group[k] = out->group[k - 1];
			k--;
		}
		out->group[k] = g;
	}
}

int groups_telling(const struct selection *sel, struct varied_set *v)
{
	int kept = 0;

	for (int i = 0; i < v->n; i++) {
		struct varied p = v->param[i];
		int tells = 0;

		for (int a = 0; a < sel->n && !tells; a++) {
			int b = 0; /* the method's first run that has it */

			while (b < a &&
			       (strcmp(sel->run[a].method, sel->run[b].method) || !p.text[b]))
				b++;
			tells = b < a && p.text[a] && strcmp(p.text[a], p.text[b]);
		}
		if (tells) {
			v->param[i] = v->param[kept];
			v->param[kept++] = p;
		}
	}
	return kept;
}

int groups_make(struct store *s, const struct selection *sel, const char *by, struct group_set *out,
		struct error *err)
{
	int plain = by && (!strcmp(by, "run") || !strcmp(by, "method")), all;
	struct varied_set v = {0};

	*out = (struct group_set){0};
	if (!plain &&
	    (by ? selection_param(s, sel, by, &v, err) : selection_varied(s, sel, &v, err)))
		return -1;
	all = v.n;
	if (!by)
		v.n = groups_telling(sel, &v);
	for (int i = 0; i < sel->n; i++) {
		int at = 0;

		if ((!by || strcmp(by, "run") != 0) && selection_repeats(sel, i))
			continue;
		while (at < out->n && !together(sel, by, &v, out->group[at].run[0], i))
			at++;
		put(out, i, at);
	}
	for (int i = 0; i < out->n; i++)
		label(sel, by, &v, &out->group[i]);
	if (by && !plain && v.param[0].is_number)
		order(out, &v);
	v.n = all;
	varied_release(&v);
	return 0;
}
