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

/* `text` as YAML flow, in g's arena; `name` for messages. */
int grid_parse(struct grid *g, const char *text, const char *name, struct yaml_node **out,
	       struct error *err);

#endif
