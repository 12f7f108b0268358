/* The settings' file; see config.h. */
#include "core/store/config.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/output.h"
#include "core/store/owner.h"

const struct config_key config_keys[] = {
    {"gc.age", "3600", "seconds that `ssl gc` leaves a file alone: it may be in the making", 1, 0,
     NULL},
    {"query.*", "", "a saved query: `ssl sql @NAME` runs it", 0, 0, NULL},
    {0},
};

static const struct config_key user_keys[] = {
    {"color.ui", "auto", "colours: always, never, or auto: on a terminal", 0, 0,
     "auto always never"},
    {"core.pager", "", "the command that shows what is longer than the screen; cat: none", 0, 0,
     NULL},
    {"safe.directory", "", "a folder with another user's store that may be written to", 0, 1, NULL},
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

/* Letters, digits, - and _: what a key's words consist of. */
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

static int check_key(const struct config *c, const char *key, const struct config_key **out,
		     struct error *err)
{
	struct strbuf all = STRBUF_INIT;

	*out = find_key(c->keys, key);
	if (*out)
		return 0;
	for (const struct config_key *k = c->keys; k->key; k++)
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
static int read_file(const struct config *c, struct strbuf *out, struct error *err)
{
	int there = fs_exists(c->path, err);

	return there > 0 ? fs_read(c->path, out, err) : there;
}

struct walk {
	const struct config *c;
	const char *at;
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
			return error_set(err, ERR_USAGE, "%s:%d: not `key = value`", w->c->path,
					 w->line);
		if (!kind)
			continue;
		if (check_key(w->c, w->key.buf, &known, err))
			return error_prefix(err, "%s:%d", w->c->path, w->line);
		return 1;
	}
	return 0;
}

static void walk_release(struct walk *w)
{
	strbuf_release(&w->key);
	strbuf_release(&w->value);
}

static struct walk walk_of(const struct config *c, const char *text)
{
	struct walk w = {c, text, 0, STRBUF_INIT, STRBUF_INIT, text};

	return w;
}

int config_each(const struct config *c, int (*fn)(void *ctx, const char *key, const char *value),
		void *ctx, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	struct walk w;
	int ret = -1;

	if (!read_file(c, &text, err)) {
		w = walk_of(c, text.buf);
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
	int found, is_list;
	struct error *err;
};

static int take(void *ctx, const char *key, const char *value)
{
	struct want *w = ctx;

	if (strcmp(key, w->key))
		return 0;
	if (w->found++ && !w->is_list)
		return error_set(w->err, ERR_USAGE, "config: %s stands there twice", key);
	if (w->found > 1)
		strbuf_addc(w->out, '\n');
	strbuf_adds(w->out, value);
	return 0;
}

int config_get(const struct config *c, const char *key, struct strbuf *out, struct error *err)
{
	struct want w = {key, out, 0, 0, err};
	const struct config_key *known;

	if (check_key(c, key, &known, err))
		return -1;
	w.is_list = known->is_list;
	if (config_each(c, take, &w, err))
		return -1;
	if (!w.found)
		strbuf_adds(out, known->fallback);
	return w.found != 0;
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

int config_seconds(const struct config *c, const char *key, double *out, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	int ret = config_get(c, key, &text, err) < 0 || parse_seconds(key, text.buf, out, err);

	strbuf_release(&text);
	return ret ? -1 : 0;
}

/* A line to change: that of a setting, or of a list the one with this value. */
struct change {
	const char *key;
	const char *old; /* only a line with this value; NULL: any */
	const char *new; /* NULL: the line goes */
};

/* The text again with the key's line replaced, taken out, or added at the end. */
static int rewrite(const struct config *c, const char *text, const struct change *to,
		   struct strbuf *out, struct error *err)
{
	struct walk w = walk_of(c, text);
	const char *kept = text, *value = to->new;
	int more;

	while ((more = walk_next(&w, err)) > 0) {
		if (strcmp(w.key.buf, to->key) || (to->old && strcmp(w.value.buf, to->old)))
			continue;
		strbuf_add(out, kept, (size_t)(w.from - kept));
		kept = w.at;
		if (!value)
			continue;
		strbuf_addf(out, "%s = ", to->key);
		add_escaped(out, value);
		strbuf_addc(out, '\n');
		value = NULL;
	}
	strbuf_adds(out, kept);
	if (value) {
		if (out->len && out->buf[out->len - 1] != '\n')
			strbuf_addc(out, '\n');
		strbuf_addf(out, "%s = ", to->key);
		add_escaped(out, value);
		strbuf_addc(out, '\n');
	}
	walk_release(&w);
	return more;
}

static int change_locked(const struct config *c, const struct change *to, struct error *err)
{
	const int how = OUTPUT_REPLACE | OUTPUT_OF_STORE;
	struct strbuf old = STRBUF_INIT, text = STRBUF_INIT;
	int ret = read_file(c, &old, err) || rewrite(c, old.buf, to, &text, err) ? -1 : 0;

	if (!ret && !c->dry)
		ret = output_write(c->path, how, text.buf, text.len, err);
	strbuf_release(&old);
	strbuf_release(&text);
	return ret;
}

static int change(const struct config *c, const struct change *to, struct error *err)
{
	char dir[sizeof c->path];
	int lock = -1, ret;

	if (c->dry)
		return change_locked(c, to, err);
	snprintf(dir, sizeof dir, "%.*s", (int)(strrchr(c->path, '/') - c->path), c->path);
	if (c->keys == config_keys && owner_check(dir, err)) /* the store may be open for reading */
		return -1;
	if (fs_mkdirs(dir, err) || fs_lock_dir(dir, &lock, err))
		return -1;
	ret = change_locked(c, to, err);
	if (!ret && c->keys == config_keys)
		fs_share(c->path, dir);
	fs_unlock(lock);
	return ret;
}

/* Is the value one of the words? */
static int is_one_of(const char *words, const char *value)
{
	size_t n = strlen(value);

	for (const char *w = words; n && *w; w += strcspn(w, " "), w += *w == ' ')
		if (n == strcspn(w, " ") && !strncmp(w, value, n))
			return 1;
	return 0;
}

int config_set(const struct config *c, const char *key, const char *value, struct error *err)
{
	struct change to = {key, NULL, value};
	const struct config_key *known;
	double seconds;

	if (check_key(c, key, &known, err) ||
	    (known->is_seconds && parse_seconds(key, value, &seconds, err)))
		return -1;
	if (known->one_of && !is_one_of(known->one_of, value))
		return error_set(err, ERR_USAGE, "config: %s: '%.40s' is none of %s", key, value,
				 known->one_of);
	if (isspace((unsigned char)value[0]) ||
	    (value[0] && isspace((unsigned char)value[strlen(value) - 1])))
		return error_set(err, ERR_USAGE,
				 "config: %s: a value neither begins nor ends "
				 "with a blank",
				 key);
	if (known->is_list)
		to.old = value;
	return change(c, &to, err);
}

int config_unset(const struct config *c, const char *key, const char *value, struct error *err)
{
	struct change to = {key, value, NULL};
	const struct config_key *known;

	return check_key(c, key, &known, err) ? -1 : change(c, &to, err);
}
