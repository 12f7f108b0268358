/* A sweep: its life, the settings of the command line, the canonical form; see grid.h. */
#include "core/recipe/grid.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/recipe/grid_internal.h"
#include "core/recipe/history.h"

void grid_init(struct grid *g, const struct recipe_schema *schema, const struct recipe_how *how)
{
	struct resolver r;
	struct error err;

	memset(g, 0, sizeof *g);
	g->schema = schema;
	if (how)
		g->how = *how;
	g->file = "sweep";
	g->rows = xcalloc(1, sizeof *g->rows);
	resolve_init(g->rows, schema, &g->how, "sweep");
	g->block = arena_zalloc(&g->arena, sizeof *g->block);
	g->n_blocks = 1;
	resolve_init(&r, grid_exec_schema(), &g->how, "sweep");
	if (resolve_finish(&r, &g->exec, &err))
		BUG("%s", err.msg);
	resolve_release(&r);
}

void grid_release(struct grid *g)
{
	if (g->rows)
		resolve_release(g->rows);
	free(g->rows);
	recipe_release(&g->exec);
	arena_release(&g->arena);
	memset(g, 0, sizeof *g);
}

static int read_text(struct grid *g, const char *text, size_t n, struct error *err)
{
	struct yaml_node *root;

	return yaml_read(&root, &g->arena, text, n, g->file, err) || grid_read_tree(g, root, err)
		   ? -1
		   : 0;
}

int grid_read(struct grid *g, const char *path, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	struct stat st;
	int ret;

	g->file = arena_strdup(&g->arena, path);
	if (!stat(path, &st) && S_ISREG(st.st_mode) && st.st_size > YAML_MAX_BYTES)
		return error_set(err, ERR_USAGE, "%s: %lld bytes: too large for a sweep", path,
				 (long long)st.st_size);
	ret = fs_read(path, &text, err);
	if (!ret)
		ret = read_text(g, text.buf, text.len, err);
	strbuf_release(&text);
	return ret;
}

static int check_base(struct grid *g, struct error *err)
{
	struct resolver r;
	int ret;

	resolve_init(&r, g->schema, &g->how, g->base_name ? g->base_name : "base");
	ret = g->base ? resolve_tree(&r, g->base, err) : 0;
	resolve_release(&r);
	return ret;
}

int grid_from_json(struct grid *g, const char *json, struct error *err)
{
	int ret;

	g->file = "recorded sweep";
	g->from_json = 1;
	ret = read_text(g, json, strlen(json), err) || check_base(g, err) ? -1 : 0;
	if (ret && err)
		err->code = ERR_CORRUPT;
	return ret;
}

/* exec.KEY=VALUE: resolves exec again with its present settings and this one. */
static int set_exec(struct grid *g, const char *setting, struct error *err)
{
	struct resolver r;
	struct recipe exec;
	int ret;

	resolve_init(&r, grid_exec_schema(), &g->how, "sweep");
	for (int i = 0; i < g->exec.n; i++)
		if (strcmp(g->exec.value[i].origin, "default") != 0)
			resolve_set_text(&r, g->exec.value[i].hp, g->exec.value[i].text,
					 g->how.recorded);
	ret = resolve_set(&r, setting, err) || resolve_finish(&r, &exec, err);
	resolve_release(&r);
	if (ret)
		return -1;
	recipe_release(&g->exec);
	g->exec = exec;
	return 0;
}

/* Splits KEY=REST at its equals sign; *key is in g's arena, with Greek letters spelt out. */
static int split(struct grid *g, const char *option, const char *text, const char **key,
		 const char **rest, struct error *err)
{
	const char *equals = strchr(text, '=');
	char shown[YAML_SHOWN], *copy;

	if (!equals || equals == text)
		return error_set(err, ERR_USAGE, "%s %s: expected KEY=VALUE", option,
				 yaml_shown(shown, text));
	copy = arena_strdup(&g->arena, text);
	copy[equals - text] = 0;
	*key = yaml_key(&g->arena, copy);
	*rest = equals + 1;
	return 0;
}

