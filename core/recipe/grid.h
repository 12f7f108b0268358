/*
 * Sweeps as they are written: a base recipe, blocks that each set some keys and span axes over
 * others, seeds, and how to carry it out (`exec`, `objective`). Read as strictly as a recipe. Every
 * point of a block resolves to a whole recipe; a key that does not apply to a point's method is
 * dropped there, and points that come to the same recipe are one cell, so that a key which is not
 * used never multiplies anything.
 *
 *     version: 1
 *     sweep: weights
 *     base: vicreg.yaml                    a recipe's path beside this file, or a recipe as a map
 *     blocks:                              or one block's keys at the top
 *     - set: {method: vicreg}
 *       grid: {vicreg.mu: [1, 5, 25]}      each with each
 *       zip: {optim.batch: [128, 256], optim.lr: [0.2, 0.4]}    in step
 *       list: [{optim.epochs: 10}, {optim.epochs: 20, optim.lr: 0.1}]
 *       exclude: [{vicreg.mu: [1, 5], optim.batch: 128}]
 *     seeds: [1, 2, 3]                     or how many: 3
 *     exec: {retries: 2, lease: 90, on_fail: continue}
 *     objective: {metric: val.knn.top1, goal: max}
 *
 * With exec.strategy random or sobol an axis of `grid` may also be {min: 0.01, max: 1, log: true},
 * and a block gives exec.samples points of the product of its axes.
 */
#ifndef SSL_RECIPE_GRID_H
#define SSL_RECIPE_GRID_H

#include <stdint.h>

#include "core/base/arena.h"
#include "core/recipe/recipe.h"

enum {
	GRID_MAX_POINTS = 100000, /* of all blocks, before those that come to the same are joined */
	GRID_MAX_CELLS = 50000,   /* a cell of a plan takes about 20 kB */
	GRID_MAX_SEEDS = 1000,
};

struct grid_axis {
	const struct hparam *hp;
	char **value; /* n of them, canonical; n = 0: a range */
	int n, line;
	int recorded; /* so many of them, the first ones, were recorded before */
	double min, max;
	int log;            /* even on the logarithm */
	const char *option; /* "--grid" where the command line gave it, else NULL */
	/* What came of it, by grid_each(): points of its own that have the key (of an exclude: and
	 * one of the values), and points of all blocks; the cells that have it, of so many that it
	 * speaks of; what the points have instead, as a list; of `grid` for each value, the points
	 * that have the key, and those that are a cell of their own. */
	int points, anywhere, cells, of;
	const char *instead;
	int *of_value, *own_of_value;
};

struct grid_axes {
	struct grid_axis *axis;
	int n;
	int points; /* that an exclude left out */
};

struct grid_block {
	struct grid_axes set, grid, zip; /* set: of one value each */
	struct grid_axes *list, *exclude;
	int n_list, n_exclude, line;
	int points, kept, cells; /* by grid_each(): all, those that are not excluded, new cells */
};

struct yaml_node;
struct resolver;

struct grid {
	struct arena arena; /* everything below lives here, but for rows and exec */
	const struct recipe_schema *schema;
	struct recipe_how how;
	struct resolver *rows; /* to look rows up and read values */
	const char *file;      /* for messages */
	int from_json;         /* it was recorded: text from a store names no file */
	const char *name;      /* NULL: none was given */
	struct yaml_node *base;
	const char *base_name;
	struct grid_block *block;
	int n_blocks;
	int64_t *seed;
	int n_seeds;
	const char **remark; /* sentences on what grid_each() found, for the user */
	int n_remarks;
	int goal_open;      /* objective.goal was not said, and its metric has none of its own */
	struct recipe exec; /* exec.* and objective.*, by recipe_text() and so on */
};

/* An empty sweep of one block: `grid_read()` may follow, then settings of the command line, then
 * grid_finish(). how (NULL: all zero): `recorded` says that what is read was recorded before, or is
 * what a sweep was started with; then what is added by grid_extend_axis() alone is given now. */
void grid_init(struct grid *g, const struct recipe_schema *schema, const struct recipe_how *how);
void grid_release(struct grid *g);

/* Reads a sweep, or a recipe, which then is the base. ERR_USAGE with file and line. */
int grid_read(struct grid *g, const char *path, struct error *err);
/* From what grid_json() wrote, in this version or an earlier one; for a grid that was recorded.
 * ERR_CORRUPT; then the grid can only be released. */
int grid_from_json(struct grid *g, const char *json, struct error *err);

/* KEY=VALUE for every cell, above base and `set`; KEY=V1,V2 as an axis of `grid` or `zip` of every
 * block, in the place of one of that key; seeds as "3" (1, 2, 3) or "1,4,5"; exec.KEY=VALUE or
 * objective.KEY=VALUE are settings as well. Of two settings of one key the later counts; two axes
 * of one key are ERR_USAGE. */
int grid_set(struct grid *g, const char *setting, struct error *err);
int grid_add_axis(struct grid *g, const char *text, int zip, struct error *err);
int grid_add_seeds(struct grid *g, const char *text, int more, struct error *err);
/* More values for an axis that blocks have, those that are there already passed over. */
int grid_extend_axis(struct grid *g, const char *text, struct error *err);

/* What must hold between the parts: no key twice in a block, zips of one length, ranges only where
 * points are drawn, no `seed` among the keys. Then the sweep is complete. */
int grid_finish(struct grid *g, struct error *err);

/* Of a grid that grid_from_json() read or grid_finish() found sound. Appends the canonical form: one
 * JSON object, the base's keys included. Equal sweeps give equal
 * text, however they were written; and the text that earlier versions gave (history.h). */
void grid_json(struct grid *g, struct strbuf *out);

struct grid_cell {
	int ordinal; /* of the recipe, from 1, in the order of the blocks */
	int rank;    /* of the seed, from 0 */
	int64_t seed;
	const struct recipe *recipe; /* whole, with its seed */
	char group[HASH_HEX];        /* of the recipe without the seed */
	const char *label; /* "method=vicreg vicreg.mu=5": what tells it from the others */
};

/* Calls fn for every cell, all recipes with the first seed first. fn returns 0, or -1 to end it. A
 * cell whose recipe makes no sense is ERR_USAGE with its label; and so is, unless it was recorded
 * before, what no cell uses: an axis, a setting or an exclude of a key that none has, a value that
 * comes to the same recipes as another one, a block or an exclude that leaves no cell. What only
 * some cells have is among g's remarks. */
int grid_each(struct grid *g, int (*fn)(void *ctx, const struct grid_cell *cell, struct error *err),
	      void *ctx, struct error *err);

#endif
