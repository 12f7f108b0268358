#include "core/store/config_internal.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"

const struct config_key config_keys[] = {
    {"gc.age", "3600", "seconds for which `ssl gc` keeps a file, since it may still be written", 1,
     0, NULL},
    {"query.*", "", "a saved query, which `ssl sql @NAME` runs", 0, 0, NULL},
    {0},
};

static const struct config_key user_keys[] = {
    {"color.ui", "auto", "colours: always, never, or auto (on a terminal only)", 0, 0,
     "auto always never"},
    {"core.pager", "", "command that shows output longer than the screen; cat: no pager", 0, 0,
     NULL},
    {"safe.directory", "", "folder with a store of another user that ssl may write to", 0, 1, NULL},
    {0},
};

void config_of_store(const struct store *s, struct config *out)
{
	snprintf(out->path, sizeof out->path, "%s/config", store_dir(s));
	out->keys = config_keys;
	out->dry = 0;
}

int config_of_user(struct config *out, struct error *err)
{
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	int n;

	out->keys = user_keys;
	out->dry = 0;
	if (xdg && *xdg == '/')
		n = snprintf(out->path, sizeof out->path, "%s/ssl/config", xdg);
	else if (home && *home == '/')
		n = snprintf(out->path, sizeof out->path, "%s/.config/ssl/config", home);
	else
		return error_set(err, ERR_USAGE, "config: HOME is not set");
	return n < (int)sizeof out->path ? 0 : error_set(err, ERR_USAGE, "HOME: path too long");
}

/* True if the text can be a word of a key: letters, digits, - and _. */
static int is_word(const char *text)
{
	size_t n = strlen(text);

	return n && n <= 64 &&
	       n == strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789_-");
}

static const struct config_key *find_key(const struct config_key *keys, const char *key)
{
	for (const struct config_key *k = keys; k->key; k++) {
		size_t stem = strlen(k->key) - 1;

		if (!strcmp(k->key, key))
			return k->key[stem] == '*' ? NULL : k;
		if (k->key[stem] == '*' && !strncmp(k->key, key, stem) && is_word(key + stem))
			return k;
	}
	return NULL;
}

int config_check_key(const struct config *c, const char *key, const struct config_key **out,
		     struct error *err)
{
	struct strbuf all = STRBUF_INIT;

	*out = find_key(c->keys, key);
	if (*out)
		return 0;
	for (const struct config_key *k = c->keys; k->key; k++)
		strbuf_addf(&all, "%s%s", all.len ? ", " : "", k->key);
	error_set(err, ERR_USAGE, "config: '%.100s' is not a key: the keys are %s", key, all.buf);
	strbuf_release(&all);
	return -1;
}

void config_add_escaped(struct strbuf *out, const char *value)
{
	for (; *value; value++) {
		if (*value == '\n')
			strbuf_adds(out, "\\n");
		else if (*value == '\\')
			strbuf_adds(out, "\\\\");
		else
			strbuf_addc(out, *value);
	}
}

static void add_unescaped(struct strbuf *out, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\\' && i + 1 < n)
			strbuf_addc(out, text[++i] == 'n' ? '\n' : text[i]);
		else
			strbuf_addc(out, text[i]);
	}
}

/* Parses a line of the file: 1 for a setting, 0 for a comment, -1 for neither. */
static int parse_line(const char *line, size_t n, struct strbuf *key, struct strbuf *value)
{
	const char *equals = memchr(line, '=', n);
	size_t end, from;

	strbuf_clear(key);
	strbuf_clear(value);
	while (n && isspace((unsigned char)line[n - 1]))
		n--;
	if (!n || line[0] == '#')
		return 0;
	if (!equals)
		return -1;
	end = (size_t)(equals - line);
	from = end + 1;
	while (end && isspace((unsigned char)line[end - 1]))
		end--;
	while (from < n && isspace((unsigned char)line[from]))
		from++;
	strbuf_add(key, line, end);
	if (from < n)
		add_unescaped(value, line + from, n - from);
	return 1;
}

/* A file that does not exist is empty. */
int config_read_file(const struct config *c, struct strbuf *out, struct error *err)
{
	int there = fs_exists(c->path, err);

	return there > 0 ? fs_read(c->path, out, err) : there;
}

/* The next setting: 1; 0 at the end; -1 with *err. */
int config_walk_next(struct config_walk *w, struct error *err)
{
	while (*w->at) {
		size_t n = strcspn(w->at, "\n");
		const struct config_key *known;
		int kind = parse_line(w->at, n, &w->key, &w->value);

		w->from = w->at;
		w->at += n + (w->at[n] == '\n');
		w->line++;
		if (kind < 0)
			return error_set(err, ERR_USAGE, "%s:%d: not a line `key = value`",
					 w->c->path, w->line);
		if (!kind)
			continue;
		if (config_check_key(w->c, w->key.buf, &known, err))
			return error_prefix(err, "%s:%d", w->c->path, w->line);
		return 1;
	}
	return 0;
}

void config_walk_release(struct config_walk *w)
{
	strbuf_release(&w->key);
	strbuf_release(&w->value);
}

struct config_walk config_walk_of(const struct config *c, const char *text)
{
	struct config_walk w = {c, text, 0, STRBUF_INIT, STRBUF_INIT, text};

	return w;
}

int config_each(const struct config *c, int (*fn)(void *ctx, const char *key, const char *value),
		void *ctx, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	struct config_walk w;
	int ret = -1;

	if (!config_read_file(c, &text, err)) {
		w = config_walk_of(c, text.buf);
		while ((ret = config_walk_next(&w, err)) > 0 &&
		       !(ret = fn(ctx, w.key.buf, w.value.buf)))
			;
		config_walk_release(&w);
	}
	strbuf_release(&text);
	return ret;
}

struct wanted {
	const char *key;
	struct strbuf *out;
	int found, is_list;
	struct error *err;
};

static int append_if_wanted(void *ctx, const char *key, const char *value)
{
	struct wanted *w = ctx;

	if (strcmp(key, w->key))
		return 0;
	if (w->found++ && !w->is_list)
		return error_set(w->err, ERR_USAGE, "config: %s is set twice", key);
	if (w->found > 1)
		strbuf_addc(w->out, '\n');
	strbuf_adds(w->out, value);
	return 0;
}

int config_get(const struct config *c, const char *key, struct strbuf *out, struct error *err)
{
	struct wanted w = {key, out, 0, 0, err};
	const struct config_key *known;

	if (config_check_key(c, key, &known, err))
		return -1;
	w.is_list = known->is_list;
	if (config_each(c, append_if_wanted, &w, err))
		return -1;
	if (!w.found)
		strbuf_adds(out, known->fallback);
	return w.found != 0;
}

int config_parse_seconds(const char *key, const char *text, double *out, struct error *err)
{
	char *end;
	double x = strtod(text, &end);

	if (end == text || *end || !(x >= 0 && isfinite(x)))
		return error_set(err, ERR_USAGE, "config: %s: '%.40s' is not a number of seconds",
				 key, text);
	*out = x;
	return 0;
}

int config_seconds(const struct config *c, const char *key, double *out, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	int ret =
	    config_get(c, key, &text, err) < 0 || config_parse_seconds(key, text.buf, out, err);

	strbuf_release(&text);
	return ret ? -1 : 0;
}
