/* Expands axes to cells: the points of every block, their recipes, and the merging of equal ones.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/recipe/grid_internal.h"
#include "core/recipe/sobol.h"

/* The settings of a point, applied to the base; the first n_set of them are the block's `set`. */
struct point {
	struct grid_block *block;
	const struct hparam **hp;
	const char **text;
	int *recorded; /* 1: the value was recorded before */
	int n, n_set;
	char *label;
};

struct expansion {
	struct grid *g;
	struct arena arena;
	struct point *point; /* one for each recipe */
	char (*hash)[HASH_HEX];
	int n, cap;
	int *table; /* point + 1 by hash, open addressing */
	int table_size;
};

static int resolve_point(struct grid *g, const struct point *p, int64_t seed, struct recipe *out,
			 struct error *err)
{
	struct resolver r;
	char text[24];
	int ret;

	resolve_init(&r, g->schema, &g->how, g->base_name ? g->base_name : "base");
	r.lenient = 1;
	ret = g->base ? resolve_tree(&r, g->base, err) : 0;
	for (int i = 0; i < p->n && !ret; i++)
		resolve_set_text(&r, p->hp[i], p->text[i], p->recorded[i]);
	snprintf(text, sizeof text, "%lld", (long long)seed);
	if (!ret)
		resolve_set_text(&r, resolve_row(&r, "seed"), text, g->how.recorded);
	if (!ret)
		ret = resolve_finish(&r, out, err);
	resolve_release(&r);
	return ret;
}

static void add_label(struct strbuf *out, const struct hparam *hp, const char *text)
{
	strbuf_addf(out, "%s%s=", out->len ? " " : "", hp->name);
	for (; *text; text++)
		if (*text != ' ')
			strbuf_addc(out, *text);
}

/* What distinguishes the point from others: its axes and, with several blocks, what they set. */
static char *label_of(struct expansion *x, const struct point *p, const struct recipe *r)
{
	struct strbuf label = STRBUF_INIT;
	char *copy;

	for (int i = x->g->n_blocks > 1 ? 0 : p->n_set; i < p->n; i++)
		if (!r || recipe_has(r, p->hp[i]->name))
			add_label(&label, p->hp[i], p->text[i]);
	copy = arena_strdup(&x->arena, label.buf);
	strbuf_release(&label);
	return copy;
}

static int is_excluded(const struct point *p, const struct recipe *r)
{
	int excluded = 0;

	for (int i = 0; i < p->block->n_exclude; i++)
		excluded |= grid_rule_matches(&p->block->exclude[i], r);
	return excluded;
}

/* The table's slot for the hash; it holds 0 if the hash is new. */
static int *lookup(struct expansion *x, const char *hash)
{
	size_t at = (size_t)rng_name_hash(hash);

	for (;; at++) {
		int *slot = &x->table[at % (size_t)x->table_size];

		if (!*slot || !strcmp(x->hash[*slot - 1], hash))
			return slot;
	}
}

static void make_room(struct expansion *x)
{
	if (x->n < x->cap)
		return;
	x->cap = x->cap ? 2 * x->cap : 256;
	x->point = xrealloc(x->point, (size_t)x->cap * sizeof *x->point);
	x->hash = xrealloc(x->hash, (size_t)x->cap * sizeof *x->hash);
	free(x->table);
	x->table_size = 4 * x->cap;
	x->table = xcalloc((size_t)x->table_size, sizeof *x->table);
	for (int i = 0; i < x->n; i++)
		*lookup(x, x->hash[i]) = i + 1;
}

/* Adds the point unless it is excluded or another point has the same recipe. */
static int add_point(struct expansion *x, struct point *p, const int *at, struct error *err)
{
	struct grid_point review = {.block = p->block, .at = at};
	struct recipe r = {0};
	int *slot;

	if (resolve_point(x->g, p, x->g->seed[0], &r, err)) {
		const char *label = label_of(x, p, NULL);

		return *label ? error_prefix(err, "cell %s", label) : -1;
	}
	make_room(x);
	slot = lookup(x, r.hash);
	review.recipe = &r;
	review.excluded = is_excluded(p, &r);
	review.fresh = !*slot && !review.excluded;
	review.own = review.fresh || (*slot && x->point[*slot - 1].block != p->block);
	if (review.fresh) {
		p->label = label_of(x, p, &r);
		memcpy(x->hash[x->n], r.hash, HASH_HEX);
		x->point[x->n++] = *p;
		*slot = x->n;
	}
	grid_review_point(x->g, &review);
	recipe_release(&r);
	return 0;
}

