/* Reads a sweep file into blocks of axes; see grid.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/recipe/grid_internal.h"

static const char *const top_keys[] = {"version", "sweep", "base", "blocks", "seeds", "exec",
				       "objective",
				       /* of a block, or of a file that has a single block */
				       "set", "grid", "zip", "list", "exclude"};
enum { TOP_KEYS = sizeof top_keys / sizeof *top_keys, BLOCK_KEYS_AT = 7, BLOCK_KEYS = 5 };

int grid_parse(struct grid *g, const char *text, const char *name, struct yaml_node **out,
	       struct error *err)
{
	return yaml_read(out, &g->arena, text, strlen(text), name, err);
}

static int at_line(const struct grid *g, int line, struct error *err)
{
	return error_prefix(err, "%s:%d", g->file, line);
}

static int fail_at(const struct grid *g, int line, struct error *err, const char *what)
{
	return error_set(err, ERR_USAGE, "%s:%d: %s", g->file, line, what);
}

static void *grow(struct grid *g, const void *old, size_t n, size_t size)
{
	char *new = arena_zalloc(&g->arena, (n + 1) * size);

	if (n)
		memcpy(new, old, n * size);
	return new;
}

static struct grid_axis *axis_add(struct grid *g, struct grid_axes *to)
{
	to->axis = grow(g, to->axis, (size_t)to->n, sizeof *to->axis);
	return &to->axis[to->n++];
}

struct grid_axis *grid_find_axis(const struct grid_axes *axes, const struct hparam *hp)
{
	for (int i = 0; i < axes->n; i++)
		if (axes->axis[i].hp == hp)
			return &axes->axis[i];
	return NULL;
}

void grid_drop_axis(struct grid_axes *axes, const struct hparam *hp)
{
	struct grid_axis *a = grid_find_axis(axes, hp);

	if (!a)
		return;
	memmove(a, a + 1, (size_t)(axes->axis + axes->n - a - 1) * sizeof *a);
	axes->n--;
}

static int read_value(struct grid *g, const char *key, const struct yaml_node *node,
		      const struct hparam **hp, char **out, struct error *err)
{
	char *text;

	if (resolve_value(g->rows, key, node, hp, &text, err))
		return -1;
	*out = arena_strdup(&g->arena, text);
	free(text);
	return 0;
}

static int check_key(const struct grid_axes *to, const struct hparam *hp, struct error *err)
{
	const struct grid_axis *twice = grid_find_axis(to, hp);

	if (!strcmp(hp->name, "seed"))
		return error_set(err, ERR_USAGE,
				 "seed: replicates are not an axis: use `seeds: [1, 2, 3]`");
	if (twice)
		return error_set(err, ERR_USAGE, "%s is set twice: first at line %d", hp->name,
				 twice->line);
	return 0;
}

int grid_read_value(struct grid *g, const char *key, const struct yaml_node *node,
		    struct grid_axes *to, struct error *err)
{
	const struct hparam *hp;
	struct grid_axis *a;
	char *text;

	if (read_value(g, key, node, &hp, &text, err) || check_key(to, hp, err))
		return -1;
	a = axis_add(g, to);
	a->hp = hp;
	a->line = node->line;
	a->n = 1;
	a->recorded = g->how.recorded;
	a->value = arena_alloc(&g->arena, sizeof *a->value);
	a->value[0] = text;
	return 0;
}

/* {min: 0.01, max: 1, log: true} */
static int read_range(struct grid *g, const struct hparam *hp, const struct yaml_node *node,
		      struct grid_axis *a, struct error *err)
{
	int seen[3] = {0};

	if (hp->type != HP_REAL && hp->type != HP_INT)
		return error_set(err, ERR_USAGE, "%s: only a number can have a range", hp->name);
	for (const struct yaml_node *c = node->child; c; c = c->next) {
		static const char *const word[] = {"min", "max", "log"};
		const struct hparam *row;
		int k = 0;
		char *text;

		while (k < 3 && strcmp(c->key, word[k]))
			k++;
		if (k == 3)
			return error_set(err, ERR_USAGE, "%s: %s: a range has min, max and log",
					 hp->name, c->key);
		seen[k] = 1;
		if (k < 2 && read_value(g, hp->name, c, &row, &text, err))
			return -1;
		if (k == 2 && (c->kind != YAML_SCALAR ||
			       (strcmp(c->text, "true") && strcmp(c->text, "false"))))
			return error_set(err, ERR_USAGE, "%s: log must be true or false", hp->name);
		if (k < 2)
			*(k ? &a->max : &a->min) = strtod(text, NULL);
		else
			a->log = !strcmp(c->text, "true");
	}
	if (!seen[0] || !seen[1])
		return error_set(err, ERR_USAGE, "%s: a range needs min and max", hp->name);
	if (a->max <= a->min || (a->log && a->min <= 0))
		return error_set(err, ERR_USAGE, "%s: max must be greater than min%s", hp->name,
				 a->log ? ", and min of a logarithmic range greater than 0" : "");
	return 0;
}

