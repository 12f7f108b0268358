/*
 * Inside core/recipe: a recipe while it is resolved. Every row of the schema has a slot, which
 * holds the value that each layer gives; resolve_finish() takes the value of the last layer.
 */
#ifndef SSL_RECIPE_RESOLVE_H
#define SSL_RECIPE_RESOLVE_H

#include "core/recipe/recipe.h"
#include "core/recipe/yaml.h"

struct slot {
	const struct hparam *hp;
	struct hparam_group group;
	char *def;           /* the default: the table's, or one that another value sets */
	const char *origin;  /* of def */
	char *file, *set;    /* the values of the file and of --set; NULL: not given there */
	int line;            /* of the value in the file */
	const char *setting; /* the text after --set */
	int recorded;        /* `set` was recorded before, as a point of a recorded sweep */
	int applied;         /* the defaults that its value sets have been applied */
};

/* A key of the file that holds other keys. It is remembered so that `optim:` cannot be given twice
 * by two spellings. */
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
	int complete; /* the text was a complete recipe: it lacks only keys that were added later */
	int lenient;  /* drop a setting that does not apply, as in a file; for cells of a sweep */
};

/* how NULL: all zero. `schema` and `name` must outlive the resolver. */
void resolve_init(struct resolver *r, const struct recipe_schema *schema,
		  const struct recipe_how *how, const char *name);
void resolve_release(struct resolver *r);

/* Reads a recipe's text as the file layer; reads one KEY=VALUE as the --set layer. ERR_USAGE. */
int resolve_file(struct resolver *r, const char *text, size_t len, struct error *err);
int resolve_set(struct resolver *r, const char *setting, struct error *err);

/* Reads the tree of a parsed file as the file layer; removes only `version` from it. resolve_keys()
 * does not check whether the tree is a sweep. */
int resolve_tree(struct resolver *r, struct yaml_node *root, struct error *err);
int resolve_keys(struct resolver *r, const struct yaml_node *root, struct error *err);

/* The row of `key`, and in *text the canonical text of the node's value, which the caller frees.
 * ERR_USAGE, without file and line, if the row refuses the value or there is no such key. */
int resolve_value(struct resolver *r, const char *key, const struct yaml_node *node,
		  const struct hparam **hp, char **text, struct error *err);

/* The row of `key`, which may be an alias; NULL if there is none. */
const struct hparam *resolve_row(struct resolver *r, const char *key);
/* True if keys, or old names of keys, begin with "PATH.". */
int resolve_is_family(const struct resolver *r, const char *path);

/* As resolve_set(), with a value that is already canonical. recorded: it was recorded before. */
void resolve_set_text(struct resolver *r, const struct hparam *hp, const char *text, int recorded);

/* For resolve*.c: the slot of a key, or of one of its other names, or NULL; the value of the last
 * layer that gives one so far; the canonical text of a default, which the caller frees. */
struct slot *resolve_find(const struct resolver *r, const char *key);
const char *resolve_value_of(const struct slot *s);
char *resolve_default(const struct resolver *r, const struct hparam *hp, const char *text);

/* Applies the defaults that depend on values, drops the keys that do not apply, and makes *out,
 * which the caller releases. ERR_USAGE for a recipe that the schema's checks refuse. */
int resolve_finish(struct resolver *r, struct recipe *out, struct error *err);

#endif
