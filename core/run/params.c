/* Rows of table param from recipes. */
#include "core/run/params.h"

#include <stdlib.h>
#include <string.h>

#include "core/recipe/history.h"
#include "core/run/keys.h"
#include "core/store/params.h"

/* To be increased when the same recipe gives other rows. */
enum { FORMAT = 1 };

struct run_param *params_of(const struct recipe *r)
{
	struct run_param *p = xcalloc((size_t)r->n + 1, sizeof *p);

	for (int i = 0; i < r->n; i++) {
		const struct recipe_value *v = &r->value[i];

		p[i].key = v->hp->name;
		p[i].text = v->text;
		p[i].is_number = recipe_number(r, v, &p[i].number, &p[i].in_force);
	}
	return p;
}

/* A hash of what the rows depend on besides the recipes: the keys and the format. */
static void stamp_of(const struct recipe_schema *schema, char hex[HASH_HEX])
{
	struct strbuf text = STRBUF_INIT;
	const struct hparam *hp;

	strbuf_addf(&text, "format %d\n", (int)FORMAT);
	for (int i = 0; (hp = recipe_row(schema, i, NULL)); i++) {
		const struct recipe_added *added = history_added(schema, hp->name);

		strbuf_addf(&text, "%s %s %s", hp->name, history_name(schema, hp->name),
			    added ? added->neutral : "-");
		history_add_words(schema, hp->name, &text);
		strbuf_addc(&text, '\n');
	}
	hash_buffer(text.buf, text.len, hex);
	strbuf_release(&text);
}

static int make_rows(struct store *s, int64_t id, const char *json, struct error *err)
{
	struct recipe r;
	struct run_param *p;
	struct error why;
	int ret;

	if (recipe_from_json(&r, keys_schema(), json, 0, &why)) {
		if (why.code != ERR_FAILED)
			return 0; /* a recipe of another version of ssl */
		*err = why;
		return -1;
	}
	p = params_of(&r);
	ret = params_replace(s, id, p, r.n, err);
	free(p);
	recipe_release(&r);
	return ret;
}

int params_stale(struct store *s, struct error *err)
{
	struct params_makers m = {0};
	char stamp[HASH_HEX];

	stamp_of(keys_schema(), stamp);
	m.stamp = stamp;
	return params_remake_needed(s, &m, err);
}

static void add_name(struct params_name **list, int *n, const char *name, const char *was)
{
	*list = xrealloc(*list, (size_t)(*n + 1) * sizeof **list);
	(*list)[(*n)++] = (struct params_name){name, was};
}

int params_refresh(struct store *s, struct error *err)
{
	const struct hparam_default *row = keys_schema()->history->renamed;
	const struct recipe_word *word = keys_schema()->history->words;
	struct params_name *renamed = NULL, *methods = NULL;
	struct params_makers m = {.make = make_rows};
	char stamp[HASH_HEX];
	int ret;

	stamp_of(keys_schema(), stamp);
	m.stamp = stamp;
	for (; row && row->name; row++)
		add_name(&renamed, &m.n_renamed, row->name, row->value);
	for (; word && word->key; word++)
		if (!strcmp(word->key, "method"))
			add_name(&methods, &m.n_methods, word->word, word->was);
	m.renamed = renamed;
	m.methods = methods;
	ret = params_remake(s, &m, err);
	free(renamed);
	free(methods);
	return ret;
}
