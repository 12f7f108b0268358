/* Hyperparameters that differ between runs; see selection.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/store/selection.h"
#include "core/store/store_internal.h"

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

static struct varied *add(struct varied_set *v, const char *name)
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

/* Distinct texts; a run without the parameter counts for nothing. */
static void count_levels(struct varied *p, int runs)
{
	p->is_number = 1;
	for (int i = 0; i < runs; i++) {
		int known = !p->text[i];

		for (int k = 0; k < i && !known; k++)
			known = p->text[k] && !strcmp(p->text[i], p->text[k]);
		p->levels += !known;
		if (p->text[i] && isnan(p->number[i]))
			p->is_number = 0;
	}
}

/* Rows of name, place in the selection, value, number; by name. */
static int take(struct store *s, sqlite3_stmt *st, struct varied_set *out, struct error *err)
{
	struct varied *p = NULL;
	int more;

	while ((more = db_step(s, st, err)) > 0) {
		int at = sqlite3_column_int(st, 1);

		if (!p || strcmp(p->name, db_text(st, 0)))
			p = add(out, db_text(st, 0));
		if (at < 0 || at >= out->runs || p->text[at])
			continue;
		p->text[at] = db_text_dup(st, 2);
		if (sqlite3_column_type(st, 3) != SQLITE_NULL)
			p->number[at] = sqlite3_column_double(st, 3);
	}
	for (int i = 0; i < out->n; i++)
		count_levels(&out->param[i], out->runs);
	if (more)
		varied_release(out);
	return more;
}

int selection_varied(struct store *s, const struct selection *sel, struct varied_set *out,
		     struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s,
	    "WITH chosen AS MATERIALIZED (SELECT j.key AS at, r.recipe_id FROM json_each(?1) j "
	    "CROSS JOIN run r ON r.id = j.value), "
	    "differing AS MATERIALIZED (SELECT p.name_id FROM (SELECT DISTINCT recipe_id FROM "
	    "chosen) c "
	    "CROSS JOIN param p ON p.recipe_id = c.recipe_id GROUP BY p.name_id "
	    "HAVING min(p.value) <> max(p.value)) "
	    "SELECT n.name, c.at, p.value, p.number FROM differing d JOIN param_name n ON n.id = "
	    "d.name_id AND n.name <> 'seed' CROSS JOIN chosen c CROSS JOIN param p ON p.recipe_id "
	    "= "
	    "c.recipe_id AND p.name_id = d.name_id ORDER BY n.name, c.at",
	    err);
	struct strbuf ids = STRBUF_INIT;
	int ret;

	*out = (struct varied_set){.runs = sel->n};
	if (!st)
		return -1;
	selection_ids(sel, &ids);
	db_bind(st, "t", ids.buf);
	ret = take(s, st, out, err);
	strbuf_release(&ids);
	return ret;
}

static int no_param(struct store *s, const char *name, struct error *err)
{
	char near[64];

	if (store_nearest(s, "SELECT name FROM param_name ORDER BY name", name, near, err))
		return -1;
	if (near[0] && strcmp(near, name))
		return error_set(err, ERR_NOT_FOUND,
				 "%s: none of the runs has this hyperparameter: did you mean %s?",
				 name, near);
	return error_set(err, ERR_NOT_FOUND, "%s: none of the runs has this hyperparameter", name);
}

int selection_param(struct store *s, const struct selection *sel, const char *name,
		    struct varied_set *out, struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s,
	    "SELECT n.name, j.key, p.value, p.number FROM param_name n CROSS JOIN "
	    "json_each(?1) j CROSS JOIN run r ON r.id = j.value CROSS JOIN param p ON "
	    "p.recipe_id = r.recipe_id AND p.name_id = n.id WHERE n.name = ?2 ORDER BY j.key",
	    err);
	struct strbuf ids = STRBUF_INIT;
	int ret;

	*out = (struct varied_set){.runs = sel->n};
	if (!st)
		return -1;
	selection_ids(sel, &ids);
	db_bind(st, "tt", ids.buf, name);
	ret = take(s, st, out, err);
	strbuf_release(&ids);
	return ret ? -1 : out->n ? 0 : no_param(s, name, err);
}
