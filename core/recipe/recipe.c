/* Resolved recipes: canonical forms, and values by key. */
#include "core/recipe/recipe.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/utf8.h"
#include "core/recipe/history.h"

void recipe_release(struct recipe *r)
{
	for (int i = 0; i < r->n; i++)
		free(r->value[i].text);
	free(r->value);
	memset(r, 0, sizeof *r);
}

/* The next word of a canonical list, with its length; NULL at the end. */
static const char *next_item(const char **at, size_t *n)
{
	const char *s = *at + strspn(*at, "[, ");

	*n = strcspn(s, ",]");
	*at = s + *n;
	return *n ? s : NULL;
}

static void json_list(enum hparam_type type, const char *text, struct strbuf *out)
{
	const char *at = text, *s, *sep = "", *quote = type == HP_LIST ? "\"" : "";
	size_t n;

	strbuf_addc(out, '[');
	for (; (s = next_item(&at, &n)); sep = ",")
		strbuf_addf(out, "%s%s%.*s%s", sep, quote, (int)n, s, quote);
	strbuf_addc(out, ']');
}

static void json_value(enum hparam_type type, const char *text, struct strbuf *out)
{
	switch (type) {
	case HP_REAL:
	case HP_INT:
		if (isalpha((unsigned char)*text)) /* a word in place of a number */
			json_add_string(out, text);
		else
			strbuf_adds(out, text);
		return;
	case HP_BOOL:
		strbuf_adds(out, text);
		return;
	case HP_ENUM:
	case HP_TEXT:
		json_add_string(out, text);
		return;
	case HP_INTS:
	case HP_LIST:
		json_list(type, text, out);
		return;
	}
}

void recipe_value_json(const struct recipe_schema *schema, const struct hparam *hp,
		       const char *text, struct strbuf *out)
{
	struct strbuf old = STRBUF_INIT;

	history_old_words(schema, hp->name, text, &old);
	json_value(hp->type, old.buf, out);
	strbuf_release(&old);
}

/* A value and the name under which it is recorded. */
struct recorded {
	const char *name;
	const struct recipe_value *value;
};

