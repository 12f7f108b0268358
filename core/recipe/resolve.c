/* The layers of a recipe: tables, what values bring with them, the file, --set. */
#include "core/recipe/resolve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The canonical text of a default; one that its own row refuses is a fault of the table. */
static char *default_text(const struct resolver *r, const struct hparam *hp, const char *text)
{
	struct strbuf choices = STRBUF_INIT, out = STRBUF_INIT;
	struct hparam_input in = {.item = &text, .n = 1, .quoted = 1};
	struct error err;
	int ret;

	recipe_choices(r->schema, hp, &choices);
	if (hp->type == HP_TEXT) /* may be empty here */
		ret = hparam_parse(hp, choices.buf, &in, &out, &err);
	else
		ret = hparam_parse_text(hp, choices.buf, text, &out, &err);
	if (ret)
		BUG("default of %s", err.msg);
	strbuf_release(&choices);
	return strbuf_detach(&out);
}

void resolve_init(struct resolver *r, const struct recipe_schema *schema, const char *name)
{
	memset(r, 0, sizeof *r);
	r->schema = schema;
	r->name = name;
	while (recipe_row(schema, r->n, NULL))
		r->n++;
	r->slot = xcalloc((unsigned long)r->n, sizeof *r->slot);
	for (int i = 0; i < r->n; i++) {
		struct slot *s = &r->slot[i];

		s->hp = recipe_row(schema, i, &s->group);
		s->def = default_text(r, s->hp, s->hp->def);
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

static struct slot *find(struct resolver *r, const char *key)
{
	const struct hparam_default *a = r->schema->aliases;

	for (; a && a->name; a++)
		if (!strcmp(a->name, key))
			key = a->value;
	for (int i = 0; i < r->n; i++)
		if (!strcmp(r->slot[i].hp->name, key))
			return &r->slot[i];
	return NULL;
}

/* Do keys begin with "PATH."? Returns the first. */
static const struct hparam *family(const struct resolver *r, const char *path)
{
	const size_t n = strlen(path);

	for (int i = 0; i < r->n; i++)
		if (!strncmp(r->slot[i].hp->name, path, n) && r->slot[i].hp->name[n] == '.')
			return r->slot[i].hp;
	return NULL;
}

/* "mu" is meant as the key of the method in use, where it has one. */
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

/* Reads a value for its key; *out on success is the canonical text. */
static int slot_parse(const struct resolver *r, const struct slot *s, const struct hparam_input *in,
		      char **out, struct error *err)
{
	struct strbuf choices = STRBUF_INIT, text = STRBUF_INIT;
	int ret;

	recipe_choices(r->schema, s->hp, &choices);
	ret = hparam_parse(s->hp, choices.buf, in, &text, err);
	if (!ret)
		*out = strbuf_detach(&text);
	strbuf_release(&choices);
	strbuf_release(&text);
	return ret;
}

static int take_list(const struct resolver *r, const struct slot *s, const struct yaml_node *node,
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
	ret = slot_parse(r, s, &in, out, err);
done:
	free(item);
	return ret;
}

static int take_leaf(struct resolver *r, const char *path, const struct yaml_node *node,
		     struct error *err)
{
	struct slot *s = find(r, path);
	struct hparam_input in = {.item = &node->text, .n = 1, .quoted = node->quoted};

	if (!s)
		return fail_unknown(r, path, err);
	if (s->file)
		return error_set(err, ERR_USAGE, "%s is set twice: first at line %d", s->hp->name,
				 s->line);
	s->line = node->line;
	if (node->kind == YAML_LIST)
		return take_list(r, s, node, &s->file, err);
	return slot_parse(r, s, &in, &s->file, err);
}

static int open_family(struct resolver *r, const char *path, const struct yaml_node *node,
		       struct error *err)
{
	const struct slot *s = find(r, path);
	char shown[YAML_SHOWN];

	if (s)
		return error_set(err, ERR_USAGE, "%s: a value, not a map of keys", s->hp->name);
	if (!family(r, path))
		return fail_unknown(r, path, err);
	for (int i = 0; i < r->n_opened; i++)
		if (!strcmp(r->opened[i].path, path))
			return error_set(err, ERR_USAGE, "%s is set twice: first at line %d",
					 yaml_shown(shown, path), r->opened[i].line);
	r->opened = xrealloc(r->opened, (unsigned long)(r->n_opened + 1) * sizeof *r->opened);
	r->opened[r->n_opened++] = (struct opened){xstrdup(path), node->line};
	return 0;
}

static int walk(struct resolver *r, const struct yaml_node *map, const char *prefix,
		struct error *err);

static int take(struct resolver *r, const struct yaml_node *node, const char *path,
		struct error *err)
{
	int ret = node->kind == YAML_MAP ? open_family(r, path, node, err)
					 : take_leaf(r, path, node, err);

	if (ret)
		return error_prefix(err, "%s:%d", r->name, node->line);
	return node->kind == YAML_MAP ? walk(r, node, path, err) : 0;
}

static int walk(struct resolver *r, const struct yaml_node *map, const char *prefix,
		struct error *err)
{
	struct strbuf path = STRBUF_INIT;
	int ret = 0;

	for (const struct yaml_node *c = map->child; c && !ret; c = c->next) {
		strbuf_clear(&path);
		strbuf_addf(&path, "%s%s%s", prefix, *prefix ? "." : "", c->key);
		ret = take(r, c, path.buf, err);
	}
	strbuf_release(&path);
	return ret;
}

/* Top-level keys of another kind of file. Unlinks `version`. */
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
	return walk(r, root, "", err);
}

int resolve_tree(struct resolver *r, struct yaml_node *root, struct error *err)
{
	if (root->kind != YAML_MAP)
		return error_set(err, ERR_USAGE, "%s:%d: not a recipe: no \"key: value\"", r->name,
				 root->line);
	return check_kind(r, root, err) ? -1 : walk(r, root, "", err);
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
	const struct slot *s = find(r, key);

	return s ? s->hp : NULL;
}

int resolve_is_family(const struct resolver *r, const char *path)
{
	return family(r, path) != NULL;
}

int resolve_value(struct resolver *r, const char *key, const struct yaml_node *node,
		  const struct hparam **hp, char **text, struct error *err)
{
	struct slot *s = find(r, key);
	struct hparam_input in = {.item = &node->text, .n = 1, .quoted = node->quoted};

	if (!s)
		return fail_unknown(r, key, err);
	*hp = s->hp;
	if (node->kind == YAML_MAP)
		return error_set(err, ERR_USAGE, "%s: a value, not a map of keys", s->hp->name);
	if (node->kind == YAML_LIST)
		return take_list(r, s, node, text, err);
	return slot_parse(r, s, &in, text, err);
}

void resolve_put(struct resolver *r, const struct hparam *hp, const char *text)
{
	struct slot *s = find(r, hp->name);

	if (!s)
		BUG("%s is of another table", hp->name);
	free(s->set);
	s->set = xstrdup(text);
	s->setting = NULL;
}

static int set_value(struct resolver *r, const char *key, const char *value, const char *setting,
		     struct error *err)
{
	struct slot *s = find(r, key);
	struct strbuf choices = STRBUF_INIT, text = STRBUF_INIT;
	int ret;

	if (!s)
		return fail_unknown(r, key, err);
	recipe_choices(r->schema, s->hp, &choices);
	ret = hparam_parse_text(s->hp, choices.buf, value, &text, err);
	if (!ret) {
		free(s->set);
		s->set = strbuf_detach(&text);
		s->setting = setting;
	}
	strbuf_release(&choices);
	strbuf_release(&text);
	return ret;
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
		return error_set(err, ERR_USAGE, "--set %s: want KEY=VALUE", shown);
	strbuf_add(&key, setting, (size_t)(equals - setting));
	ret = set_value(r, yaml_key(&arena, key.buf), equals + 1, setting, err);
	if (ret)
		error_prefix(err, "--set %s", shown);
	strbuf_release(&key);
	arena_release(&arena);
	return ret;
}

static const char *value_of(const struct slot *s)
{
	return s->set ? s->set : s->file ? s->file : s->def;
}

static int applies(struct resolver *r, const struct slot *s)
{
	const struct slot *when = s->group.when_key ? find(r, s->group.when_key) : NULL;

	if (s->group.when_key && !when)
		BUG("%s depends on %s, which there is not", s->hp->name, s->group.when_key);
	return recipe_applies(r->schema, s->hp, &s->group, when ? value_of(when) : NULL);
}

/* Is its value so far the method's own default? */
static int is_methods(const struct slot *s)
{
	return !s->set && !s->file && s->origin && !strcmp(s->origin, "method");
}

/* What the value of s brings with it. */
static void bring_defaults(struct resolver *r, struct slot *s, const char *origin)
{
	const struct hparam_default *d;

	if (s->asked || !applies(r, s) || !r->schema->defaults)
		return;
	d = r->schema->defaults(s->hp->name, value_of(s));
	s->asked = d != NULL;
	for (; d && d->name; d++) {
		struct slot *to = find(r, d->name);

		if (!to)
			BUG("%s = %s has a default for %s, which there is not", s->hp->name,
			    value_of(s), d->name);
		if (is_methods(s) && is_methods(to))
			continue; /* the method chose s, and knows better than s what goes with it
				   */
		if (to->asked)
			BUG("%s = %s comes too late with a default for %s", s->hp->name,
			    value_of(s), d->name);
		free(to->def);
		to->def = default_text(r, to->hp, d->value);
		to->origin = origin;
	}
}

static int fail_other(const struct slot *s, const struct slot *when, struct error *err)
{
	const struct hparam_group *g = &s->group;
	char shown[YAML_SHOWN];

	yaml_shown(shown, s->setting);
	if (g->when_value)
		return error_set(err, ERR_USAGE, "--set %s: %s is for %s %s, and %s is %s", shown,
				 s->hp->name, g->when_key, g->when_value, g->when_key,
				 value_of(when));
	return error_set(err, ERR_USAGE, "--set %s: %s: %s %s has none", shown, s->hp->name,
			 g->when_key, value_of(when));
}

static int by_name(const void *a, const void *b)
{
	const struct recipe_value *x = a, *y = b;

	return strcmp(x->hp->name, y->hp->name);
}

static void hash_recipe(struct recipe *out)
{
	struct strbuf json = STRBUF_INIT;

	recipe_json(out, &json);
	hash_buffer(json.buf, json.len, out->hash);
	strbuf_release(&json);
}

/* Hands the value that won to the recipe. */
static void take_value(struct recipe_value *v, struct slot *s)
{
	char **from = s->set ? &s->set : s->file ? &s->file : &s->def;

	v->hp = s->hp;
	v->origin = s->set ? "set" : s->file ? "file" : s->origin;
	v->line = s->set || !s->file ? 0 : s->line;
	v->text = *from;
	*from = NULL;
}

static int collect(struct resolver *r, struct recipe *out, struct error *err)
{
	int *use = xcalloc((unsigned long)r->n, sizeof *use), ret = 0;

	out->value = xcalloc((unsigned long)r->n, sizeof *out->value);
	for (int i = 0; i < r->n && !ret; i++) {
		struct slot *s = &r->slot[i];

		use[i] = applies(r, s);
		if (!use[i] && s->set && !r->lenient)
			ret = fail_other(s, find(r, s->group.when_key), err);
	}
	for (int i = 0; i < r->n && !ret; i++)
		if (use[i])
			take_value(&out->value[out->n++], &r->slot[i]);
	free(use);
	return ret;
}

/* What holds between keys, blamed on the place of the key that breaks it. */
static int check(struct resolver *r, const struct recipe *recipe, struct error *err)
{
	const char *key = NULL;
	char shown[YAML_SHOWN];
	const struct slot *s;

	if (!r->schema->check || !r->schema->check(recipe, &key, err))
		return 0;
	s = key ? find(r, key) : NULL;
	if (s && s->setting)
		return error_prefix(err, "--set %s", yaml_shown(shown, s->setting));
	if (s && s->line)
		return error_prefix(err, "%s:%d", r->name, s->line);
	return -1;
}

int resolve_finish(struct resolver *r, struct recipe *out, struct error *err)
{
	struct recipe recipe = {0};
	struct slot *method = find(r, "method");

	if (method)
		bring_defaults(r, method, "method");
	for (int i = 0; i < r->n; i++)
		bring_defaults(r, &r->slot[i], "preset");
	if (collect(r, &recipe, err))
		goto fail;
	qsort(recipe.value, (size_t)recipe.n, sizeof *recipe.value, by_name);
	hash_recipe(&recipe);
	if (check(r, &recipe, err))
		goto fail;
	*out = recipe;
	return 0;
fail:
	recipe_release(&recipe);
	return -1;
}
