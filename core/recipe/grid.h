/*
 * Sweep files: a base recipe, blocks that each set some keys and span axes over others, seeds, and
 * how to execute the sweep (`exec`, `objective`). They are read as strictly as recipes. Every
 * point of a block resolves to a complete recipe. A key that does not apply to a point's method is
 * dropped from that point, and points that resolve to the same recipe become one cell, so that an
 * unused key never multiplies cells.
 *
 *     version: 1
 *     sweep: weights
 *     base: vicreg.yaml                    the path of a recipe, from here, or a recipe as a map
 *     blocks:                              or the keys of a single block at the top
 *     - set: {method: vicreg}
 *       grid: {vicreg.mu: [1, 5, 25]}      every combination
 *       zip: {optim.batch: [128, 256], optim.lr: [0.2, 0.4]}    values paired
 *       list: [{optim.epochs: 10}, {optim.epochs: 20, optim.lr: 0.1}]
 *       exclude: [{vicreg.mu: [1, 5], optim.batch: 128}]
 *     seeds: [1, 2, 3]                     or their number: 3
 *     exec: {retries: 2, lease: 90, on_fail: continue}
 *     objective: {metric: val.knn.top1, goal: max}
 *
 * With exec.strategy random or sobol an axis of `grid` may also be {min: 0.01, max: 1, log: true},
 * and a block gives exec.samples points drawn from the product of its axes.
 */
#ifndef SSL_RECIPE_GRID_H
#define SSL_RECIPE_GRID_H

#include <stdint.h>

#include "core/base/arena.h"
#include "core/recipe/recipe.h"

enum {
	GRID_MAX_POINTS = 100000, /* of all blocks, before equal points are merged */
	GRID_MAX_CELLS = 50000,   /* a cell of a plan takes about 20 kB */
	GRID_MAX_SEEDS = 1000,
};

struct grid_axis {
	const struct hparam *hp;
	char **value; /* n of them, canonical; n = 0: a range */
	int n, line;
	int recorded; /* how many of the values, the first ones, were recorded before */
	double min, max;
	int log;            /* the range is uniform in the logarithm */
	const char *option; /* "--grid" if the command line gave the axis, else NULL */
	/* Statistics that grid_each() collects for grid_review(). `points`: the points of the
	 * axis's own block that have the key (of an exclude: that have one of the values).
	 * `anywhere`: the points of all blocks that have the key. `cells`: the new cells that have
	 * the key, of the `of` new cells that the axis applies to. `instead`: the values that the
	 * other points have, as a list. For an axis of `grid`, per value: the points that have the
	 * key, and how many of them are a cell of their own. */
	int points, anywhere, cells, of;
	const char *instead;
	int *of_value, *own_of_value;
};

struct grid_axes {
	struct grid_axis *axis;
	int n;
	int points; /* number of points that match, where this is a row of `exclude` */
};

struct grid_block {
	struct grid_axes set, grid, zip; /* set: of one value each */
	struct grid_axes *list, *exclude;
	int n_list, n_exclude, line;
	int points, kept, cells; /* set by grid_each(): all, those not excluded, new cells */
};

struct yaml_node;
struct resolver;

struct grid {
	struct arena arena; /* owns everything below except rows and exec */
	const struct recipe_schema *schema;
	struct recipe_how how;
	struct resolver *rows; /* used to look up rows and read values */
	const char *file;      /* for messages */
	int from_json;         /* read from a store: errors name no file */
	const char *name;      /* of the sweep; NULL: none was given */
	struct yaml_node *base;
	const char *base_name;
	struct grid_block *block;
	int n_blocks;
	int64_t *seed;
	int n_seeds;
	const char **remark; /* sentences for the user about what grid_each() found */
	int n_remarks;
	int goal_open;      /* objective.goal is not given, and its metric has no goal of its own */
	struct recipe exec; /* exec.* and objective.*, read with recipe_text() and the like */
};

/* Initialises an empty sweep of one block. grid_read() may follow, then the settings of the
 * command line, then grid_finish(). how (NULL: all zero): with `recorded` set, what is read was
 * recorded before, or is the file that the sweep was started with; only what grid_extend_axis()
 * adds is new. */
void grid_init(struct grid *g, const struct recipe_schema *schema, const struct recipe_how *how);
void grid_release(struct grid *g);

/* Reads a sweep, or a recipe, which becomes the base. ERR_USAGE with file and line. */
int grid_read(struct grid *g, const char *path, struct error *err);
/* Reads what this or an earlier version of grid_json() wrote; for a grid that was recorded.
 * ERR_CORRUPT; after that the grid can only be released. */
int grid_from_json(struct grid *g, const char *json, struct error *err);

/* Settings of the command line. grid_set(): KEY=VALUE for every cell, which takes precedence over
 * the base and `set`; exec.KEY=VALUE and objective.KEY=VALUE are settings too; of two settings of
 * one key the later counts. grid_add_axis(): KEY=V1,V2 as an axis of `grid` or `zip` of every
 * block, replacing the file's axis of that key; a second one of the same key is ERR_USAGE.
 * grid_add_seeds(): "3" (1, 2, 3) or "1,4,5"; with `more` they are added to the present seeds. */
int grid_set(struct grid *g, const char *setting, struct error *err);
int grid_add_axis(struct grid *g, const char *text, int zip, struct error *err);
int grid_add_seeds(struct grid *g, const char *text, int more, struct error *err);
/* KEY=V1,V2: adds values to the axis of that key in every block that has one; values that it
 * already has are ignored. */
int grid_extend_axis(struct grid *g, const char *text, struct error *err);

/* Completes the sweep and checks its parts against each other: no key twice in a block, zips of
 * equal length, ranges only where points are drawn, no `seed` among the keys. */
int grid_finish(struct grid *g, struct error *err);

/* Appends the canonical form of a grid that grid_from_json() or grid_finish() accepted: one JSON
 * object, the base's keys included. Equal sweeps give equal text, however they were written, and
 * the same text as in earlier versions (history.h). */
void grid_json(struct grid *g, struct strbuf *out);

struct grid_cell {
	int ordinal; /* number of the recipe, from 1, in the order of the blocks */
	int rank;    /* index of the seed, from 0 */
	int64_t seed;
	const struct recipe *recipe; /* complete, with its seed; valid during the call */
	char group[HASH_HEX];        /* hash of the recipe without the seed */
	const char *label; /* what distinguishes it from the others: "method=vicreg vicreg.mu=5" */
};

/* Calls fn for every cell, beginning with all recipes of the first seed. fn returns 0, or -1 to
 * stop. A cell whose recipe is refused is ERR_USAGE with its label. Unless the sweep was recorded
 * before, anything that no cell uses is ERR_USAGE as well: an axis, a setting or an exclude of a
 * key that no cell has, a value that resolves to the same recipes as another one, a block or an
 * exclude that leaves no cell. A key that only some cells have becomes one of g's remarks. */
int grid_each(struct grid *g, int (*fn)(void *ctx, const struct grid_cell *cell, struct error *err),
	      void *ctx, struct error *err);

#endif