/* In a zip a value may be repeated, paired with another value of another axis. */
static int is_zip(const struct grid *g, const struct grid_axes *axes)
{
	for (int b = 0; b < g->n_blocks; b++)
		if (axes == &g->block[b].zip)
			return 1;
	return 0;
}

static int read_values(struct grid *g, const char *key, const struct yaml_node *node, int again,
		       struct grid_axis *a, struct error *err)
{
	a->value = arena_alloc(&g->arena, ((size_t)node->n + 1) * sizeof *a->value);
	for (const struct yaml_node *c = node->child; c; c = c->next) {
		if (read_value(g, key, c, &a->hp, &a->value[a->n], err))
			return -1;
		for (int i = 0; i < a->n && !again; i++)
			if (!strcmp(a->value[i], a->value[a->n]))
				return error_set(err, ERR_USAGE, "%s: %s is listed twice",
						 a->hp->name, a->value[i]);
		a->n++;
	}
	a->recorded = g->how.recorded ? a->n : 0;
	return 0;
}

int grid_read_axis(struct grid *g, const char *key, const struct yaml_node *node,
		   struct grid_axes *to, struct error *err)
{
	const struct hparam *hp = resolve_row(g->rows, key);
	struct grid_axis a = {.hp = hp, .line = node->line};
	const struct yaml_node none = {.kind = YAML_SCALAR, .text = ""};
	char *text;

	if (!hp) /* for its message about unknown keys */
		return resolve_value(g->rows, key, &none, &hp, &text, err);
	if (check_key(to, hp, err))
		return -1;
	if (node->kind == YAML_SCALAR || (node->kind == YAML_LIST && !node->n))
		return error_set(err, ERR_USAGE, "%s: expected a list of values, such as [1, 2]",
				 hp->name);
	if (node->kind == YAML_MAP ? read_range(g, hp, node, &a, err)
				   : read_values(g, key, node, is_zip(g, to), &a, err))
		return -1;
	*axis_add(g, to) = a;
	return 0;
}

typedef int read_fn(struct grid *g, const char *key, const struct yaml_node *node,
		    struct grid_axes *to, struct error *err);

/* Calls `read` for each key of a map, dotted or nested. */
static int read_map(struct grid *g, const struct yaml_node *map, const char *prefix, read_fn *read,
		    struct grid_axes *to, struct error *err)
{
	if (map->kind != YAML_MAP)
		return fail_at(g, map->line, err, "expected a map of keys");
	for (const struct yaml_node *c = map->child; c; c = c->next) {
		struct strbuf key = STRBUF_INIT;
		int ret;

		strbuf_addf(&key, "%s%s%s", prefix, *prefix ? "." : "", c->key);
		if (c->kind == YAML_MAP && resolve_is_family(g->rows, key.buf)) {
			ret = read_map(g, c, key.buf, read, to, err);
		} else {
			ret = read(g, key.buf, c, to, err);
			if (ret)
				at_line(g, c->line, err);
		}
		strbuf_release(&key);
		if (ret)
			return -1;
	}
	return 0;
}

/* In `exclude` a key has one value or a list of values. */
static int read_either(struct grid *g, const char *key, const struct yaml_node *node,
		       struct grid_axes *to, struct error *err)
{
	return node->kind == YAML_LIST ? grid_read_axis(g, key, node, to, err)
				       : grid_read_value(g, key, node, to, err);
}

static int read_rows(struct grid *g, const struct yaml_node *list, read_fn *read,
		     struct grid_axes **out, int *n, struct error *err)
{
	if (list->kind != YAML_LIST || !list->n)
		return fail_at(g, list->line, err, "expected a list of maps: [{key: value}]");
	*out = arena_zalloc(&g->arena, (size_t)list->n * sizeof **out);
	for (const struct yaml_node *c = list->child; c; c = c->next)
		if (read_map(g, c, "", read, &(*out)[(*n)++], err))
			return -1;
	return 0;
}

static int unknown(const struct grid *g, const struct yaml_node *c, const char *const *names, int n,
		   struct error *err)
{
	const char *near = nearest_word(c->key, names, n);
	char shown[YAML_SHOWN];

	return error_set(err, ERR_USAGE, "%s:%d: %s: unknown key%s%s%s", g->file, c->line,
			 yaml_shown(shown, c->key), near ? " (did you mean " : "", near ? near : "",
			 near ? "?)" : "");
}

