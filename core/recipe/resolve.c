/* The layers of a recipe: the tables' defaults, the file, --set; see resolve.h. */
#include "core/recipe/resolve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/recipe/history.h"

/* A default that its own row refuses is a bug of the table. */
char *resolve_default(const struct resolver *r, const struct hparam *hp, const char *text)
{
	struct strbuf choices = STRBUF_INIT, out = STRBUF_INIT;
	struct hparam_input in = {.item = &text, .n = 1, .quoted = 1};
	struct hparam wide = history_limits(r->schema, hp);
	struct error err;
	int ret;

	hp = &wide;
	recipe_choices(r->schema, hp, &choices);
	if (hp->type == HP_TEXT) /* may be empty */
		ret = hparam_parse(hp, choices.buf, &in, &out, &err);
	else
		ret = hparam_parse_text(hp, choices.buf, text, &out, &err);
	if (ret)
		BUG("default of %s", err.msg);
	strbuf_release(&choices);
	return strbuf_detach(&out);
}

/* The row's own default in the requested version. */
static const char *own_default(const struct resolver *r, const struct hparam *hp)
{
	const struct recipe_added *added = history_added(r->schema, hp->name);
	const struct recipe_was *was;

	if (added && r->how.defaults < added->since)
		return added->neutral;
	was = history_was(r->schema, r->how.defaults, NULL, NULL, hp->name);
	return was ? was->value : hp->def;
}

void resolve_init(struct resolver *r, const struct recipe_schema *schema,
		  const struct recipe_how *how, const char *name)
{
	memset(r, 0, sizeof *r);
	r->schema = schema;
	if (how)
		r->how = *how;
	if (!r->how.defaults)
		r->how.defaults = history_newest(schema);
	r->name = name;
	while (recipe_row(schema, r->n, NULL))
		r->n++;
	r->slot = xcalloc((unsigned long)r->n, sizeof *r->slot);
	for (int i = 0; i < r->n; i++) {
		struct slot *s = &r->slot[i];

		s->hp = recipe_row(schema, i, &s->group);
		s->def = resolve_default(r, s->hp, own_default(r, s->hp));
		s->origin = "default";
	}
}

void resolve_release(struct resolver *r)
{
	for (int i = 0; i < r->n; i++) {
		free(r->slot[i].def);
		free(r->slot[i].file);
		free(r->slot[i].set);
	}
	for (int i = 0; i < r->n_opened; i++)
		free(r->opened[i].path);
	free(r->slot);
	free(r->opened);
	memset(r, 0, sizeof *r);
}

struct slot *resolve_find(const struct resolver *r, const char *key)
{
	const struct hparam_default *a = r->schema->aliases;

	key = history_key(r->schema, key);
	for (; a && a->name; a++)
		if (!strcmp(a->name, key))
			key = a->value;
	for (int i = 0; i < r->n; i++)
		if (!strcmp(r->slot[i].hp->name, key))
			return &r->slot[i];
	return NULL;
}

/* The first key that begins with "PATH.", or NULL; old names do not count. */
static const struct hparam *family(const struct resolver *r, const char *path)
{
	const size_t n = strlen(path);

	for (int i = 0; i < r->n; i++)
		if (!strncmp(r->slot[i].hp->name, path, n) && r->slot[i].hp->name[n] == '.')
			return r->slot[i].hp;
	return NULL;
}

/* The key that the method in use has for a short name such as "mu", or NULL. */
static const char *own_key(const struct resolver *r, const char *key)
{
	const char *method = NULL;
	size_t n;

	for (int i = 0; i < r->n && !method; i++) {
		const struct slot *s = &r->slot[i];

		if (!strcmp(s->hp->name, "method"))
			method = s->set ? s->set : s->file ? s->file : s->def;
	}
	n = method ? strlen(method) : 0;
	for (int i = 0; n && i < r->n; i++) {
		const char *name = r->slot[i].hp->name;

		if (!strncmp(name, method, n) && name[n] == '.' && !strcmp(name + n + 1, key))
			return name;
	}
	return NULL;
}

