/* Look-ups in the tables of history.h. */
#include "core/recipe/history.h"

#include <string.h>

static const struct recipe_history *tables(const struct recipe_schema *schema)
{
	static const struct recipe_history none = {.defaults = 1};

	return schema->history ? schema->history : &none;
}

int history_newest(const struct recipe_schema *schema)
{
	return tables(schema)->defaults;
}

const char *history_name(const struct recipe_schema *schema, const char *key)
{
	const struct hparam_default *row = tables(schema)->renamed;

	for (; row && row->name; row++)
		if (!strcmp(row->name, key))
			return row->value;
	return key;
}

const char *history_key(const struct recipe_schema *schema, const char *name)
{
	const struct hparam_default *row = tables(schema)->renamed;

	for (; row && row->name; row++)
		if (!strcmp(row->value, name))
			return row->name;
	return name;
}

int history_is_family(const struct recipe_schema *schema, const char *path)
{
	const struct hparam_default *row = tables(schema)->renamed;
	const size_t n = strlen(path);

	for (; row && row->name; row++)
		if (!strncmp(row->value, path, n) && row->value[n] == '.')
			return 1;
	return 0;
}

/* The old name (to_old) or the present name of the word of n bytes at `s`, or NULL. */
static const char *other_word(const struct recipe_schema *schema, const char *key, const char *s,
			      size_t n, int to_old)
{
	const struct recipe_word *row = tables(schema)->words;

	for (; row && row->key; row++) {
		const char *from = to_old ? row->word : row->was;

		if (!strcmp(row->key, key) && strlen(from) == n && !strncmp(from, s, n))
			return to_old ? row->was : row->word;
	}
	return NULL;
}

/* Replaces words in a value; a canonical list keeps its brackets and commas. */
static void change_words(const struct recipe_schema *schema, const char *key, const char *text,
			 int to_old, struct strbuf *out)
{
	const char *between = *text == '[' ? "[], " : "";

	while (*text) {
		size_t n = strcspn(text, between);
		const char *other = n ? other_word(schema, key, text, n, to_old) : NULL;

		if (!n)
			strbuf_addc(out, *text++);
		else if (other)
			strbuf_adds(out, other);
		else
			strbuf_add(out, text, n);
		text += n;
	}
}

void history_old_words(const struct recipe_schema *schema, const char *key, const char *text,
		       struct strbuf *out)
{
	change_words(schema, key, text, 1, out);
}

void history_new_words(const struct recipe_schema *schema, const char *key, const char *text,
		       struct strbuf *out)
{
	change_words(schema, key, text, 0, out);
}

void history_add_words(const struct recipe_schema *schema, const char *key, struct strbuf *out)
{
	const struct recipe_word *row = tables(schema)->words;

	for (; row && row->key; row++)
		if (!strcmp(row->key, key))
			strbuf_addf(out, "|%s", row->was);
}

const struct recipe_added *history_added(const struct recipe_schema *schema, const char *key)
{
	const struct recipe_added *row = tables(schema)->added;

	for (; row && row->key; row++)
		if (!strcmp(row->key, key))
			return row;
	return NULL;
}

int history_is_neutral(const struct recipe_schema *schema, const char *key, const char *text)
{
	const struct recipe_added *row = history_added(schema, key);

	return row && !strcmp(row->neutral, text);
}

static int same_or_null(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

const struct recipe_was *history_was(const struct recipe_schema *schema, int version,
				     const char *when_key, const char *when_value, const char *key)
{
	const struct recipe_was *row = tables(schema)->was, *best = NULL;

	for (; row && row->key; row++)
		if (version < row->before && !strcmp(row->key, key) &&
		    same_or_null(row->when_key, when_key) &&
		    same_or_null(row->when_value, when_value) &&
		    (!best || row->before < best->before))
			best = row;
	return best;
}

struct hparam history_limits(const struct recipe_schema *schema, const struct hparam *hp)
{
	const struct recipe_limits *row = tables(schema)->limits;
	struct hparam wide = *hp;

	for (; row && row->key; row++) {
		if (strcmp(row->key, hp->name))
			continue;
		wide.min = row->min < wide.min ? row->min : wide.min;
		wide.max = row->max > wide.max ? row->max : wide.max;
	}
	return wide;
}
