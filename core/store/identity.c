/* Names and measures of values; see identity.h. identity_migrate.c adds them to the values of old
 * stores. */
#include "core/store/identity.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/store/identity_internal.h"
#include "core/store/store_internal.h"

size_t identity_base(const char *name)
{
	for (const char *p = name; (p = strchr(p, '/')); p++) {
		size_t n = strspn(p + 1, "abcdefghijklmnopqrstuvwxyz_0123456789");

		if (n && p[1 + n] == '=')
			return (size_t)(p - name);
	}
	return strlen(name);
}

void identity_add_setting(const char *key, const char *value, struct strbuf *out)
{
	strbuf_addf(out, "%s%s=", out->len ? "," : "", key);
	for (; *value; value++) {
		if (isalnum((unsigned char)*value) || strchr("._+-", *value))
			strbuf_addc(out, *value);
		else
			strbuf_addf(out, "%%%02X", (unsigned char)*value);
	}
}

/* ---- lists of settings ---- */

void settings_release(struct settings *s)
{
	for (int i = 0; i < s->n; i++) {
		free(s->key[i]);
		free(s->value[i]);
	}
	s->n = 0;
}

static char *copy(const char *text, size_t n)
{
	char *out = xmalloc(n + 1);

	memcpy(out, text, n);
	out[n] = 0;
	return out;
}

void settings_add(struct settings *s, const char *key, size_t n_key, const char *value,
		  size_t n_value)
{
	int at = s->n;
	char *k = copy(key, n_key);

	if (s->n == SETTINGS_MAX) {
		free(k);
		return;
	}
	for (; at && strcmp(s->key[at - 1], k) > 0; at--) {
		s->key[at] = s->key[at - 1];
		s->value[at] = s->value[at - 1];
	}
	s->key[at] = k;
	s->value[at] = copy(value, n_value);
	s->n++;
}

const char *settings_find(const struct settings *s, const char *key)
{
	for (int i = 0; i < s->n; i++)
		if (!strcmp(s->key[i], key))
			return s->value[i];
	return NULL;
}

/* Appends a value as it is written, a string without its quotes and as far as it can be read. */
static void read_value(struct json *in, struct strbuf *out)
{
	struct json_number ignored;
	const char *word = json_read_word(in), *from = in->p;

	if (!word && *from == '"') {
		json_read_string(in, out);
		return;
	}
	if (!word && json_read_number(in, &ignored)) /* nan or inf, from strbuf_add_number() */
		in->p = from + strcspn(from, ",}");
	strbuf_add(out, word ? word : from, word ? strlen(word) : (size_t)(in->p - from));
}

void settings_read(struct settings *s, const char *text)
{
	struct json in = {.p = text, .end = text + strlen(text)};
	struct strbuf key = STRBUF_INIT, value = STRBUF_INIT;

	s->n = 0;
	if (json_skip(&in, '{'))
		do {
			strbuf_clear(&key);
			strbuf_clear(&value);
			if (json_read_string(&in, &key) || !json_skip(&in, ':'))
				break;
			read_value(&in, &value);
			settings_add(s, key.buf, key.len, value.buf, value.len);
		} while (json_skip(&in, ','));
	strbuf_release(&key);
	strbuf_release(&value);
}

int settings_number(const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return *text && !*end;
}

void identity_canonical(const char *settings, struct strbuf *out)
{
	struct settings s = {0};
	const char *p = settings;

	while (*p) {
		size_t n = strcspn(p, ","), key = strcspn(p, "=,");
		struct strbuf value = STRBUF_INIT;
		double x;

		if (key < n)
			strbuf_add(&value, p + key + 1, n - key - 1);
		if (settings_number(value.buf, &x)) {
			strbuf_clear(&value);
			strbuf_add_number(&value, x);
		}
		settings_add(&s, p, key, value.buf, value.len);
		strbuf_release(&value);
		p += n + (p[n] == ',');
	}
	for (int i = 0; i < s.n; i++)
		strbuf_addf(out, "%s%s=%s", i ? "," : "", s.key[i], s.value[i]);
	settings_release(&s);
}

/* ---- measures ---- */

int settings_draw(const char *protocol, const struct settings *s)
{
	const char *solver = settings_find(s, "solver");

	if (!strncmp(protocol, "knn", 3))
		return 0;
	return !solver || strcmp(solver, "lbfgs") || settings_find(s, "labels");
}

/* Settings that are results, or do not affect the result. */
static int is_part(const char *protocol, const struct settings *s, const char *key)
{
	static const char *const outcome[] = {"converged", "gradient"};

	for (size_t i = 0; i < sizeof outcome / sizeof *outcome; i++)
		if (!strcmp(key, outcome[i]))
			return 0;
	if (!strcmp(key, "steps"))
		return 0; /* number of steps taken */
	return strcmp(key, "seed") != 0 || settings_draw(protocol, s);
}

void identity_measure(const char *protocol, const char *settings_json, struct strbuf *out)
{
	struct settings s = {0}, part = {0};
	const char *bank;

	settings_read(&s, settings_json);
	bank = settings_find(&s, "trained");
	for (int i = 0; i < s.n; i++) {
		const char *key = s.key[i], *value = s.value[i];

		if (!is_part(protocol, &s, key))
			continue;
		if ((!strcmp(key, "k") || !strcmp(key, "batch")) && bank &&
		    strtol(value, NULL, 10) > strtol(bank, NULL, 10))
			value = bank;
		if (!strcmp(key, "trained"))
			key = "bank";
		settings_add(&part, key, strlen(key), value, strlen(value));
	}
	for (int i = 0; i < part.n; i++)
		strbuf_addf(out, "%s%s=%s", i ? ", " : "", part.key[i], part.value[i]);
	settings_release(&s);
	settings_release(&part);
}

int identity_add_measure(struct store *s, int64_t name_id, const char *measure, struct error *err)
{
	return db_run(s, err,
		      "INSERT OR IGNORE INTO metric_measure (name_id, measure) VALUES (?, ?)", "It",
		      name_id, measure);
}