static int fail_unknown(const struct resolver *r, const char *key, struct error *err)
{
	const struct hparam *in = family(r, key);
	const char *own = own_key(r, key);
	const char *near = in ? in->name : own ? own : recipe_nearest(r->schema, key);
	char shown[YAML_SHOWN];

	yaml_shown(shown, key);
	if (in)
		return error_set(err, ERR_USAGE,
				 "%s: holds other keys and has no value itself "
				 "(did you mean %s?)",
				 shown, near);
	return error_set(err, ERR_USAGE, "%s: unknown key%s%s%s", shown,
			 near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
}

static int parse(const struct hparam *hp, const char *choices, int split,
		 const struct hparam_input *in, struct strbuf *out, struct error *err)
{
	if (split)
		return hparam_parse_text(hp, choices, in->item[0], out, err);
	return hparam_parse(hp, choices, in, out, err);
}

/* As parse(), for a value with old words. */
static int parse_old(const struct resolver *r, const struct hparam *hp, const char *choices,
		     int split, const struct hparam_input *in, struct strbuf *out)
{
	struct strbuf words = STRBUF_INIT, text = STRBUF_INIT, now = STRBUF_INIT;
	struct hparam wide = *hp;
	int ret;

	strbuf_adds(&words, choices);
	if (hp->choices && hp->type != HP_ENUM && hp->type != HP_LIST)
		strbuf_adds(&words, hp->choices);
	history_add_words(r->schema, hp->name, &words);
	if (hp->choices)
		wide.choices = words.buf;
	ret = parse(&wide, words.buf, split, in, &text, NULL);
	if (!ret) {
		history_new_words(r->schema, hp->name, text.buf, &now);
		ret = hparam_parse_text(hp, choices, now.buf, out, NULL);
	}
	strbuf_release(&words);
	strbuf_release(&text);
	strbuf_release(&now);
	return ret;
}

/* Reads a value for its key; *out is its canonical text. split: as hparam_parse_text(). */
static int slot_parse(const struct resolver *r, const struct slot *s, int split,
		      const struct hparam_input *in, char **out, struct error *err)
{
	struct strbuf choices = STRBUF_INIT, text = STRBUF_INIT, old = STRBUF_INIT;
	struct hparam hp = r->how.recorded ? history_limits(r->schema, s->hp) : *s->hp;
	int ret;

	recipe_choices(r->schema, s->hp, &choices);
	ret = parse(&hp, choices.buf, split, in, &text, err);
	history_add_words(r->schema, hp.name, &old);
	if (ret && old.len)
		ret = parse_old(r, &hp, choices.buf, split, in, &text);
	if (!ret)
		*out = strbuf_detach(&text);
	strbuf_release(&choices);
	strbuf_release(&text);
	strbuf_release(&old);
	return ret;
}

static int read_list(const struct resolver *r, const struct slot *s, const struct yaml_node *node,
		     char **out, struct error *err)
{
	const char **item = xcalloc((unsigned long)node->n, sizeof *item);
	struct hparam_input in = {.item = item, .list = 1};
	int ret = -1;

	for (const struct yaml_node *c = node->child; c; c = c->next) {
		if (c->kind != YAML_SCALAR || (c->quoted && s->hp->type == HP_INTS)) {
			error_set(err, ERR_USAGE, "%s: item %d of the list is not a %s",
				  s->hp->name, in.n + 1,
				  s->hp->type == HP_LIST ? "word" : "number");
			goto done;
		}
		item[in.n++] = c->text;
	}
	ret = slot_parse(r, s, 0, &in, out, err);
done:
	free(item);
	return ret;
}

static int read_leaf(struct resolver *r, const char *path, const struct yaml_node *node,
		     struct error *err)
{
	struct slot *s = resolve_find(r, path);
	struct hparam_input in = {.item = &node->text, .n = 1, .quoted = node->quoted};

	if (!s)
		return fail_unknown(r, path, err);
	if (s->file)
		return error_set(err, ERR_USAGE, "%s is set twice: first at line %d", s->hp->name,
				 s->line);
	s->line = node->line;
	if (node->kind == YAML_LIST)
		return read_list(r, s, node, &s->file, err);
	return slot_parse(r, s, 0, &in, &s->file, err);
}

static int open_family(struct resolver *r, const char *path, const struct yaml_node *node,
		       struct error *err)
{
	const struct slot *s = resolve_find(r, path);
	char shown[YAML_SHOWN];

	if (s)
		return error_set(err, ERR_USAGE, "%s: takes a value, not a map of keys",
				 s->hp->name);
	if (!resolve_is_family(r, path))
		return fail_unknown(r, path, err);
	for (int i = 0; i < r->n_opened; i++)
		if (!strcmp(r->opened[i].path, path))
			return error_set(err, ERR_USAGE, "%s is set twice: first at line %d",
					 yaml_shown(shown, path), r->opened[i].line);
	r->opened = xrealloc(r->opened, (unsigned long)(r->n_opened + 1) * sizeof *r->opened);
	r->opened[r->n_opened++] = (struct opened){xstrdup(path), node->line};
	return 0;
}

static int read_map(struct resolver *r, const struct yaml_node *map, const char *prefix,
		    struct error *err);

static int read_node(struct resolver *r, const struct yaml_node *node, const char *path,
		     struct error *err)
{
	int ret = node->kind == YAML_MAP ? open_family(r, path, node, err)
					 : read_leaf(r, path, node, err);

	if (ret)
		return error_prefix(err, "%s:%d", r->name, node->line);
	return node->kind == YAML_MAP ? read_map(r, node, path, err) : 0;
}

static int read_map(struct resolver *r, const struct yaml_node *map, const char *prefix,
		    struct error *err)
{
	struct strbuf path = STRBUF_INIT;
	int ret = 0;

	for (const struct yaml_node *c = map->child; c && !ret; c = c->next) {
		strbuf_clear(&path);
		strbuf_addf(&path, "%s%s%s", prefix, *prefix ? "." : "", c->key);
		ret = read_node(r, c, path.buf, err);
	}
	strbuf_release(&path);
	return ret;
}

/* Refuses a sweep, by its top-level keys, and another version. Unlinks `version`. */
static int check_kind(const struct resolver *r, struct yaml_node *root, struct error *err)
{
	static const char *const sweep[] = {"sweep", "blocks", "base", "grid",
					    "zip",   "seeds",  "exec", "objective"};
	struct yaml_node **at = &root->child;

	while (*at) {
		struct yaml_node *c = *at;
		char shown[YAML_SHOWN];

		for (size_t i = 0; i < sizeof sweep / sizeof *sweep; i++)
			if (!strcmp(c->key, sweep[i]))
				return error_set(err, ERR_USAGE,
						 "%s:%d: this is a sweep, not a recipe: ssl sweep "
						 "start %s",
						 r->name, c->line, r->name);
		if (strcmp(c->key, "version") != 0) {
			at = &c->next;
			continue;
		}
		if (c->kind != YAML_SCALAR || strcmp(c->text, "1") != 0)
			return error_set(
			    err, ERR_USAGE, "%s:%d: version: %s: this ssl reads version 1", r->name,
			    c->line, c->text ? yaml_shown(shown, c->text) : "not a number");
		*at = c->next;
	}
	return 0;
}

int resolve_keys(struct resolver *r, const struct yaml_node *root, struct error *err)
{
	return read_map(r, root, "", err);
}

int resolve_tree(struct resolver *r, struct yaml_node *root, struct error *err)
{
	if (root->kind != YAML_MAP)
		return error_set(err, ERR_USAGE, "%s:%d: not a recipe: no \"key: value\"", r->name,
				 root->line);
	return check_kind(r, root, err) ? -1 : read_map(r, root, "", err);
}

int resolve_file(struct resolver *r, const char *text, size_t len, struct error *err)
{
	struct arena arena = ARENA_INIT;
	struct yaml_node *root;
	int ret = yaml_read(&root, &arena, text, len, r->name, err);

	if (!ret)
		ret = resolve_tree(r, root, err);
	arena_release(&arena);
	return ret;
}

const struct hparam *resolve_row(struct resolver *r, const char *key)
{
	const struct slot *s = resolve_find(r, key);

	return s ? s->hp : NULL;
}

int resolve_is_family(const struct resolver *r, const char *path)
{
	return family(r, path) || history_is_family(r->schema, path);
}

int resolve_value(struct resolver *r, const char *key, const struct yaml_node *node,
		  const struct hparam **hp, char **text, struct error *err)
{
	struct slot *s = resolve_find(r, key);
	struct hparam_input in = {.item = &node->text, .n = 1, .quoted = node->quoted};

	if (!s)
		return fail_unknown(r, key, err);
	*hp = s->hp;
	if (node->kind == YAML_MAP)
		return error_set(err, ERR_USAGE, "%s: takes a value, not a map of keys",
				 s->hp->name);
	if (node->kind == YAML_LIST)
		return read_list(r, s, node, text, err);
	return slot_parse(r, s, 0, &in, text, err);
}

void resolve_set_text(struct resolver *r, const struct hparam *hp, const char *text, int recorded)
{
	struct slot *s = resolve_find(r, hp->name);

	if (!s)
		BUG("%s is in another table", hp->name);
	free(s->set);
	s->set = xstrdup(text);
	s->setting = NULL;
	s->recorded = recorded;
}

static int set_value(struct resolver *r, const char *key, const char *value, const char *setting,
		     struct error *err)
{
	struct slot *s = resolve_find(r, key);
	const struct hparam_input in = {.item = &value, .n = 1};
	char *text;

	if (!s)
		return fail_unknown(r, key, err);
	if (slot_parse(r, s, 1, &in, &text, err))
		return -1;
	free(s->set);
	s->set = text;
	s->setting = setting;
	s->recorded = 0;
	return 0;
}

int resolve_set(struct resolver *r, const char *setting, struct error *err)
{
	const char *equals = strchr(setting, '=');
	struct arena arena = ARENA_INIT;
	struct strbuf key = STRBUF_INIT;
	char shown[YAML_SHOWN];
	int ret;

	yaml_shown(shown, setting);
	if (!equals || equals == setting)
		return error_set(err, ERR_USAGE, "--set %s: expected KEY=VALUE", shown);
	strbuf_add(&key, setting, (size_t)(equals - setting));
	ret = set_value(r, yaml_key(&arena, key.buf), equals + 1, setting, err);
	if (ret)
		error_prefix(err, "--set %s", shown);
	strbuf_release(&key);
	arena_release(&arena);
	return ret;
}
