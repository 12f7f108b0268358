/* Checks the parts of a sweep against each other before it is expanded; see grid.h. */
#include <stdlib.h>
#include <string.h>

#include "core/recipe/grid_internal.h"
#include "core/recipe/sobol.h"

const char *grid_place(struct grid *g, const struct grid_axis *a)
{
	struct strbuf text = STRBUF_INIT;
	const char *copy;

	if (a->option)
		return a->option;
	strbuf_adds(&text, g->file);
	if (a->line)
		strbuf_addf(&text, ":%d", a->line);
	copy = arena_strdup(&g->arena, text.buf);
	strbuf_release(&text);
	return copy;
}

static int fail_twice(struct grid *g, const struct grid_axis *a, const struct grid_axis *other,
		      struct error *err)
{
	return error_set(err, ERR_USAGE, "%s: %s: given twice in this block, first at %s",
			 grid_place(g, a), a->hp->name, grid_place(g, other));
}

static int check_axes(struct grid *g, const struct grid_axes *axes, const struct grid_axes *other,
		      struct error *err)
{
	for (int i = 0; i < axes->n; i++) {
		const struct grid_axis *a = &axes->axis[i], *first = grid_find_axis(other, a->hp);

		if (first)
			return fail_twice(g, a, first, err);
		if (!a->n && !grid_is_drawn(g))
			return error_set(err, ERR_USAGE,
					 "%s: %s: a range needs exec.strategy: random or sobol",
					 grid_place(g, a), a->hp->name);
	}
	return 0;
}

/* `set` applies to every cell of the block, and a row of `list` takes precedence over it. A key
 * that the command line sets, or that every row sets again, would be overridden silently: refuse
 * it. */
static int check_list(struct grid *g, const struct grid_block *b, struct error *err)
{
	for (int i = 0; i < b->n_list; i++)
		if (check_axes(g, &b->list[i], &b->grid, err) ||
		    check_axes(g, &b->list[i], &b->zip, err))
			return -1;
	for (int i = 0; i < b->set.n && !g->how.recorded; i++) {
		const struct grid_axis *set = &b->set.axis[i], *row = NULL;
		int n = 0;

		for (int k = 0; k < b->n_list; k++)
			if (grid_find_axis(&b->list[k], set->hp)) {
				row = grid_find_axis(&b->list[k], set->hp);
				n++;
			}
		if (n && (set->option || n == b->n_list))
			return fail_twice(g, row, set, err);
	}
	return 0;
}

static int check_zip(struct grid *g, const struct grid_block *b, struct error *err)
{
	for (int i = 0; i < b->zip.n; i++) {
		const struct grid_axis *a = &b->zip.axis[i];

		if (!a->n)
			return error_set(err, ERR_USAGE, "%s: %s: zip takes values, not a range",
					 grid_place(g, a), a->hp->name);
		if (a->n != b->zip.axis[0].n)
			return error_set(err, ERR_USAGE, "%s: zip: %s has %d values and %s has %d",
					 grid_place(g, a), b->zip.axis[0].hp->name,
					 b->zip.axis[0].n, a->hp->name, a->n);
	}
	return 0;
}

static int check_strategy(struct grid *g, const struct grid_block *b, struct error *err)
{
	const char *strategy = recipe_text(&g->exec, "exec.strategy");
	int list = !strcmp(strategy, "list"), given = !g->how.recorded;

	if (list && (b->grid.n || b->zip.n))
		return error_set(err, ERR_USAGE,
				 "%s:%d: exec.strategy: list uses only the cells of `list`",
				 g->file, b->line);
	if (list && given && !b->n_list)
		return error_set(err, ERR_USAGE, "%s: exec.strategy: list needs a `list`", g->file);
	if (!strcmp(strategy, "sobol") && b->grid.n + 2 > SOBOL_DIMS)
		return error_set(err, ERR_USAGE, "%s:%d: sobol supports at most %d axes", g->file,
				 b->line, SOBOL_DIMS - 2);
	if (grid_is_drawn(g) && given && !b->grid.n && !b->zip.n && !b->n_list)
		return error_set(
		    err, ERR_USAGE,
		    "%s: exec.strategy: %s draws points from axes, but a block has none", g->file,
		    strategy);
	return 0;
}

