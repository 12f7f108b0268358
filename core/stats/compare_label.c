/* The labels of the groups of a comparison; see compare.h. */
#include <stdlib.h>
#include <string.h>

#include "core/stats/compare.h"

static int is_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static const struct value_row *row_of(const struct compare *c, int64_t id)
{
	int i = 0;

	while (c->values.row[i].id != id)
		i++;
	return &c->values.row[i];
}

/* The hyperparameters in which the recipe differs from the others of its method, "vicreg.mu=1
 * optim.lr=0.1"; with several methods the method's name stands before them. */
static int label_recipe(struct store *s, struct compare *c, struct compare_group *g,
			struct error *err)
{
	const char *method = row_of(c, g->first)->method;
	int64_t *id = xmalloc((size_t)c->n_groups * sizeof *id);
	struct strbuf label = STRBUF_INIT, varied = STRBUF_INIT;
	int n = 0, same = 0, ret;

	for (int i = 0; i < c->n_groups; i++)
		if (!strcmp(row_of(c, c->group[i].first)->method, method))
			id[n++] = c->group[i].first;
	ret = query_varied(s, id, n, g->first, &varied, err);
	free(id);
	if (n < c->n_groups || !varied.len)
		strbuf_addf(&label, "%s%s", method, varied.len ? " " : "");
	strbuf_adds(&label, varied.buf);
	strbuf_release(&varied);
	for (int i = 0; i < c->n_groups; i++)
		same |= c->group[i].label && !strcmp(c->group[i].label, label.buf) &&
			is_same(c->group[i].dataset, g->dataset);
	if (same) /* they differ in the version of the defaults, which is no hyperparameter */
		strbuf_addf(&label, " (%.8s)", g->name);
	g->label = strbuf_detach(&label);
	return ret;
}

int compare_label(struct store *s, struct compare *c, struct error *err)
{
	for (int i = 0; i < c->n_groups; i++) {
		if (!c->by_recipe)
			c->group[i].label = xstrdup(c->group[i].name);
		else if (label_recipe(s, c, &c->group[i], err))
			return -1;
	}
	return 0;
}
