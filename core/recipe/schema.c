/* Look-ups in a recipe_schema: rows, their choices, when they apply, and the nearest key. */
#include <stdlib.h>
#include <string.h>

#include "core/recipe/schema.h"

const struct hparam *recipe_row(const struct recipe_schema *schema, int i,
				struct hparam_group *group)
{
	struct hparam_group g;

	for (int k = 0; schema->group(k, &g); k++)
		for (const struct hparam *hp = g.rows; hp && hp->name; hp++) {
			if (i--)
				continue;
			if (group)
				*group = g;
			return hp;
		}
	return NULL;
}

void recipe_choices(const struct recipe_schema *schema, const struct hparam *hp, struct strbuf *out)
{
	const char *name;

	if (hp->type != HP_ENUM && hp->type != HP_LIST)
		return;
	if (hp->choices) {
		strbuf_adds(out, hp->choices);
		return;
	}
	for (int i = 0; schema->choice && (name = schema->choice(hp->name, i)); i++)
		strbuf_addf(out, "%s%s", i ? "|" : "", name);
}

static size_t family_len(const char *key)
{
	return strcspn(key, ".");
}

/* True if the defaults of key = value name a key of hp's family. */
static int names_family(const struct recipe_schema *schema, const char *key, const char *value,
			const struct hparam *hp)
{
	const struct hparam_default *d = schema->defaults ? schema->defaults(key, value) : NULL;
	const size_t n = family_len(hp->name);

	for (; d && d->name; d++)
		if (family_len(d->name) == n && !strncmp(d->name, hp->name, n))
			return 1;
	return 0;
}

/* True if the word is one of "a|b|c". */
static int is_one_of(const char *word, const char *words)
{
	const size_t n = strlen(word);

	for (const char *w = words; *w; w += strcspn(w, "|"), w += *w == '|')
		if (strcspn(w, "|") == n && !strncmp(w, word, n))
			return 1;
	return 0;
}

int recipe_applies(const struct recipe_schema *schema, const struct hparam *hp,
		   const struct hparam_group *group, const char *value)
{
	if (!group->when_key)
		return 1;
	if (group->when_value)
		return is_one_of(value, group->when_value);
	return names_family(schema, group->when_key, value, hp);
}

static const char *last_word(const char *key)
{
	const char *dot = strrchr(key, '.');

	return dot ? dot + 1 : key;
}

const char *recipe_nearest(const struct recipe_schema *schema, const char *key)
{
	const struct hparam *hp;
	const char **full, **last, *near;
	int n = 0;

	while (recipe_row(schema, n, NULL))
		n++;
	full = xcalloc((unsigned long)n, sizeof *full);
	last = xcalloc((unsigned long)n, sizeof *last);
	for (int i = 0; (hp = recipe_row(schema, i, NULL)); i++) {
		full[i] = hp->name;
		last[i] = last_word(hp->name);
	}
	near = nearest_word(key, full, n);
	if (!near && (near = nearest_word(last_word(key), last, n))) {
		int i = 0;

		while (last[i] != near)
			i++;
		near = full[i];
	}
	free(full);
	free(last);
	return near;
}
