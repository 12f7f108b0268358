/* The end of resolving: applies the defaults that values set, computes values, and drops the keys
 * that do not apply. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/recipe/history.h"
#include "core/recipe/resolve.h"

const char *resolve_value_of(const struct slot *s)
{
	return s->set ? s->set : s->file ? s->file : s->def;
}

static int applies(struct resolver *r, const struct slot *s)
{
	const struct slot *when = s->group.when_key ? resolve_find(r, s->group.when_key) : NULL;

	if (s->group.when_key && !when)
		BUG("%s depends on %s, which does not exist", s->hp->name, s->group.when_key);
	return recipe_applies(r->schema, s->hp, &s->group, when ? resolve_value_of(when) : NULL);
}

/* True if its value so far is the method's own default. */
static int is_from_method(const struct slot *s)
{
	return !s->set && !s->file && s->origin && !strcmp(s->origin, "method");
}

static void set_default(struct resolver *r, struct slot *from, struct slot *to, const char *text,
			const char *origin)
{
	const struct recipe_added *added = history_added(r->schema, to->hp->name);

	if (is_from_method(from) && is_from_method(to))
		return; /* the method chose `from` together with its own default for `to` */
	if (added && r->how.defaults < added->since)
		return;
	if (to->applied)
		BUG("%s = %s sets a default for %s too late", from->hp->name,
		    resolve_value_of(from), to->hp->name);
	free(to->def);
	to->def = resolve_default(r, to->hp, text);
	to->origin = origin;
}

/* Applies the defaults that s set in the requested version and no longer sets. */
static void apply_old_defaults(struct resolver *r, struct slot *s, const struct hparam_default *now,
			       const char *origin)
{
	for (int i = 0; i < r->n; i++) {
		struct slot *to = &r->slot[i];
		const struct hparam_default *d = now;
		const struct recipe_was *was = history_was(r->schema, r->how.defaults, s->hp->name,
							   resolve_value_of(s), to->hp->name);

		while (d && d->name && strcmp(d->name, to->hp->name))
			d++;
		if (was && was->value && (!d || !d->name))
			set_default(r, s, to, was->value, origin);
	}
}

/* Applies the defaults that the value of s sets for other keys. */
static void apply_defaults(struct resolver *r, struct slot *s, const char *origin)
{
	const struct hparam_default *now, *d;

	if (s->applied || !applies(r, s) || !r->schema->defaults)
		return;
	now = r->schema->defaults(s->hp->name, resolve_value_of(s));
	s->applied = now != NULL;
	for (d = now; d && d->name; d++) {
		struct slot *to = resolve_find(r, d->name);
		const struct recipe_was *was = history_was(r->schema, r->how.defaults, s->hp->name,
							   resolve_value_of(s), d->name);

		if (!to)
			BUG("%s = %s has a default for %s, which does not exist", s->hp->name,
			    resolve_value_of(s), d->name);
		if (!was || was->value)
			set_default(r, s, to, was ? was->value : d->value, origin);
	}
	if (r->how.defaults < history_newest(r->schema))
		apply_old_defaults(r, s, now, origin);
}

/* Replaces a word that stands for a number by that number. */
static int compute(struct resolver *r, struct slot *s, struct error *err)
{
	char **at = s->set ? &s->set : s->file ? &s->file : &s->def;
	const struct recipe_schema *schema = r->schema;
	struct strbuf text = STRBUF_INIT;
	int ret;

	if ((s->hp->type != HP_REAL && s->hp->type != HP_INT) || !schema->compute ||
	    !isalpha((unsigned char)**at) || !applies(r, s))
		return 0;
	ret = schema->compute(r, s->hp->name, *at, r->how.context, &text, err);
	if (!ret && text.len) {
		free(*at);
		*at = strbuf_detach(&text);
	}
	strbuf_release(&text);
	return ret;
}

