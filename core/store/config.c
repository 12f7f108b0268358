/* The settings' file; see config.h. */
#include "core/store/config.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"

const struct config_key config_keys[] = {
    {"gc.age", "3600", "seconds that `ssl gc` leaves a file alone: it may be in the making", 1},
    {"query.*", "", "a saved query: `ssl sql @NAME` runs it", 0},
    {0},
};

enum { PATH_SIZE = 4200 };

static void config_path(const struct store *s, char path[PATH_SIZE])
{
	snprintf(path, PATH_SIZE, "%s/config", store_dir(s));
}

/* Letters, digits, - and _: what a key's words consist of. */
static int is_word(const char *text)
{
	size_t n = strlen(text);

	return n && n <= 64 &&
	       n == strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789_-");
}

static const struct config_key *find_key(const char *key)
{
	for (const struct config_key *k = config_keys; k->key; k++) {
		size_t stem = strlen(k->key) - 1;

		if (!strcmp(k->key, key))
			return k->key[stem] == '*' ? NULL : k;
		if (k->key[stem] == '*' && !strncmp(k->key, key, stem) && is_word(key + stem))
			return k;
	}
	return NULL;
}

static int check_key(const char *key, const struct config_key **out, struct error *err)
{
	struct strbuf all = STRBUF_INIT;

	*out = find_key(key);
	if (*out)
		return 0;
	for (const struct config_key *k = config_keys; k->key; k++)
		strbuf_addf(&all, "%s%s", all.len ? ", " : "", k->key);
	error_set(err, ERR_USAGE, "config: '%.100s' is not a key: there are %s", key, all.buf);
	strbuf_release(&all);
	return -1;
}

static void add_escaped(struct strbuf *out, const char *value)
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

/* One line of the file: 1 it is a setting, 0 it is a comment, -1 it is neither. */
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

/* A file that is not there is empty. */
static int read_file(const struct store *s, struct strbuf *out, struct error *err)
{
	char path[PATH_SIZE];

	config_path(s, path);
	return fs_exists(path) ? fs_read(path, out, err) : 0;
}

struct walk {
	const char *path, *at;
	int line;
	struct strbuf key, value;
	const char *from; /* where the line begins */
};

/* The next setting: 1; 0 at the end; -1 with *err. */
static int walk_next(struct walk *w, struct error *err)
{
	while (*w->at) {
		size_t n = strcspn(w->at, "\n");
		const struct config_key *known;
		int kind = parse_line(w->at, n, &w->key, &w->value);

		w->from = w->at;
		w->at += n + (w->at[n] == '\n');
		w->line++;
		if (kind < 0)
			return error_set(err, ERR_USAGE, "%s:%d: not `key = value`", w->path,
					 w->line);
		if (!kind)
			continue;
		if (check_key(w->key.buf, &known, err))
			return error_prefix(err, "%s:%d", w->path, w->line);
		return 1;
	}
	return 0;
}

static void walk_release(struct walk *w)
{
	strbuf_release(&w->key);
	strbuf_release(&w->value);
}

static struct walk walk_of(const char *path, const char *text)
{
	struct walk w = {path, text, 0, STRBUF_INIT, STRBUF_INIT, text};

	return w;
}

int config_each(const struct store *s, int (*fn)(void *ctx, const char *key, const char *value),
		void *ctx, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	char path[PATH_SIZE];
	struct walk w;
	int ret = -1;

	config_path(s, path);
	if (!read_file(s, &text, err)) {
		w = walk_of(path, text.buf);
		while ((ret = walk_next(&w, err)) > 0 && !(ret = fn(ctx, w.key.buf, w.value.buf)))
			;
		walk_release(&w);
	}
	strbuf_release(&text);
	return ret;
}

struct want {
	const char *key;
	struct strbuf *out;
	int found;
	struct error *err;
};

static int take(void *ctx, const char *key, const char *value)
{
	struct want *w = ctx;

	if (strcmp(key, w->key))
		return 0;
	if (w->found++)
		return error_set(w->err, ERR_USAGE, "config: %s stands there twice", key);
	strbuf_adds(w->out, value);
	return 0;
}

int config_get(const struct store *s, const char *key, struct strbuf *out, struct error *err)
{
	struct want w = {key, out, 0, err};
	const struct config_key *known;

	if (check_key(key, &known, err) || config_each(s, take, &w, err))
		return -1;
	if (!w.found)
		strbuf_adds(out, known->fallback);
	return w.found;
}

static int parse_seconds(const char *key, const char *text, double *out, struct error *err)
{
	char *end;
	double x = strtod(text, &end);

	if (end == text || *end || !(x >= 0 && isfinite(x)))
		return error_set(err, ERR_USAGE, "config: %s: '%.40s' is not a number of seconds",
				 key, text);
	*out = x;
	return 0;
}

int config_seconds(const struct store *s, const char *key, double *out, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	int ret = config_get(s, key, &text, err) < 0 || parse_seconds(key, text.buf, out, err);

	strbuf_release(&text);
	return ret ? -1 : 0;
}

/* The text again with the key's line replaced, taken out, or added at the end. */
static int rewrite(const char *path, const char *text, const char *key, const char *value,
		   struct strbuf *out, struct error *err)
{
	struct walk w = walk_of(path, text);
	const char *kept = text;
	int more;

	while ((more = walk_next(&w, err)) > 0) {
		if (strcmp(w.key.buf, key))
			continue;
		strbuf_add(out, kept, (size_t)(w.from - kept));
		kept = w.at;
		if (!value)
			continue;
		strbuf_addf(out, "%s = ", key);
		add_escaped(out, value);
		strbuf_addc(out, '\n');
		value = NULL;
	}
	strbuf_adds(out, kept);
	if (value) {
		if (out->len && out->buf[out->len - 1] != '\n')
			strbuf_addc(out, '\n');
		strbuf_addf(out, "%s = ", key);
		add_escaped(out, value);
		strbuf_addc(out, '\n');
	}
	walk_release(&w);
	return more;
}

static int set_locked(const struct store *s, const char *key, const char *value, struct error *err)
{
	struct strbuf old = STRBUF_INIT, text = STRBUF_INIT;
	char path[PATH_SIZE];
	int ret;

	config_path(s, path);
	ret = read_file(s, &old, err) || rewrite(path, old.buf, key, value, &text, err) ||
		      fs_write_atomic(path, text.buf, text.len, err)
		  ? -1
		  : 0;
	strbuf_release(&old);
	strbuf_release(&text);
	return ret;
}

int config_set(const struct store *s, const char *key, const char *value, struct error *err)
{
	const struct config_key *known;
	int lock = -1, ret;
	double seconds;

	if (check_key(key, &known, err) ||
	    (value && known->is_seconds && parse_seconds(key, value, &seconds, err)))
		return -1;
	if (value && (isspace((unsigned char)value[0]) ||
		      (value[0] && isspace((unsigned char)value[strlen(value) - 1]))))
		return error_set(err, ERR_USAGE,
				 "config: %s: a value neither begins nor ends "
				 "with a blank",
				 key);
	if (fs_lock_dir(store_dir(s), &lock, err))
		return -1;
	ret = set_locked(s, key, value, err);
	fs_unlock(lock);
	return ret;
}