/* Adds the axis's value `text`, which has index `at`, to the point's settings. */
static void add_setting(const struct expansion *x, struct point *p, const struct grid_axis *a,
			int at, const char *text)
{
	p->recorded[p->n] = x->g->how.recorded && (!a->n || at < a->recorded);
	p->hp[p->n] = a->hp;
	p->text[p->n++] = text;
}

/* The number at fraction u of a range, rounded to six digits. */
static const char *draw(struct expansion *x, const struct grid_axis *a, double u)
{
	double lo = a->min, hi = a->max, v;
	char text[40];

	if (a->hp->type == HP_INT) {
		lo -= a->log ? 0.5 : 0; /* so that every whole number has an equal share */
		hi += a->log ? 0.5 : 1;
	}
	v = a->log ? exp(log(lo) + u * (log(hi) - log(lo))) : lo + u * (hi - lo);
	if (a->hp->type == HP_INT)
		v = fmin(fmax(a->log ? round(v) : floor(v), a->min), a->max);
	snprintf(text, sizeof text, a->hp->type == HP_INT ? "%.0f" : "%.6g", v);
	{
		struct strbuf out = STRBUF_INIT;
		char *copy;

		strbuf_add_number(&out, strtod(text, NULL));
		copy = arena_strdup(&x->arena, out.buf);
		strbuf_release(&out);
		return copy;
	}
}

/* Makes the point with the given index on each axis: those of grid, then zip, then list. */
static int make_point(struct expansion *x, struct grid_block *b, const int *at, const double *u,
		      struct error *err)
{
	int most = b->set.n + b->grid.n + b->zip.n, row = at[b->grid.n + 1];
	struct point p = {.block = b};

	if (b->n_list)
		most += b->list[row].n;
	p.hp = arena_alloc(&x->arena, (size_t)(most + 1) * sizeof *p.hp);
	p.text = arena_alloc(&x->arena, (size_t)(most + 1) * sizeof *p.text);
	p.recorded = arena_alloc(&x->arena, (size_t)(most + 1) * sizeof *p.recorded);
	for (int i = 0; i < b->set.n; i++)
		add_setting(x, &p, &b->set.axis[i], 0, b->set.axis[i].value[0]);
	p.n_set = p.n;
	for (int i = 0; i < b->grid.n; i++) {
		const struct grid_axis *a = &b->grid.axis[i];

		add_setting(x, &p, a, at[i], a->n ? a->value[at[i]] : draw(x, a, u[i]));
	}
	for (int i = 0; i < b->zip.n; i++)
		add_setting(x, &p, &b->zip.axis[i], at[b->grid.n],
			    b->zip.axis[i].value[at[b->grid.n]]);
	for (int i = 0; b->n_list && i < b->list[row].n; i++)
		add_setting(x, &p, &b->list[row].axis[i], 0, b->list[row].axis[i].value[0]);
	return add_point(x, &p, at, err);
}

/* The number of values of each axis; 1 where there is no axis. */
static void sizes_of(const struct grid_block *b, int *size)
{
	for (int i = 0; i < b->grid.n; i++)
		size[i] = b->grid.axis[i].n ? b->grid.axis[i].n : 1;
	size[b->grid.n] = b->zip.n ? b->zip.axis[0].n : 1;
	size[b->grid.n + 1] = b->n_list ? b->n_list : 1;
}

/* All combinations; the last axis varies fastest. */
static int all_points(struct expansion *x, struct grid_block *b, int *size, int *at,
		      struct error *err)
{
	int dims = b->grid.n + 2, d;

	do {
		if (make_point(x, b, at, NULL, err))
			return -1;
		for (d = dims - 1; d >= 0 && ++at[d] == size[d]; d--)
			at[d] = 0;
	} while (d >= 0);
	return 0;
}