/* True if the row applies according to the values of the recorded text. */
static int applied_when_recorded(const struct resolver *r, const struct slot *s)
{
	const struct slot *when = s->group.when_key ? resolve_find(r, s->group.when_key) : NULL;

	return recipe_applies(r->schema, s->hp, &s->group,
			      !when        ? NULL
			      : when->file ? when->file
					   : when->def);
}

/* A key that was added after a text was recorded has its neutral value there, whatever its default.
 */
static void set_neutral(struct resolver *r)
{
	for (int i = 0; i < r->n; i++) {
		struct slot *s = &r->slot[i];
		const struct recipe_added *added = history_added(r->schema, s->hp->name);

		if (added && !s->file && applied_when_recorded(r, s))
			s->file = xstrdup(added->neutral);
	}
}

const char *recipe_so_far(const struct resolver *draft, const char *key)
{
	const struct slot *s = resolve_find(draft, key);

	return s ? resolve_value_of(s) : NULL;
}

static int fail_other(const struct slot *s, const struct slot *when, struct error *err)
{
	const struct hparam_group *g = &s->group;
	char shown[YAML_SHOWN];

	yaml_shown(shown, s->setting);
	if (g->when_value)
		return error_set(err, ERR_USAGE, "--set %s: %s is for %s %s, but %s is %s", shown,
				 s->hp->name, g->when_key, g->when_value, g->when_key,
				 resolve_value_of(when));
	return error_set(err, ERR_USAGE, "--set %s: %s does not apply to %s %s", shown, s->hp->name,
			 g->when_key, resolve_value_of(when));
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

/* Moves the value of the last layer to the recipe. */
static void move_value(const struct resolver *r, struct recipe_value *v, struct slot *s)
{
	const int recorded = s->set ? s->recorded : r->how.recorded;
	char **from = s->set ? &s->set : s->file ? &s->file : &s->def;

	v->hp = s->hp;
	v->origin = !s->set && !s->file ? s->origin
		    : recorded          ? "recorded"
		    : s->set            ? "set"
					: "file";
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
			ret = fail_other(s, resolve_find(r, s->group.when_key), err);
	}
	for (int i = 0; i < r->n && !ret; i++)
		if (use[i])
			move_value(r, &out->value[out->n++], &r->slot[i]);
	free(use);
	return ret;
}

/* True if a replicate of the recipe was recorded, before a newer rule would have refused it. */
static int is_known(const struct resolver *r, const struct recipe *recipe)
{
	const struct recipe_context *context = r->how.context;
	char group[HASH_HEX];

	if (!context || !context->known)
		return 0;
	recipe_group_hash(recipe, group);
	return context->known(context->known_ctx, group);
}

/* Runs the schema's checks. An error names the place of the key that is at fault. */
static int check(struct resolver *r, const struct recipe *recipe, struct error *err)
{
	const struct recipe_schema *schema = r->schema;
	const char *key = NULL;
	char shown[YAML_SHOWN];
	const struct slot *s;

	if ((!schema->check || !schema->check(recipe, &key, err)) &&
	    (!schema->refuse || !schema->refuse(recipe, &key, err) || is_known(r, recipe)))
		return 0;
	s = key ? resolve_find(r, key) : NULL;
	if (s && s->setting)
		return error_prefix(err, "--set %s", yaml_shown(shown, s->setting));
	if (s && s->line)
		return error_prefix(err, "%s:%d", r->name, s->line);
	return -1;
}

int resolve_finish(struct resolver *r, struct recipe *out, struct error *err)
{
	struct recipe recipe = {.schema = r->schema, .defaults = r->how.defaults};
	struct slot *method = resolve_find(r, "method");

	if (r->complete)
		set_neutral(r);
	if (method)
		apply_defaults(r, method, "method");
	for (int i = 0; i < r->n; i++) {
		if (compute(r, &r->slot[i], err))
			return -1;
		apply_defaults(r, &r->slot[i], "preset");
	}
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