static int read_block_key(struct grid *g, struct grid_block *b, const struct yaml_node *c,
			  struct error *err)
{
	if (!strcmp(c->key, "set"))
		return read_map(g, c, "", grid_read_value, &b->set, err);
	if (!strcmp(c->key, "grid"))
		return read_map(g, c, "", grid_read_axis, &b->grid, err);
	if (!strcmp(c->key, "zip"))
		return read_map(g, c, "", grid_read_axis, &b->zip, err);
	if (!strcmp(c->key, "list"))
		return read_rows(g, c, grid_read_value, &b->list, &b->n_list, err);
	if (!strcmp(c->key, "exclude"))
		return read_rows(g, c, read_either, &b->exclude, &b->n_exclude, err);
	return unknown(g, c, top_keys + BLOCK_KEYS_AT, BLOCK_KEYS, err);
}

static int read_blocks(struct grid *g, const struct yaml_node *list, struct error *err)
{
	if (list->kind != YAML_LIST || !list->n)
		return fail_at(g, list->line, err, "blocks: expected a list of blocks");
	g->block = arena_zalloc(&g->arena, (size_t)list->n * sizeof *g->block);
	g->n_blocks = 0;
	for (const struct yaml_node *b = list->child; b; b = b->next) {
		struct grid_block *to = &g->block[g->n_blocks++];

		to->line = b->line;
		if (b->kind != YAML_MAP)
			return fail_at(g, b->line, err, "a block is a map: {set: ..., grid: ...}");
		for (const struct yaml_node *c = b->child; c; c = c->next)
			if (read_block_key(g, to, c, err))
				return -1;
	}
	return 0;
}

static int add_seed(struct grid *g, const char *text, int line, struct error *err)
{
	char *end;
	long long v = strtoll(text, &end, 10);

	if (!*text || *end || v < 0 || v > 9007199254740991LL)
		return fail_at(g, line, err,
			       "seeds: expected whole numbers from 0 to 9007199254740991");
	for (int i = 0; i < g->n_seeds; i++)
		if (g->seed[i] == v)
			return fail_at(g, line, err, "seeds: a seed is listed twice");
	if (g->n_seeds == GRID_MAX_SEEDS)
		return fail_at(g, line, err, "seeds: more than 1000 are given");
	g->seed = grow(g, g->seed, (size_t)g->n_seeds, sizeof *g->seed);
	g->seed[g->n_seeds++] = v;
	return 0;
}

static int read_seeds(struct grid *g, const struct yaml_node *node, struct error *err)
{
	g->n_seeds = 0;
	if (node->kind == YAML_SCALAR) {
		char *end, text[16];
		long n = strtol(node->text, &end, 10);

		if (*end || !*node->text || n < 1 || n > GRID_MAX_SEEDS)
			return fail_at(g, node->line, err,
				       "seeds: expected a list, or a number from 1 to 1000");
		for (long i = 1; i <= n; i++) {
			snprintf(text, sizeof text, "%ld", i);
			if (add_seed(g, text, node->line, err))
				return -1;
		}
		return 0;
	}
	if (node->kind != YAML_LIST || !node->n)
		return fail_at(g, node->line, err, "seeds: expected a list or a number");
	for (const struct yaml_node *c = node->child; c; c = c->next)
		if (c->kind != YAML_SCALAR || c->quoted)
			return fail_at(g, node->line, err, "seeds: expected whole numbers");
		else if (add_seed(g, c->text, c->line, err))
			return -1;
	return 0;
}

int grid_add_seeds(struct grid *g, const char *text, int more, struct error *err)
{
	struct strbuf list = STRBUF_INIT;
	struct yaml_node *node;
	int64_t *old = g->seed;
	int n_old = more ? g->n_seeds : 0, ret;

	if (strchr(text, ',') && *text != '[')
		strbuf_addf(&list, "[%s]", text);
	else
		strbuf_adds(&list, text);
	ret = grid_parse(g, list.buf, "--seeds", &node, err) || read_seeds(g, node, err);
	strbuf_release(&list);
	if (ret)
		return -1;
	for (int i = 0; i < n_old; i++) { /* the old seeds come first; none is repeated */
		for (int k = 0; k < g->n_seeds; k++)
			if (g->seed[k] == old[i])
				memmove(&g->seed[k], &g->seed[k + 1],
					(size_t)(--g->n_seeds - k) * sizeof *g->seed);
		g->seed = grow(g, g->seed, (size_t)g->n_seeds, sizeof *g->seed);
		memmove(&g->seed[i + 1], &g->seed[i], (size_t)(g->n_seeds - i) * sizeof *g->seed);
		g->seed[i] = old[i];
		g->n_seeds++;
	}
	return 0;
}

static int read_name(struct grid *g, const struct yaml_node *c, struct error *err)
{
	if (c->kind != YAML_SCALAR || !*c->text)
		return fail_at(g, c->line, err, "sweep: expected a name");
	g->name = arena_strdup(&g->arena, c->text);
	return 0;
}