static int drawn_points(struct expansion *x, struct grid_block *b, int *size, int *at, int sobol,
			struct error *err)
{
	const struct recipe *exec = &x->g->exec;
	long n = recipe_int(exec, "exec.samples");
	uint64_t seed = (uint64_t)recipe_int(exec, "exec.seed");
	uint32_t block = (uint32_t)(b - x->g->block);
	int dims = b->grid.n + 2, ret = 0;
	double *u = xcalloc((size_t)dims, sizeof *u);

	for (long i = 0; i < n && !ret; i++) {
		struct rng rng;

		rng_init(&rng, seed, RNG_SWEEP, block + 1, (uint64_t)i);
		if (sobol)
			sobol_point(seed + block, (uint32_t)i, dims, u);
		for (int d = 0; d < dims; d++) {
			u[d] = sobol ? u[d] : rng_uniform(&rng);
			at[d] = (int)(u[d] * size[d]);
		}
		ret = make_point(x, b, at, u, err);
	}
	free(u);
	return ret;
}

/* Every point takes time and memory, even if many resolve to the same recipe. */
static int check_points(const struct grid *g, struct error *err)
{
	double all = 0;

	for (int k = 0; k < g->n_blocks; k++) {
		const struct grid_block *b = &g->block[k];
		double points = grid_is_drawn(g) ? (double)recipe_int(&g->exec, "exec.samples") : 1;

		for (int i = 0; i < b->grid.n && !grid_is_drawn(g); i++)
			points *= b->grid.axis[i].n;
		if (!grid_is_drawn(g))
			points *=
			    (b->zip.n ? b->zip.axis[0].n : 1) * (double)(b->n_list ? b->n_list : 1);
		all += points;
		if (points > GRID_MAX_POINTS)
			return error_set(err, ERR_USAGE,
					 "%s:%d: a block of %.0f points: at most %d", g->file,
					 b->line, points, GRID_MAX_POINTS);
		if (all > GRID_MAX_POINTS)
			return error_set(err, ERR_USAGE,
					 "%s:%d: %.0f points with those of this block: at most %d",
					 g->file, b->line, all, GRID_MAX_POINTS);
	}
	return 0;
}

static int expand_block(struct expansion *x, struct grid_block *b, struct error *err)
{
	int sobol = !strcmp(recipe_text(&x->g->exec, "exec.strategy"), "sobol"), ret;
	int *size = xcalloc((size_t)b->grid.n + 2, sizeof *size);
	int *at = xcalloc((size_t)b->grid.n + 2, sizeof *at);

	sizes_of(b, size);
	if (grid_is_drawn(x->g))
		ret = drawn_points(x, b, size, at, sobol, err);
	else
		ret = all_points(x, b, size, at, err);
	free(size);
	free(at);
	return ret;
}

static int report_cell(struct expansion *x, int i, int rank,
		       int (*fn)(void *ctx, const struct grid_cell *cell, struct error *err),
		       void *ctx, struct error *err)
{
	struct grid_cell cell = {.ordinal = i + 1, .rank = rank, .seed = x->g->seed[rank]};
	struct recipe r = {0};
	int ret;

	if (resolve_point(x->g, &x->point[i], cell.seed, &r, err))
		return -1;
	cell.recipe = &r;
	cell.label = x->point[i].label;
	recipe_group_hash(&r, cell.group);
	ret = fn(ctx, &cell, err);
	recipe_release(&r);
	return ret;
}

int grid_each(struct grid *g, int (*fn)(void *ctx, const struct grid_cell *cell, struct error *err),
	      void *ctx, struct error *err)
{
	struct expansion x = {.g = g};
	int ret = check_points(g, err);

	grid_review_start(g);
	for (int b = 0; b < g->n_blocks && !ret; b++)
		ret = expand_block(&x, &g->block[b], err);
	if (!ret)
		ret = grid_review(g, err);
	if (!ret && (double)x.n * g->n_seeds > GRID_MAX_CELLS)
		ret = error_set(err, ERR_USAGE,
				"%s: %d recipes with %d seeds each are more than %d cells", g->file,
				x.n, g->n_seeds, GRID_MAX_CELLS);
	for (int rank = 0; rank < g->n_seeds && !ret; rank++)
		for (int i = 0; i < x.n && !ret; i++)
			ret = report_cell(&x, i, rank, fn, ctx, err);
	free(x.point);
	free(x.hash);
	free(x.table);
	arena_release(&x.arena);
	return ret;
}
