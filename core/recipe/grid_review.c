/* Checks that the cells of a sweep use everything that the sweep gives; see grid_internal.h. */
#include <stdlib.h>
#include <string.h>

#include "core/recipe/grid_internal.h"

enum { SHOWN = 80 }; /* bytes of the list `instead` of an axis */

typedef void axis_fn(struct grid *g, struct grid_axis *a, int own_row, const struct grid_point *p);

static void each_axis(struct grid *g, struct grid_axes *axes, axis_fn *fn, int own_row,
		      const struct grid_point *p)
{
	for (int i = 0; i < axes->n; i++)
		fn(g, &axes->axis[i], own_row, p);
}

/* own_row: true if the axes apply to the point, that is, unless they belong to another block or to
 * another row of `list`. */
static void each_in_block(struct grid *g, struct grid_block *b, axis_fn *fn,
			  const struct grid_point *p)
{
	int own = p && p->block == b;

	each_axis(g, &b->set, fn, own, p);
	each_axis(g, &b->grid, fn, own, p);
	each_axis(g, &b->zip, fn, own, p);
	for (int i = 0; i < b->n_list; i++)
		each_axis(g, &b->list[i], fn, own && p->at[b->grid.n + 1] == i, p);
}

static void reset_axis(struct grid *g, struct grid_axis *a, int own_row, const struct grid_point *p)
{
	(void)own_row;
	(void)p;
	a->points = a->anywhere = a->cells = a->of = 0;
	a->instead = "";
	a->of_value = arena_zalloc(&g->arena, (size_t)(a->n + 1) * sizeof *a->of_value);
	a->own_of_value = arena_zalloc(&g->arena, (size_t)(a->n + 1) * sizeof *a->own_of_value);
}

void grid_review_start(struct grid *g)
{
	g->n_remarks = 0;
	for (int b = 0; b < g->n_blocks; b++) {
		struct grid_block *block = &g->block[b];

		block->points = block->kept = block->cells = 0;
		each_in_block(g, block, reset_axis, NULL);
		for (int i = 0; i < block->n_exclude; i++) {
			block->exclude[i].points = 0;
			each_axis(g, &block->exclude[i], reset_axis, 0, NULL);
		}
	}
}

/* Adds a word to the list `instead`, unless it is in it. */
static void add_instead(struct grid *g, struct grid_axis *a, const char *word)
{
	const size_t n = strlen(word);
	struct strbuf text = STRBUF_INIT;

	for (const char *at = a->instead; *at; at += strspn(at, ", ")) {
		const size_t k = strcspn(at, ",");

		if (k == n && !strncmp(at, word, n))
			return;
		at += k;
	}
	if (strlen(a->instead) > SHOWN)
		return;
	strbuf_addf(&text, "%s%s%s", a->instead, *a->instead ? ", " : "", word);
	a->instead = arena_strdup(&g->arena, text.buf);
	strbuf_release(&text);
}

/* The condition under which a recipe has the key of the axis; NULL: every recipe has it. */
static const struct hparam_group *group_of(const struct grid *g, const struct grid_axis *a)
{
	const struct slot *s = resolve_find(g->rows, a->hp->name);

	return s && s->group.when_key ? &s->group : NULL;
}

static void count_point(struct grid *g, struct grid_axis *a, int own_row,
			const struct grid_point *p)
{
	int has = recipe_has(p->recipe, a->hp->name);
	const struct hparam_group *group = has ? NULL : group_of(g, a);

	a->anywhere += has;
	if (group)
		add_instead(g, a, recipe_text_of(p->recipe, group->when_key));
	if (!own_row || p->excluded)
		return;
	a->points += has;
	a->of += p->fresh;
	a->cells += has && p->fresh;
}

static int has_value(const struct grid_axis *a, const char *value)
{
	for (int i = 0; i < a->n; i++)
		if (!strcmp(a->value[i], value))
			return 1;
	return 0;
}

int grid_rule_matches(const struct grid_axes *rule, const struct recipe *r)
{
	for (int i = 0; i < rule->n; i++) {
		const struct grid_axis *a = &rule->axis[i];

		if (!recipe_has(r, a->hp->name) || !has_value(a, recipe_text_of(r, a->hp->name)))
			return 0;
	}
	return 1;
}

