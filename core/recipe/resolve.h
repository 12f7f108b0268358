/*
 * Inside core/recipe: a recipe being resolved. Every row of the schema has a slot, which holds what
 * each layer says; resolve_finish() lets the last one win.
 */
#ifndef SSL_RECIPE_RESOLVE_H
#define SSL_RECIPE_RESOLVE_H

#include "core/recipe/recipe.h"
#include "core/recipe/yaml.h"

struct slot {
	const struct hparam *hp;
	struct hparam_group group;
	char *def;           /* the tables' and what depends on a value */
	const char *origin;  /* of def */
	char *file, *set;    /* NULL: not said there */
	int line;            /* of file */
	const char *setting; /* the text behind --set */
	int recorded;        /* set was recorded before: a recorded sweep's point */
	int asked;           /* its value has brought its defaults */
};

/* A key of the file that holds other keys, so that `optim:` is not opened twice by two spellings.
 */
struct opened {
	char *path;
	int line;
};

struct resolver {
	const struct recipe_schema *schema;
	struct recipe_how how;
	const char *name;  /* of the file in messages */
	struct slot *slot; /* in table order */
	int n;
	struct opened *opened;
	int n_opened;
	int complete; /* the text was a whole recipe: it lacks only keys that came later */
	int lenient;  /* a setting that does not apply is dropped, as in a file: cells of a sweep */
};

/* how: NULL as all zero. */
void resolve_init(struct resolver *r, const struct recipe_schema *schema,
		  const struct recipe_how *how, const char *name);
void resolve_release(struct resolver *r);

int resolve_file(struct resolver *r, const char *text, size_t len, struct error *err);
int resolve_set(struct resolver *r, const char *setting, struct error *err);

/* The tree of a file that was read already; it is left as it was but for `version`. resolve_keys()
 * does not ask whether it is a sweep's. */
int resolve_tree(struct resolver *r, struct yaml_node *root, struct error *err);
int resolve_keys(struct resolver *r, const struct yaml_node *root, struct error *err);

/* The row of `key`, and *text the canonical text of the node's value (to be freed): one that the
 * row refuses, or no such key, is an error without file and line. */
int resolve_value(struct resolver *r, const char *key, const struct yaml_node *node,
		  const struct hparam **hp, char **text, struct error *err);

/* The row of `key` or of its alias; NULL if there is none. Do keys begin with "PATH."? */
const struct hparam *resolve_row(struct resolver *r, const char *key);
int resolve_is_family(const struct resolver *r, const char *path);

/* As resolve_set(), of a value that is canonical already; recorded: it was recorded before. */
void resolve_put(struct resolver *r, const struct hparam *hp, const char *text, int recorded);

/* Inside: the slot of a key or of one of its other names, NULL if there is none; the value that has
 * won so far; the canonical text of a default. */
struct slot *resolve_find(const struct resolver *r, const char *key);
const char *resolve_value_of(const struct slot *s);
char *resolve_default(const struct resolver *r, const struct hparam *hp, const char *text);

/* Brings the defaults that depend on values, drops what does not apply, and makes the recipe. */
int resolve_finish(struct resolver *r, struct recipe *out, struct error *err);

#endif
