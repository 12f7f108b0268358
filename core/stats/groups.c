#include "core/stats/groups.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/store/query/selection_varied.h"

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

int *groups_by_mean(const struct group_set *g, const double *value, int low_is_good)
{
	int *order = xmalloc((size_t)(g->n + 1) * sizeof *order);
	double *key = xmalloc((size_t)(g->n + 1) * sizeof *key);

	for (int i = 0; i < g->n; i++) {
		double v = group_moments(&g->group[i], value).mean;
		int k = i;

		v = isnan(v) ? INFINITY : low_is_good ? v : -v;
		for (; k > 0 && key[k - 1] > v; k--) {
			key[k] = key[k - 1];
			order[k] = order[k - 1];
		}
		key[k] = v;
		order[k] = i;
	}
	free(key);
	return order;
}

/* True if runs a and b belong to one group. */
static int are_of_one_group(const struct selection *sel, const char *by, const struct varied_set *v,
			    int a, int b)
{
	const struct selected *x = &sel->run[a], *y = &sel->run[b];
	const char *p, *q;

	if (x->dataset_id != y->dataset_id)
		return 0;
	if (!by)
		return !strcmp(x->group, y->group);
	if (!strcmp(by, "run"))
		return 0;
	if (!strcmp(by, "method"))
		return !strcmp(x->method, y->method);
	p = v->param[0].text[a];
	q = v->param[0].text[b];
	return p && q ? !strcmp(p, q) : p == q;
}

static void add_run(struct group_set *out, int run, int at)
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

/* "mu" for "vicreg.mu": of the run's own method, or if no other varied hyperparameter ends with it.
 */
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

/* Which hyperparameters differ between the runs of a method; found once for each method. */
struct method_varied {
	const char *method;
	char *differs; /* of each varied hyperparameter */
};

struct varied_by_method {
	struct method_varied *of;
	int n;
};

static int differs_within(const struct selection *sel, const struct varied *p, const char *method)
{
	const char *first = NULL;

	for (int i = 0; i < sel->n; i++) {
		if (!p->text[i] || strcmp(sel->run[i].method, method))
			continue;
		if (first && strcmp(first, p->text[i]))
			return 1;
		first = p->text[i];
	}
	return 0;
}

static const char *find_varied(struct varied_by_method *t, const struct selection *sel,
			       const struct varied_set *v, const char *method)
{
	char *differs;

	for (int i = 0; i < t->n; i++)
		if (!strcmp(t->of[i].method, method))
			return t->of[i].differs;
	differs = xcalloc((size_t)v->n + 1, 1);
	for (int i = 0; i < v->n; i++)
		differs[i] = (char)differs_within(sel, &v->param[i], method);
	t->of = xrealloc(t->of, (size_t)(t->n + 1) * sizeof *t->of);
	t->of[t->n++] = (struct method_varied){method, differs};
	return differs;
}

static void varied_by_method_release(struct varied_by_method *t)
{
	for (int i = 0; i < t->n; i++)
		free(t->of[i].differs);
	free(t->of);
}

enum { RANKS = 3 };

/* Long labels are cut at their end: the method's own keys come first, and last those that are
 * rarely the subject of a comparison. */
static int rank_of(const char *name, const char *method)
{
	static const char *const late[] = {"augment.", "checkpoint.", "collapse.", "eval.",
					   "guard."};
	size_t n = strlen(method);

	if (!strncmp(name, method, n) && name[n] == '.')
		return 0;
	for (size_t i = 0; i < sizeof late / sizeof *late; i++)
		if (!strncmp(name, late[i], strlen(late[i])))
			return 2;
	return 1;
}

static void add_params(const struct selected *r, int run, const struct varied_set *v,
		       const char *differs, struct strbuf *text)
{
	for (int rank = 0; rank < RANKS; rank++)
		for (int i = 0; i < v->n; i++) {
			const struct varied *p = &v->param[i];

			if (differs[i] && p->text[run] && rank_of(p->name, r->method) == rank)
				strbuf_addf(text, " %s=%s", short_name(v, i, r->method),
					    p->text[run]);
		}
}

static int has_several_datasets(const struct selection *sel)
{
	for (int i = 1; i < sel->n; i++)
		if (sel->run[i].dataset_id != sel->run[0].dataset_id)
			return 1;
	return 0;
}

/* Labels the group by what its first run differs in from the others of its method. */
static void label_group(const struct selection *sel, const char *by, const struct varied_set *v,
			struct varied_by_method *t, struct group *g)
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
		add_params(r, g->run[0], v, find_varied(t, sel, v, r->method), &text);
	}
	if (by && strcmp(by, "run") && strcmp(by, "data.set") && has_several_datasets(sel))
		strbuf_addf(&text, " (%s)", *r->dataset ? r->dataset : "no dataset");
	g->label = strbuf_detach(&text);
}

/* Groups by a numeric hyperparameter, by insertion: there are few of them. */
static void order_by_number(struct group_set *out, const struct varied_set *v)
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

int groups_varied(const struct selection *sel, struct varied_set *v)
{
	int kept = 0;

	for (int i = 0; i < v->n; i++) {
		struct varied p = v->param[i];
		int differs = 0;

		for (int a = 0; a < sel->n && !differs; a++) {
			int b = 0; /* the first run of the method that has the parameter */

			while (b < a &&
			       (strcmp(sel->run[a].method, sel->run[b].method) || !p.text[b]))
				b++;
			differs = b < a && p.text[a] && strcmp(p.text[a], p.text[b]);
		}
		if (differs) {
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
	struct varied_by_method t = {0};

	*out = (struct group_set){0};
	if (by && !strcmp(by, BY_RECIPE))
		by = NULL;
	if (!plain &&
	    (by ? selection_param(s, sel, by, &v, err) : selection_varied(s, sel, &v, err)))
		return -1;
	all = v.n;
	if (!by)
		v.n = groups_varied(sel, &v);
	for (int i = 0; i < sel->n; i++) {
		int at = 0;

		if ((!by || strcmp(by, "run") != 0) && selection_repeats(sel, i))
			continue;
		while (at < out->n && !are_of_one_group(sel, by, &v, out->group[at].run[0], i))
			at++;
		add_run(out, i, at);
	}
	for (int i = 0; i < out->n; i++)
		label_group(sel, by, &v, &t, &out->group[i]);
	if (by && !plain && v.param[0].is_number)
		order_by_number(out, &v);
	v.n = all;
	varied_by_method_release(&t);
	varied_release(&v);
	return 0;
}