static int check_block(struct grid *g, const struct grid_block *b, struct error *err)
{
	static const struct grid_axes none;

	return check_axes(g, &b->grid, &b->set, err) || check_axes(g, &b->zip, &b->set, err) ||
		       check_axes(g, &b->zip, &b->grid, err) ||
		       check_axes(g, &b->set, &none, err) || check_zip(g, b, err) ||
		       check_list(g, b, err) || check_strategy(g, b, err)
		   ? -1
		   : 0;
}

/* Keys of exec that are used only if another key has one of these values. */
static const struct {
	const char *key, *when, *values;
} used[] = {
    {"exec.samples", "exec.strategy", "random|sobol"},
    {"exec.seed", "exec.strategy", "random|sobol"},
    {"exec.prune_metric", "exec.prune", "median|asha"},
    {"exec.prune_warmup", "exec.prune", "median|asha"},
    {"exec.prune_min", "exec.prune", "median"},
    {"exec.prune_eta", "exec.prune", "asha"},
    {"exec.prune_seeds", "exec.prune", "median|asha"},
};

static int is_one_of(const char *word, const char *words)
{
	size_t n = strlen(word);

	for (; words; words = strchr(words, '|') ? strchr(words, '|') + 1 : NULL)
		if (!strncmp(words, word, n) && (!words[n] || words[n] == '|'))
			return 1;
	return 0;
}

/* Refuses a key that is not used, unless the user also gave the key that it depends on and may so
 * have switched it off on purpose. */
static int check_used(const struct grid *g, struct error *err)
{
	for (size_t i = 0; i < sizeof used / sizeof *used; i++) {
		const char *value = recipe_text(&g->exec, used[i].when);

		if (!recipe_given(&g->exec, used[i].key) || recipe_given(&g->exec, used[i].when) ||
		    is_one_of(value, used[i].values))
			continue;
		return error_set(err, ERR_USAGE, "%s: %s: not used: it is for %s %s, but %s is %s",
				 g->file, used[i].key, used[i].when, used[i].values, used[i].when,
				 value);
	}
	return 0;
}

static int check_exec(const struct grid *g, struct error *err)
{
	const struct recipe *r = &g->exec;
	int objective = *recipe_text(r, "objective.metric") != 0;

	if (strcmp(recipe_text(r, "exec.prune"), "none") && !*recipe_text(r, "exec.prune_metric") &&
	    !objective)
		return error_set(err, ERR_USAGE,
				 "%s: exec.prune needs a metric: set exec.prune_metric", g->file);
	if (g->how.recorded)
		return 0;
	if (recipe_given(r, "objective.goal") && !recipe_given(r, "objective.metric") &&
	    !*recipe_text(r, "exec.prune_metric"))
		return error_set(err, ERR_USAGE,
				 "%s: objective.goal needs a metric: set objective.metric",
				 g->file);
	return check_used(g, err);
}

/* Takes the base's seed if no seeds were given. */
static void default_seed(struct grid *g, struct resolver *base)
{
	const char *text = "1";

	for (int i = 0; i < base->n; i++)
		if (!strcmp(base->slot[i].hp->name, "seed"))
			text = base->slot[i].file ? base->slot[i].file : base->slot[i].def;
	g->seed = arena_alloc(&g->arena, sizeof *g->seed);
	g->seed[0] = strtoll(text, NULL, 10);
	g->n_seeds = 1;
}

int grid_is_drawn(const struct grid *g)
{
	return is_one_of(recipe_text(&g->exec, "exec.strategy"), "random|sobol");
}

int grid_finish(struct grid *g, struct error *err)
{
	struct resolver base;
	int ret;

	resolve_init(&base, g->schema, &g->how, g->base_name ? g->base_name : "base");
	ret = g->base ? resolve_tree(&base, g->base, err) : 0;
	if (!ret && !g->n_seeds)
		default_seed(g, &base);
	resolve_release(&base);
	if (!ret)
		ret = check_exec(g, err);
	for (int b = 0; b < g->n_blocks && !ret; b++)
		ret = check_block(g, &g->block[b], err);
	return ret;
}
