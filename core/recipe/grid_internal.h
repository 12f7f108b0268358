/* Inside core/recipe: declarations that the files of grid.h share. */
#ifndef SSL_RECIPE_GRID_INTERNAL_H
#define SSL_RECIPE_GRID_INTERNAL_H

#include "core/recipe/grid.h"
#include "core/recipe/resolve.h"

/* The schema of the keys of exec and objective, which are resolved as a recipe of their own. */
const struct recipe_schema *grid_exec_schema(void);

/* Reads the tree of a sweep, or of a recipe, into g. */
int grid_read_tree(struct grid *g, struct yaml_node *root, struct error *err);

/* Reads KEY: VALUES as an axis and adds it to `to`. */
int grid_read_axis(struct grid *g, const char *key, const struct yaml_node *node,
		   struct grid_axes *to, struct error *err);
/* Reads KEY: VALUE as an axis of one value and adds it to `to`. */
int grid_read_value(struct grid *g, const char *key, const struct yaml_node *node,
		    struct grid_axes *to, struct error *err);

/* The axis of a key, or NULL. */
struct grid_axis *grid_find_axis(const struct grid_axes *axes, const struct hparam *hp);
/* Removes the axis of a key, if there is one. */
void grid_drop_axis(struct grid_axes *axes, const struct hparam *hp);

/* Where an axis was given, for messages: "--grid", "s.yaml:4". Allocated in g's arena. */
const char *grid_place(struct grid *g, const struct grid_axis *a);
/* True if points are drawn from the axes (exec.strategy random or sobol). */
int grid_is_drawn(const struct grid *g);

/*
 * The review checks that everything that the sweep gives is used by its cells. Call
 * grid_review_start(), then grid_review_point() for every point, then grid_review(). It refuses
 * (ERR_USAGE), unless the sweep was recorded before, a key that no cell has, a value or a block
 * without a cell of its own, and an exclude that matches no point or all points. A key that only
 * some cells have becomes a remark.
 */
struct grid_point {
	struct grid_block *block;
	const struct recipe *recipe;
	const int *at; /* the index on each axis of `grid` */
	int excluded;  /* an exclude matches it */
	int fresh;     /* it is a new cell */
	int own;       /* no other point of its block is the same cell */
};
void grid_review_start(struct grid *g);
void grid_review_point(struct grid *g, const struct grid_point *p);
int grid_review(struct grid *g, struct error *err);
/* True if the recipe matches every key of the exclude. */
int grid_rule_matches(const struct grid_axes *rule, const struct recipe *r);

/* Parses `text` as YAML flow. The tree is in g's arena; `name` is used in messages. */
int grid_parse(struct grid *g, const char *text, const char *name, struct yaml_node **out,
	       struct error *err);

#endif
