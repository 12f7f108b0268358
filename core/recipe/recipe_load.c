/* Makes resolved recipes: from files, settings, recorded text and other recipes; see recipe.h. */
#include <string.h>
#include <sys/stat.h>

#include "core/base/fs.h"
#include "core/recipe/recipe.h"
#include "core/recipe/resolve.h"

static int read_file(struct resolver *r, const char *path, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	struct stat st;
	int ret;

	if (!stat(path, &st) && S_ISREG(st.st_mode) && st.st_size > YAML_MAX_BYTES)
		return error_set(err, ERR_USAGE, "%s: %lld bytes: too large for a recipe", path,
				 (long long)st.st_size);
	ret = fs_read(path, &text, err);
	if (!ret)
		ret = resolve_file(r, text.buf, text.len, err);
	strbuf_release(&text);
	return ret;
}

int recipe_load_with(struct recipe *out, const struct recipe_schema *schema,
		     const struct recipe_how *how, const char *path, const struct recipe_set *set,
		     int n_set, struct error *err)
{
	struct resolver r;
	int ret;

	resolve_init(&r, schema, how, path ? path : "recipe");
	ret = path ? read_file(&r, path, err) : 0;
	for (int i = 0; i < n_set && !ret; i++)
		ret = resolve_set(&r, set[i].text, err);
	if (!ret)
		ret = resolve_finish(&r, out, err);
	resolve_release(&r);
	return ret;
}

int recipe_load(struct recipe *out, const struct recipe_schema *schema, const char *path,
		const struct recipe_set *set, int n_set, struct error *err)
{
	return recipe_load_with(out, schema, NULL, path, set, n_set, err);
}

/* The canonical JSON is also valid YAML, so resolve_file() reads it. */
int recipe_from_json(struct recipe *out, const struct recipe_schema *schema, const char *json,
		     int defaults, struct error *err)
{
	const struct recipe_how how = {.defaults = defaults, .recorded = 1};
	struct resolver r;
	int ret;

	resolve_init(&r, schema, &how, "recorded recipe");
	r.complete = 1;
	ret = resolve_file(&r, json, strlen(json), err);
	if (!ret)
		ret = resolve_finish(&r, out, err);
	resolve_release(&r);
	for (int i = 0; !ret && i < out->n; i++)
		out->value[i].line = 0;
	if (!ret) /* of the recorded text, even if this version would write another text */
		hash_buffer(json, strlen(json), out->hash);
	if (ret && err)
		err->code = ERR_CORRUPT;
	return ret;
}

int recipe_changed(struct recipe *out, const struct recipe *from,
		   const struct recipe_schema *schema, const struct recipe_context *context,
		   const struct recipe_set *set, int n_set, struct error *err)
{
	const struct recipe_how how = {
	    .defaults = from->defaults, .recorded = 1, .context = context};
	struct strbuf json = STRBUF_INIT;
	struct resolver r;
	int ret;

	recipe_json(from, &json);
	resolve_init(&r, schema, &how, "recorded recipe");
	r.complete = 1;
	ret = resolve_file(&r, json.buf, json.len, err);
	for (int i = 0; !ret && i < n_set; i++)
		ret = resolve_set(&r, set[i].text, err);
	if (!ret)
		ret = resolve_finish(&r, out, err);
	resolve_release(&r);
	strbuf_release(&json);
	return ret;
}

int recipe_default_of(const struct recipe *r, int i, const struct recipe_context *context,
		      struct strbuf *out, struct error *err)
{
	const struct recipe_how how = {.defaults = r->defaults, .context = context};
	const char *key = r->value[i].hp->name;
	struct resolver v;
	struct recipe made;
	int ret;

	resolve_init(&v, r->schema, &how, "recipe");
	v.lenient = 1; /* without the method, keys of a method may be for another */
	for (int k = 0; k < r->n; k++)
		if (k != i)
			resolve_set_text(&v, r->value[k].hp, r->value[k].text, 1);
	ret = resolve_finish(&v, &made, err);
	resolve_release(&v);
	if (ret)
		return -1;
	if (recipe_has(&made, key))
		strbuf_adds(out, recipe_text_of(&made, key));
	recipe_release(&made);
	return 0;
}
