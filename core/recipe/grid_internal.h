/* Inside core/recipe: what the files of a sweep share. */
#ifndef SSL_RECIPE_GRID_INTERNAL_H
#define SSL_RECIPE_GRID_INTERNAL_H

#include "core/recipe/grid.h"
#include "core/recipe/resolve.h"

/* The keys of exec and objective, as the schema of a recipe of their own. */
const struct recipe_schema *grid_exec_schema(void);

/* Reads the tree of a sweep, or of a recipe, into g. */
int grid_take(struct grid *g, struct yaml_node *root, struct error *err);

/* One axis out of KEY: VALUES, added to `to`. */
int grid_take_axis(struct grid *g, const char *key, const struct yaml_node *node,
		   struct grid_axes *to, struct error *err);
/* One key and its one value. */
int grid_take_value(struct grid *g, const char *key, const struct yaml_node *node,
		    struct grid_axes *to, struct error *err);

struct grid_axis *grid_find_axis(const struct grid_axes *axes, const struct hparam *hp);
void grid_drop_axis(struct grid_axes *axes, const struct hparam *hp);

/* Where an axis was said: "--grid", "s.yaml:4". */
const char *grid_place(struct grid *g, const struct grid_axis *a);
/* Are points drawn from the axes? */
int grid_is_drawn(const struct grid *g);

/*
 * The review of what was expanded: is everything that the sweep says used? grid_review_point() is
 * told of every point, and grid_review() then refuses, of what a user gives now, a key that no cell
 * has, a value or a block without a cell of its own, and an exclude that leaves out none or all;
 * what only some cells have becomes a remark.
 */
struct grid_point {
	struct grid_block *block;
	const struct recipe *recipe;
	const int *at; /* the place on each axis of `grid` */
	int excluded, fresh,
	    own; /* fresh: a new cell; own: no other point of its block is that cell */
};
void grid_review_start(struct grid *g);
void grid_review_point(struct grid *g, const struct grid_point *p);
int grid_review(struct grid *g, struct error *err);
/* Does the exclude fit the recipe? */
int grid_rule_fits(const struct grid_axes *rule, const struct recipe *r);

/* `text` as YAML flow, in g's arena; `name` for messages. */
int grid_parse(struct grid *g, const char *text, const char *name, struct yaml_node **out,
	       struct error *err);

#endif
