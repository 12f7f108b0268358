/*
 * What a recipe is resolved against: tables of keys, and the questions that the modules which own
 * the keys answer. core/run/keys.c has the schema of recipes, grid.c that of a sweep's own keys.
 */
#ifndef SSL_RECIPE_SCHEMA_H
#define SSL_RECIPE_SCHEMA_H

#include "core/base/error.h"
#include "core/base/strbuf.h"
#include "core/recipe/hparam.h"

struct recipe;
/* A recipe that is being resolved: what recipe_schema.compute may look at. */
struct resolver;
/* The value of a key as far as it is known; NULL when there is no such key. */
const char *recipe_so_far(const struct resolver *draft, const char *key);

/* What is known besides the recipe: the dataset that it names, and what was recorded. */
struct recipe_ask {
	/* Appends the number that the word in `key` stands for. */
	int (*answer)(void *ctx, const char *key, const struct resolver *draft, struct strbuf *out,
		      struct error *err);
	void *ctx;
	/* Was a recipe of this group (recipe_group_hash()) recorded where this one belongs, so that
	 * recipe_schema.refuse is not asked of it? May be NULL: none was. */
	int (*known)(void *known_ctx, const char *group_hash);
	void *known_ctx;
};

/* What the resolver needs to know from above. Calls with i = 0, 1, ... end with 0 or NULL. */
struct recipe_schema {
	/* Fills *out with the i-th table. */
	int (*group)(int i, struct hparam_group *out);
	/* Defaults that depend on a value (a method's, a preset's, an architecture's): rows ended
	 * by {0}, or NULL. Asked for every key once its value is known: "method" first, then in
	 * table order. */
	const struct hparam_default *(*defaults)(const char *key, const char *value);
	/* The i-th choice of an HP_ENUM or HP_LIST whose own `choices` is NULL. */
	const char *(*choice)(const char *key, int i);
	/* Other spellings of keys: rows {alias, key} ended by {0}. NULL if there are none. */
	const struct hparam_default *aliases;
	/* What must hold between keys, or the program could not work with the recipe: 0, or -1
	 * with *err and the key that is to blame. Asked of every recipe, recorded ones included,
	 * so it never becomes stricter. May be NULL. */
	int (*check)(const struct recipe *r, const char **key, struct error *err);
	/* As check, for recipes that make no sense: asked of what a user gives now, where
	 * recipe_given() says which keys that is. May be NULL. */
	int (*refuse)(const struct recipe *r, const char **key, struct error *err);
	/* Appends the value that `word` stands for in a numeric key, to be recorded in its place;
	 * appends nothing where the word itself is the value. Called for a value that is a word,
	 * in table order, once the keys before it are known. May be NULL. */
	int (*compute)(const struct resolver *draft, const char *key, const char *word,
		       const struct recipe_ask *ask, struct strbuf *out, struct error *err);
	/* The key whose value holds for `key` where that is a word ("same"); NULL: none. May be
	 * NULL. */
	const char *(*stands_for)(const char *key);
	/* What earlier versions recorded otherwise; NULL: nothing. */
	const struct recipe_history *history;
};

/* The i-th row of all tables in order, and its group if wanted; NULL past the end. */
const struct hparam *recipe_row(const struct recipe_schema *schema, int i,
				struct hparam_group *group);

/* Appends "a|b|c", the choices of an HP_ENUM or HP_LIST; nothing for other types. */
void recipe_choices(const struct recipe_schema *schema, const struct hparam *hp,
		    struct strbuf *out);

/* Does the row apply while its group's when_key has `value`? */
int recipe_applies(const struct recipe_schema *schema, const struct hparam *hp,
		   const struct hparam_group *group, const char *value);

/* The key that was probably meant by an unknown one: near in spelling, or with the same last word.
 */
const char *recipe_nearest(const struct recipe_schema *schema, const char *key);

#endif