static void count_rule(struct grid *g, struct grid_axes *rule, const struct grid_point *p)
{
	rule->points += grid_rule_matches(rule, p->recipe);
	for (int i = 0; i < rule->n; i++) {
		struct grid_axis *a = &rule->axis[i];
		const char *value;

		if (!recipe_has(p->recipe, a->hp->name))
			continue;
		a->anywhere++;
		value = recipe_text_of(p->recipe, a->hp->name);
		if (has_value(a, value))
			a->points++;
		else
			add_instead(g, a, value);
	}
}

/* Counts the values of `grid` that this point has. */
static void count_values(struct grid_axes *grid, const struct grid_point *p)
{
	for (int i = 0; i < grid->n; i++) {
		struct grid_axis *a = &grid->axis[i];

		if (!a->n || p->excluded || !recipe_has(p->recipe, a->hp->name))
			continue;
		a->of_value[p->at[i]]++;
		a->own_of_value[p->at[i]] += p->own;
	}
}

void grid_review_point(struct grid *g, const struct grid_point *p)
{
	for (int b = 0; b < g->n_blocks; b++)
		each_in_block(g, &g->block[b], count_point, p);
	p->block->points++;
	p->block->kept += !p->excluded;
	p->block->cells += p->fresh;
	count_values(&p->block->grid, p);
	for (int i = 0; i < p->block->n_exclude; i++)
		count_rule(g, &p->block->exclude[i], p);
}

/* ---- errors ---- */

/* Refuses a key that no cell has, and says why. */
static int check_has(struct grid *g, const struct grid_axes *axes, struct error *err)
{
	for (int i = 0; i < axes->n; i++) {
		const struct grid_axis *a = &axes->axis[i];
		const struct hparam_group *group = group_of(g, a);

		if (a->anywhere || !group)
			continue;
		if (group->when_value)
			return error_set(err, ERR_USAGE,
					 "%s: %s: no cell has it: it is for %s %s, but %s is %s",
					 grid_place(g, a), a->hp->name, group->when_key,
					 group->when_value, group->when_key, a->instead);
		return error_set(err, ERR_USAGE,
				 "%s: %s: no cell has it: it does not apply to %s %s",
				 grid_place(g, a), a->hp->name, group->when_key, a->instead);
	}
	return 0;
}

static int check_values(struct grid *g, const struct grid_axes *grid, struct error *err)
{
	for (int i = 0; i < grid->n; i++)
		for (int k = 0; k < grid->axis[i].n; k++) {
			const struct grid_axis *a = &grid->axis[i];

			if (a->of_value[k] && !a->own_of_value[k])
				return error_set(err, ERR_USAGE,
						 "%s: %s: %s gives no cell of its own: it gives "
						 "the same recipes as another value",
						 grid_place(g, a), a->hp->name, a->value[k]);
		}
	return 0;
}

static int fail_rule(struct grid *g, const struct grid_axes *rule, const struct grid_axis *a,
		     struct error *err)
{
	struct strbuf values = STRBUF_INIT;

	for (int i = 0; i < a->n; i++)
		strbuf_addf(&values, "%s%s", i ? " or " : "", a->value[i]);
	if (!a->anywhere)
		error_set(err, ERR_USAGE, "%s: exclude: no cell has %s", grid_place(g, a),
			  a->hp->name);
	else if (!a->points)
		error_set(err, ERR_USAGE, "%s: exclude: no cell has %s=%s; the cells have %s",
			  grid_place(g, a), a->hp->name, values.buf, a->instead);
	else
		error_set(
		    err, ERR_USAGE,
		    "%s: exclude: each of its %d keys matches some cells, but no cell matches all",
		    grid_place(g, a), rule->n);
	strbuf_release(&values);
	return -1;
}

/* Drawn points may by chance not include an excluded value, but they must have its key. */
static int check_rules(struct grid *g, const struct grid_block *b, struct error *err)
{
	for (int i = 0; i < b->n_exclude; i++) {
		const struct grid_axes *rule = &b->exclude[i];
		const struct grid_axis *worst = rule->axis;

		for (int k = 0; k < rule->n; k++)
			if (rule->axis[k].points < worst->points)
				worst = &rule->axis[k];
		if (!rule->points && !(grid_is_drawn(g) && worst->anywhere))
			return fail_rule(g, rule, worst, err);
	}
	return 0;
}

