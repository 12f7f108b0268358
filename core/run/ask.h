/*
 * What a recipe is computed from besides itself: the dataset that it names. `data.val: auto`
 * becomes a number here, before the recipe is hashed and recorded.
 */
#ifndef SSL_RUN_ASK_H
#define SSL_RUN_ASK_H

#include "core/recipe/recipe.h"
#include "core/store/store.h"

/* Answers from the datasets of s; with NULL, of datasets that are not known. *out lives as long as
 * s.
 */
void run_ask(struct recipe_ask *out, struct store *s);

/* The same, where a sweep is extended: its cells and their replicates are known. */
struct ask_cells {
	struct store *store;
	int64_t sweep;
};
void run_ask_cells(struct recipe_ask *out, struct ask_cells *of);

#endif
