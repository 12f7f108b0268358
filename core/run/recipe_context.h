/*
 * What a recipe depends on besides its own text: the dataset that it names. `data.val: auto`
 * becomes a number here, before the recipe is hashed and recorded.
 */
#ifndef SSL_RUN_RECIPE_CONTEXT_H
#define SSL_RUN_RECIPE_CONTEXT_H

#include "core/recipe/recipe.h"
#include "core/store/store.h"

/* Looks datasets up in s; with NULL no dataset is known. *out must not be used after s is
 * closed. */
void recipe_context_of_store(struct recipe_context *out, struct store *s);

/* The same for a sweep that is extended: recipes of its cells and of their replicates count as
 * recorded. *out refers to *of. */
struct sweep_context {
	struct store *store;
	int64_t sweep;
};
void recipe_context_of_sweep(struct recipe_context *out, struct sweep_context *of);

#endif