int grid_set(struct grid *g, const char *setting, struct error *err)
{
	const char *key = NULL, *rest = NULL;
	struct yaml_node node = {.kind = YAML_SCALAR, .line = 0};
	struct yaml_node *list = &node;
	char shown[YAML_SHOWN];

	if (!strncmp(setting, "exec.", 5) || !strncmp(setting, "objective.", 10))
		return set_exec(g, setting, err);
	if (split(g, "--set", setting, &key, &rest, err))
		return -1;
	node.text = arena_strdup(&g->arena, rest);
	if (*rest == '[' && grid_parse(g, rest, "--set", &list, err))
		return -1;
	for (int b = 0; b < g->n_blocks; b++) {
		const struct hparam *hp = resolve_row(g->rows, key);

		if (hp)
			grid_drop_axis(&g->block[b].set, hp);
		if (grid_read_value(g, key, list, &g->block[b].set, err))
			return error_prefix(err, "--set %s", yaml_shown(shown, setting));
		grid_find_axis(&g->block[b].set, hp)->option = "--set";
	}
	return 0;
}

/* Reads KEY=V1,V2 as a list node; text in braces or double brackets is read as it is. */
static int axis_node(struct grid *g, const char *option, const char *text, const char **key,
		     struct yaml_node **node, struct error *err)
{
	struct strbuf list = STRBUF_INIT;
	const char *rest = NULL;
	size_t n;
	int ret;

	if (split(g, option, text, key, &rest, err))
		return -1;
	n = strlen(rest);
	if (*rest == '{' || (!strncmp(rest, "[[", 2) && n > 3 && !strcmp(rest + n - 2, "]]")))
		strbuf_adds(&list, rest);
	else
		strbuf_addf(&list, "[%s]", rest);
	ret = grid_parse(g, list.buf, option, node, err);
	strbuf_release(&list);
	return ret;
}

int grid_add_axis(struct grid *g, const char *text, int zip, struct error *err)
{
	const char *option = zip ? "--zip" : "--grid", *key = NULL;
	struct yaml_node *node;
	char shown[YAML_SHOWN];

	if (axis_node(g, option, text, &key, &node, err))
		return -1;
	for (int b = 0; b < g->n_blocks; b++) {
		struct grid_axes *to = zip ? &g->block[b].zip : &g->block[b].grid;
		const struct hparam *hp = resolve_row(g->rows, key);
		const struct grid_axis *old = hp ? grid_find_axis(to, hp) : NULL;

		if (old && old->option && !g->how.recorded)
			return error_set(err, ERR_USAGE,
					 "%s %s: %s is already an axis: give all its values in one "
					 "%s",
					 option, yaml_shown(shown, text), hp->name, option);
		if (hp)
			grid_drop_axis(to, hp);
		if (grid_read_axis(g, key, node, to, err))
			return error_prefix(err, "%s %s", option, yaml_shown(shown, text));
		grid_find_axis(to, hp)->option = option;
	}
	return 0;
}

/* Adds the values of `more` that the axis lacks. */
static void join_values(struct grid *g, struct grid_axis *a, const struct grid_axis *more)
{
	char **value = arena_alloc(&g->arena, (size_t)(a->n + more->n) * sizeof *value);

	memcpy(value, a->value, (size_t)a->n * sizeof *value);
	a->value = value;
	for (int i = 0; i < more->n; i++) {
		int k = 0;

		while (k < a->n && strcmp(a->value[k], more->value[i]))
			k++;
		if (k == a->n)
			a->value[a->n++] = more->value[i];
	}
}

int grid_extend_axis(struct grid *g, const char *text, struct error *err)
{
	struct grid_axes more = {0};
	struct yaml_node *node;
	const char *key = NULL;
	int found = 0;

	if (axis_node(g, "--grid", text, &key, &node, err) ||
	    grid_read_axis(g, key, node, &more, err))
		return -1;
	for (int b = 0; b < g->n_blocks; b++) {
		struct grid_axis *a = grid_find_axis(&g->block[b].grid, more.axis[0].hp);

		if (!a || !a->n)
			continue;
		join_values(g, a, &more.axis[0]);
		found = 1;
	}
	if (!found || !more.axis[0].n)
		return error_set(err, ERR_USAGE, "--grid %s: no block has %s as an axis of values",
				 text, more.axis[0].hp->name);
	return 0;
}