static int check_block(struct grid *g, const struct grid_block *b, struct error *err)
{
	int ret =
	    check_has(g, &b->set, err) || check_has(g, &b->grid, err) || check_has(g, &b->zip, err);

	for (int i = 0; i < b->n_list && !ret; i++)
		ret = check_has(g, &b->list[i], err);
	if (!ret)
		ret = check_rules(g, b, err);
	if (!ret && !b->kept)
		ret = error_set(
		    err, ERR_USAGE, "%s:%d: no cell is left: exclude matches all %d points of %s",
		    g->file, b->line, b->points, g->n_blocks > 1 ? "this block" : "the sweep");
	return ret || (!grid_is_drawn(g) && check_values(g, &b->grid, err)) ? -1 : 0;
}

/* ---- remarks ---- */

static void remark(struct grid *g, struct strbuf *text)
{
	const char **all = arena_alloc(&g->arena, (size_t)(g->n_remarks + 1) * sizeof *all);

	if (g->n_remarks)
		memcpy(all, g->remark, (size_t)g->n_remarks * sizeof *all);
	all[g->n_remarks++] = arena_strdup(&g->arena, text->buf);
	g->remark = all;
	strbuf_clear(text);
}

struct sum {
	const struct hparam *hp;
	int cells, of;
};

static void add_axes(const struct grid_axes *axes, struct sum *sum)
{
	const struct grid_axis *a = grid_find_axis(axes, sum->hp);

	sum->cells += a ? a->cells : 0;
	sum->of += a ? a->of : 0;
}

/* The sum over all axes of the key. */
static struct sum sum_of(const struct grid *g, const struct hparam *hp)
{
	struct sum sum = {.hp = hp};

	for (int b = 0; b < g->n_blocks; b++) {
		const struct grid_block *block = &g->block[b];

		add_axes(&block->set, &sum);
		add_axes(&block->grid, &sum);
		add_axes(&block->zip, &sum);
		for (int i = 0; i < block->n_list; i++)
			add_axes(&block->list[i], &sum);
	}
	return sum;
}

/* Remarks on keys that only some cells have: one per key, in the order of the tables. */
static void remark_keys(struct grid *g, struct strbuf *text)
{
	const struct hparam *hp;

	for (int i = 0; (hp = recipe_row(g->schema, i, NULL)); i++) {
		struct sum sum = sum_of(g, hp);

		if (sum.cells == sum.of)
			continue;
		strbuf_addf(
		    text,
		    "%s: %d of %d cells %s it; it neither changes nor multiplies the other cells",
		    hp->name, sum.cells, sum.of, sum.cells == 1 ? "has" : "have");
		remark(g, text);
	}
}

static int is_whole(const struct grid_axes *axes, const struct grid_block *b)
{
	for (int i = 0; i < axes->n; i++)
		if (axes->axis[i].points < b->kept)
			return 0;
	return 1;
}

/* Remarks on points that were merged although all of their keys are used. */
static void remark_joined(struct grid *g, const struct grid_block *b, struct strbuf *text)
{
	if (b->cells == b->kept || !is_whole(&b->grid, b) || !is_whole(&b->zip, b))
		return;
	strbuf_addf(text, "%s:%d: %d of %d points have the same recipe as another point: %d cells",
		    g->file, b->line, b->kept - b->cells, b->kept, b->cells);
	remark(g, text);
}

int grid_review(struct grid *g, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	int cells = 0, ret = 0;

	for (int b = 0; b < g->n_blocks && !ret; b++) {
		cells += g->block[b].cells;
		ret = g->how.recorded ? 0 : check_block(g, &g->block[b], err);
	}
	if (!ret && !cells)
		ret = error_set(err, ERR_USAGE, "%s: no cell is left", g->file);
	if (!ret)
		remark_keys(g, &text);
	for (int b = 0; b < g->n_blocks && !ret; b++)
		remark_joined(g, &g->block[b], &text);
	strbuf_release(&text);
	return ret ? -1 : 0;
}