static int read_base(struct grid *g, struct yaml_node *c, struct error *err)
{
	struct strbuf path = STRBUF_INIT, text = STRBUF_INIT;
	const char *slash = strrchr(g->file, '/');
	int ret;

	if (c->kind == YAML_MAP) {
		g->base = c;
		g->base_name = g->file;
		return 0;
	}
	if (c->kind != YAML_SCALAR || !*c->text || g->from_json)
		return fail_at(g, c->line, err,
			       "base: expected the path of a recipe, or a recipe as a map");
	if (slash && *c->text != '/')
		strbuf_add(&path, g->file, (size_t)(slash + 1 - g->file));
	strbuf_adds(&path, c->text);
	g->base_name = arena_strdup(&g->arena, path.buf);
	ret = fs_read(path.buf, &text, err);
	if (ret)
		at_line(g, c->line, err);
	else
		ret = yaml_read(&g->base, &g->arena, text.buf, text.len, g->base_name, err);
	strbuf_release(&path);
	strbuf_release(&text);
	return ret;
}

static int is_family(const char *key, const char *family)
{
	size_t n = strlen(family);

	return !strncmp(key, family, n) && (!key[n] || key[n] == '.');
}

static int read_version(struct grid *g, const struct yaml_node *c, struct error *err)
{
	if (c->kind != YAML_SCALAR || strcmp(c->text, "1"))
		return fail_at(g, c->line, err, "version: this ssl reads version 1");
	return 0;
}

static int read_top(struct grid *g, struct yaml_node *c, struct error *err)
{
	if (!strcmp(c->key, "version"))
		return read_version(g, c, err);
	if (!strcmp(c->key, "sweep"))
		return read_name(g, c, err);
	if (!strcmp(c->key, "base"))
		return read_base(g, c, err);
	if (!strcmp(c->key, "blocks"))
		return read_blocks(g, c, err);
	if (!strcmp(c->key, "seeds"))
		return read_seeds(g, c, err);
	for (int i = 0; i < BLOCK_KEYS; i++)
		if (!strcmp(c->key, top_keys[BLOCK_KEYS_AT + i]))
			return read_block_key(g, &g->block[0], c, err);
	return unknown(g, c, top_keys, TOP_KEYS, err);
}

/* A sweep has either `blocks` or the keys of one block at the top, not both. */
static int check_one_form(struct grid *g, const struct yaml_node *root, struct error *err)
{
	int blocks = 0;

	for (const struct yaml_node *c = root->child; c; c = c->next)
		blocks |= !strcmp(c->key, "blocks");
	for (const struct yaml_node *c = root->child; blocks && c; c = c->next)
		for (int i = 0; i < BLOCK_KEYS; i++)
			if (!strcmp(c->key, top_keys[BLOCK_KEYS_AT + i]))
				return error_set(err, ERR_USAGE,
						 "%s:%d: %s: belongs in one of the blocks", g->file,
						 c->line, c->key);
	return 0;
}

static int is_sweep(const struct yaml_node *root)
{
	for (const struct yaml_node *c = root->child; c; c = c->next)
		for (int i = 1; i < TOP_KEYS; i++)
			if (!strcmp(c->key, top_keys[i]))
				return 1;
	return 0;
}

/* Moves the keys of exec and objective into their own tree and resolves it. */
static int read_exec(struct grid *g, struct yaml_node *root, struct error *err)
{
	struct yaml_node exec = {.kind = YAML_MAP, .line = 1}, **at = &root->child;
	struct yaml_node **end = &exec.child;
	struct resolver r;
	int ret;

	while (*at) {
		struct yaml_node *c = *at;

		if (!is_family(c->key, "exec") && !is_family(c->key, "objective")) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		c->next = NULL;
		*end = c;
		end = &c->next;
	}
	recipe_release(&g->exec);
	resolve_init(&r, grid_exec_schema(), &g->how, g->file);
	/* not resolve_tree(), which would refuse `objective` as a key of a sweep */
	ret = resolve_keys(&r, &exec, err) || resolve_finish(&r, &g->exec, err);
	resolve_release(&r);
	return ret;
}

int grid_read_tree(struct grid *g, struct yaml_node *root, struct error *err)
{
	if (root->kind != YAML_MAP)
		return fail_at(g, root->line, err, "not a sweep: no \"key: value\"");
	if (!is_sweep(root)) {
		g->base = root;
		g->base_name = g->file;
		return 0;
	}
	if (check_one_form(g, root, err) || read_exec(g, root, err))
		return -1;
	for (struct yaml_node *c = root->child; c; c = c->next)
		if (read_top(g, c, err))
			return -1;
	return 0;
}