static void add_map(const struct grid *g, const struct grid_axes *axes, int one, struct strbuf *out)
{
	strbuf_addc(out, '{');
	for (int i = 0; i < axes->n; i++) {
		const struct grid_axis *a = &axes->axis[i];

		json_add_name(out, history_name(g->schema, a->hp->name));
		if (!a->n) {
			strbuf_addc(out, '{');
			json_add_name(out, "min");
			strbuf_add_number(out, a->min);
			json_add_name(out, "max");
			strbuf_add_number(out, a->max);
			json_add_name(out, "log");
			strbuf_adds(out, a->log ? "true}" : "false}");
			continue;
		}
		strbuf_adds(out, one ? "" : "[");
		for (int k = 0; k < a->n; k++) {
			strbuf_adds(out, k ? "," : "");
			recipe_value_json(g->schema, a->hp, a->value[k], out);
		}
		strbuf_adds(out, one ? "" : "]");
	}
	strbuf_addc(out, '}');
}

static void add_rows(const struct grid *g, const char *key, const struct grid_axes *rows, int n,
		     int one, struct strbuf *out)
{
	json_add_name(out, key);
	strbuf_addc(out, '[');
	for (int i = 0; i < n; i++) {
		strbuf_adds(out, i ? "," : "");
		add_map(g, &rows[i], one, out);
	}
	strbuf_addc(out, ']');
}

static void add_block(const struct grid *g, const struct grid_block *b, struct strbuf *out)
{
	strbuf_addc(out, '{');
	json_add_name(out, "set");
	add_map(g, &b->set, 1, out);
	json_add_name(out, "grid");
	add_map(g, &b->grid, 0, out);
	json_add_name(out, "zip");
	add_map(g, &b->zip, 0, out);
	if (b->n_list)
		add_rows(g, "list", b->list, b->n_list, 1, out);
	if (b->n_exclude)
		add_rows(g, "exclude", b->exclude, b->n_exclude, 0, out);
	strbuf_addc(out, '}');
}

/* Appends the keys that the base gives, in table order. */
static void add_base(struct grid *g, struct strbuf *out)
{
	struct resolver r;
	struct error err;

	resolve_init(&r, g->schema, &g->how, g->base_name ? g->base_name : "base");
	if (g->base && resolve_tree(&r, g->base, &err))
		BUG("base: %s", err.msg);
	strbuf_addc(out, '{');
	for (int i = 0; i < r.n; i++) {
		if (!r.slot[i].file || !strcmp(r.slot[i].hp->name, "seed"))
			continue;
		json_add_name(out, history_name(g->schema, r.slot[i].hp->name));
		recipe_value_json(g->schema, r.slot[i].hp, r.slot[i].file, out);
	}
	strbuf_addc(out, '}');
	resolve_release(&r);
}

void grid_json(struct grid *g, struct strbuf *out)
{
	strbuf_adds(out, "{\"version\":1");
	if (g->name) {
		json_add_name(out, "sweep");
		json_add_string(out, g->name);
	}
	json_add_name(out, "base");
	add_base(g, out);
	json_add_name(out, "blocks");
	strbuf_addc(out, '[');
	for (int b = 0; b < g->n_blocks; b++) {
		strbuf_adds(out, b ? "," : "");
		add_block(g, &g->block[b], out);
	}
	strbuf_addc(out, ']');
	json_add_name(out, "seeds");
	strbuf_addc(out, '[');
	for (int i = 0; i < g->n_seeds; i++)
		strbuf_addf(out, "%s%lld", i ? "," : "", (long long)g->seed[i]);
	strbuf_addc(out, ']');
	recipe_json_keys(&g->exec, out);
	strbuf_addc(out, '}');
}
