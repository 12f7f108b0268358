/*
 * What a recipe is resolved against: tables of keys, and callbacks into the modules that own the
 * keys. core/run/keys.c has the schema of recipes, grid.c that of a sweep's own keys.
 */
#ifndef SSL_RECIPE_SCHEMA_H
#define SSL_RECIPE_SCHEMA_H

#include "core/base/error.h"
#include "core/base/strbuf.h"
#include "core/recipe/hparam.h"

struct recipe;
/* A recipe while it is resolved, which recipe_schema.compute may read. */
struct resolver;
/* The value of a key as far as it is known; NULL if there is no such key. */
const char *recipe_so_far(const struct resolver *draft, const char *key);

/* What is known besides the recipe: the dataset that it names, and what was recorded. */
struct recipe_context {
	/* Appends the number that the word in `key` stands for. */
	int (*answer)(void *ctx, const char *key, const struct resolver *draft, struct strbuf *out,
		      struct error *err);
	void *ctx;
	/* True if a recipe of this group (recipe_group_hash()) was recorded in the place where this
	 * recipe belongs; then recipe_schema.refuse is not called for it. NULL: none was. */
	int (*known)(void *known_ctx, const char *group_hash);
	void *known_ctx;
};

/* What the resolver needs from higher layers. Functions with an index are called with i = 0, 1, ...
 * until they return 0 or NULL. */
struct recipe_schema {
	/* Fills *out with the i-th table. */
	int (*group)(int i, struct hparam_group *out);
	/* Defaults that depend on a value (a method's, a preset's, an architecture's): rows ended
	 * by {0}, or NULL. Called for every key once its value is known: "method" first, then in
	 * table order. */
	const struct hparam_default *(*defaults)(const char *key, const char *value);
	/* The i-th choice of an HP_ENUM or HP_LIST whose own `choices` is NULL. */
	const char *(*choice)(const char *key, int i);
	/* Other spellings of keys: rows {alias, key} ended by {0}. NULL if there are none. */
	const struct hparam_default *aliases;
	/* Checks what must hold between keys for the program to work with the recipe: 0, or -1 with
	 * *err and the key that is at fault. Called for every recipe, recorded ones included, so it
	 * must never become stricter. May be NULL. */
	int (*check)(const struct recipe *r, const char **key, struct error *err);
	/* As check, for recipes that could be run but make no sense. Called for recipes that a user
	 * gives now; recipe_given() is true for keys that the user gave. May be NULL. */
	int (*refuse)(const struct recipe *r, const char **key, struct error *err);
	/* Appends the value that `word` stands for in a numeric key, which is recorded in its
	 * place; appends nothing if the word itself is the value. Called for every value that is a
	 * word, in table order, once the keys before it are known. May be NULL. */
	int (*compute)(const struct resolver *draft, const char *key, const char *word,
		       const struct recipe_context *context, struct strbuf *out, struct error *err);
	/* The key whose value is used for `key` if the value of `key` is a word ("same"); NULL:
	 * none. May be NULL. */
	const char *(*stands_for)(const char *key);
	/* What earlier versions recorded differently; NULL: nothing. */
	const struct recipe_history *history;
};

/* The i-th row of all tables in order, and its group (group may be NULL); NULL past the end. */
const struct hparam *recipe_row(const struct recipe_schema *schema, int i,
				struct hparam_group *group);

/* Appends "a|b|c", the choices of an HP_ENUM or HP_LIST; nothing for other types. */
void recipe_choices(const struct recipe_schema *schema, const struct hparam *hp,
		    struct strbuf *out);

/* True if the row applies when its group's when_key has `value`. */
int recipe_applies(const struct recipe_schema *schema, const struct hparam *hp,
		   const struct hparam_group *group, const char *value);

/* The key that was probably meant by an unknown one: near in spelling, or with the same last word;
 * NULL if there is none. */
const char *recipe_nearest(const struct recipe_schema *schema, const char *key);

#endif