static int by_recorded_name(const void *a, const void *b)
{
	const struct recorded *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* The values of the canonical form, in its order. The caller frees the array. */
static struct recorded *recorded_values(const struct recipe *r, int *n)
{
	struct recorded *out = xcalloc((size_t)r->n + 1, sizeof *out);

	*n = 0;
	for (int i = 0; i < r->n; i++) {
		const struct recipe_value *v = &r->value[i];

		if (!history_is_neutral(r->schema, v->hp->name, v->text))
			out[(*n)++] = (struct recorded){history_name(r->schema, v->hp->name), v};
	}
	qsort(out, (size_t)*n, sizeof *out, by_recorded_name);
	return out;
}

void recipe_group_hash(const struct recipe *r, char hex[HASH_HEX])
{
	struct strbuf text = STRBUF_INIT;
	int n;
	struct recorded *v = recorded_values(r, &n);

	for (int i = 0; i < n; i++) {
		if (!strcmp(v[i].value->hp->name, "seed"))
			continue;
		strbuf_addf(&text, "%s=", v[i].name);
		history_old_words(r->schema, v[i].value->hp->name, v[i].value->text, &text);
		strbuf_addc(&text, '\n');
	}
	hash_buffer(text.buf, text.len, hex);
	strbuf_release(&text);
	free(v);
}

void recipe_json_keys(const struct recipe *r, struct strbuf *out)
{
	int n;
	struct recorded *v = recorded_values(r, &n);

	for (int i = 0; i < n; i++) {
		json_add_name(out, v[i].name);
		recipe_value_json(r->schema, v[i].value->hp, v[i].value->text, out);
	}
	free(v);
}

void recipe_json(const struct recipe *r, struct strbuf *out)
{
	strbuf_addc(out, '{');
	recipe_json_keys(r, out);
	strbuf_addc(out, '}');
}

/* True if every reader of YAML reads the plain scalar as this text. */
static int plain_safe(const char *s)
{
	static const char *const other[] = {"true", "false", "yes", "no",  "on", "off",
					    "null", "y",     "n",   "inf", "nan"};

	if (!isalpha((unsigned char)*s))
		return 0;
	for (const char *p = s; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("_-./+", *p))
			return 0;
	for (size_t i = 0; i < sizeof other / sizeof *other; i++)
		if (!strcasecmp(s, other[i]))
			return 0;
	return 1;
}

/* Appends the line of key v, and the lines of the maps that it opens: for "a.b.c" after "a.d.e" it
 * opens b and writes c. */
static void yaml_line(const char *before, const struct recipe_value *v, struct strbuf *out)
{
	const char *name = v->hp->name, *at = name, *dot;
	int depth = 0;

	for (; (dot = strchr(at, '.')); at = dot + 1, depth++) {
		size_t n = (size_t)(dot + 1 - name);

		if (!strncmp(before, name, n))
			continue;
		strbuf_addf(out, "%*s%.*s:\n", 2 * depth, "", (int)(dot - at), at);
	}
	strbuf_addf(out, "%*s%s: ", 2 * depth, "", at);
	if ((v->hp->type == HP_TEXT || v->hp->type == HP_ENUM) && !plain_safe(v->text))
		json_add_visible(out, v->text);
	else
		strbuf_adds(out, v->text);
	strbuf_addc(out, '\n');
}

void recipe_yaml(const struct recipe *r, struct strbuf *out)
{
	strbuf_adds(out, "version: 1\n");
	for (int i = 0; i < r->n; i++)
		yaml_line(i ? r->value[i - 1].hp->name : "", &r->value[i], out);
}

static const struct recipe_value *find(const struct recipe *r, const char *key)
{
	int lo = 0, hi = r->n;

	while (lo < hi) {
		int mid = (lo + hi) / 2, c = strcmp(key, r->value[mid].hp->name);

		if (!c)
			return &r->value[mid];
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

/* The text of a key, which must exist and be of type a or b. */
static const char *text_of(const struct recipe *r, const char *key, enum hparam_type a,
			   enum hparam_type b)
{
	const struct recipe_value *v = find(r, key);

	if (!v)
		BUG("the recipe has no %s", key);
	if (v->hp->type != a && v->hp->type != b)
		BUG("%s is %s, not %s", key, hparam_type_name(v->hp->type), hparam_type_name(a));
	return v->text;
}

double recipe_real(const struct recipe *r, const char *key)
{
	return strtod(text_of(r, key, HP_REAL, HP_INT), NULL);
}

double recipe_real_or(const struct recipe *r, const char *key, double otherwise)
{
	const char *s = text_of(r, key, HP_REAL, HP_INT);
	char *end;
	double x = strtod(s, &end);

	return *end ? otherwise : x;
}

long recipe_int(const struct recipe *r, const char *key)
{
	return strtol(text_of(r, key, HP_INT, HP_INT), NULL, 10);
}

int recipe_bool(const struct recipe *r, const char *key)
{
	return !strcmp(text_of(r, key, HP_BOOL, HP_BOOL), "true");
}

const char *recipe_text(const struct recipe *r, const char *key)
{
	return text_of(r, key, HP_TEXT, HP_ENUM);
}

int recipe_ints(const struct recipe *r, const char *key, int *out, int max)
{
	const char *at = text_of(r, key, HP_INTS, HP_INTS), *s;
	size_t len;
	int n = 0;

	for (; (s = next_item(&at, &len)); n++)
		if (n < max)
			out[n] = (int)strtol(s, NULL, 10);
	return n;
}

int recipe_list_has(const struct recipe *r, const char *key, const char *word)
{
	const char *at = text_of(r, key, HP_LIST, HP_LIST), *s;
	size_t n;

	while ((s = next_item(&at, &n)))
		if (strlen(word) == n && !strncmp(s, word, n))
			return 1;
	return 0;
}

const char *recipe_text_of(const struct recipe *r, const char *key)
{
	const struct recipe_value *v = find(r, key);

	if (!v)
		BUG("the recipe has no %s", key);
	return v->text;
}

int recipe_has(const struct recipe *r, const char *key)
{
	return find(r, key) != NULL;
}

int recipe_given(const struct recipe *r, const char *key)
{
	const struct recipe_value *v = find(r, key);

	return v && (!strcmp(v->origin, "file") || !strcmp(v->origin, "set"));
}

int recipe_recorded(const struct recipe *r, const char *key)
{
	const struct recipe_value *v = find(r, key);

	return v && !strcmp(v->origin, "recorded");
}

/* The value as a number: 1 and *out, or 0 if it is not a number. */
static int is_number(const struct recipe_value *v, double *out)
{
	char *end;
	double x;

	if (v->hp->type != HP_REAL && v->hp->type != HP_INT)
		return 0;
	x = strtod(v->text, &end);
	if (end == v->text || *end)
		return 0;
	*out = x;
	return 1;
}

int recipe_number(const struct recipe *r, const struct recipe_value *v, double *out,
		  double *in_force)
{
	const char *key = NULL;
	const struct recipe_value *other;

	*in_force = NAN;
	if (is_number(v, out)) {
		*in_force = *out;
		return 1;
	}
	if ((v->hp->type == HP_REAL || v->hp->type == HP_INT) && r->schema->stands_for)
		key = r->schema->stands_for(v->hp->name);
	other = key ? find(r, key) : NULL;
	if (other && !is_number(other, in_force))
		*in_force = NAN;
	return 0;
}
