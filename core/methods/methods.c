#include <string.h>

#include "core/methods/method.h"

/* All methods. A new method needs its file and one line here. */
#define METHODS(_)                                                                                 \
	_(barlow)                                                                                  \
	_(byol)                                                                                    \
	_(directpred)                                                                              \
	_(random)                                                                                  \
	_(simclr)                                                                                  \
	_(simsiam)                                                                                 \
	_(supervised)                                                                              \
	_(vicreg)

#define DECLARE(name) extern const struct method method_##name;
METHODS(DECLARE)
#undef DECLARE

#define ADDRESS(name) &method_##name,
static const struct method *const table[] = {METHODS(ADDRESS) NULL};
#undef ADDRESS

const struct method *method_at(int i)
{
	return i >= 0 && i < (int)(sizeof table / sizeof *table) ? table[i] : NULL;
}

const struct method *method_find(const char *name)
{
	for (int i = 0; table[i]; i++)
		if (!strcmp(table[i]->name, name))
			return table[i];
	return NULL;
}

void method_term(struct method_out *out, const char *name, double factor, const double *a,
		 const double *b)
{
	if (!out)
		return;
	if (out->n_terms == METHOD_TERMS)
		BUG("more than %d terms: %s", METHOD_TERMS, name);
	out->term[out->n_terms].name = name;
	out->term[out->n_terms].factor = factor;
	out->term[out->n_terms].a = a;
	out->term[out->n_terms].b = b;
	out->n_terms++;
}

void method_constant(struct method_out *out, const char *name, double value)
{
	method_term(out, name, value, NULL, NULL);
}

double method_term_value(const struct method_out *out, int i, const struct scalars *s, long step)
{
	const double *a = out->term[i].a, *b = out->term[i].b;

	if (!a && !b)
		return out->term[i].factor;
	return out->term[i].factor *
	       ((a ? scalars_get(s, step, a) : 0) + (b ? scalars_get(s, step, b) : 0));
}

int method_records(const struct method *m, const struct recipe *rc, const char *series)
{
	const char *const *term = m->terms;

	while (term && *term && strcmp(*term, series) != 0)
		term++;
	return term && *term && !(rc && m->without && m->without(rc, series));
}

const struct mlp *method_projector(const struct method *m, const void *self)
{
	return m->projector ? (const void *)((const char *)self + m->projector) : NULL;
}

const struct mlp *method_predictor(const struct method *m, const void *self)
{
	return m->predictor ? (const void *)((const char *)self + m->predictor) : NULL;
}
