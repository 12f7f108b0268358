/* Changing a file of settings. */
#include "core/store/config.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/output.h"
#include "core/store/config_internal.h"
#include "core/store/owner.h"

/* A change of the lines of one key. */
struct change {
	const char *key;
	const char *old; /* only a line with this value; NULL: any */
	const char *new; /* NULL: the line is removed */
};

/* Appends the text with the key's line replaced or removed, or a new line at the end. */
static int rewrite(const struct config *c, const char *text, const struct change *to,
		   struct strbuf *out, struct error *err)
{
	struct config_walk w = config_walk_of(c, text);
	const char *kept = text, *value = to->new;
	int more;

	while ((more = config_walk_next(&w, err)) > 0) {
		if (strcmp(w.key.buf, to->key) || (to->old && strcmp(w.value.buf, to->old)))
			continue;
		strbuf_add(out, kept, (size_t)(w.from - kept));
		kept = w.at;
		if (!value)
			continue;
		strbuf_addf(out, "%s = ", to->key);
		config_add_escaped(out, value);
		strbuf_addc(out, '\n');
		value = NULL;
	}
	strbuf_adds(out, kept);
	if (value) {
		if (out->len && out->buf[out->len - 1] != '\n')
			strbuf_addc(out, '\n');
		strbuf_addf(out, "%s = ", to->key);
		config_add_escaped(out, value);
		strbuf_addc(out, '\n');
	}
	config_walk_release(&w);
	return more;
}

static int change_locked(const struct config *c, const struct change *to, struct error *err)
{
	const int how = OUTPUT_REPLACE | OUTPUT_OF_STORE;
	struct strbuf old = STRBUF_INIT, text = STRBUF_INIT;
	int ret = config_read_file(c, &old, err) || rewrite(c, old.buf, to, &text, err) ? -1 : 0;

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

/* True if the value is one of the words. */
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

	if (config_check_key(c, key, &known, err) ||
	    (known->is_seconds && config_parse_seconds(key, value, &seconds, err)))
		return -1;
	if (known->one_of && !is_one_of(known->one_of, value))
		return error_set(err, ERR_USAGE, "config: %s: '%.40s' is none of %s", key, value,
				 known->one_of);
	if (isspace((unsigned char)value[0]) ||
	    (value[0] && isspace((unsigned char)value[strlen(value) - 1])))
		return error_set(err, ERR_USAGE,
				 "config: %s: a value must not begin or end with a blank", key);
	if (known->is_list)
		to.old = value;
	return change(c, &to, err);
}

int config_unset(const struct config *c, const char *key, const char *value, struct error *err)
{
	struct change to = {key, value, NULL};
	const struct config_key *known;

	return config_check_key(c, key, &known, err) ? -1 : change(c, &to, err);
}
