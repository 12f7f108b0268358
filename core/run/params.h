/*
 * Hyperparameters as rows of the table param: all keys of a recipe under their present names, with
 * numbers as numbers and words as text.
 */
#ifndef SSL_RUN_PARAMS_H
#define SSL_RUN_PARAMS_H

#include "core/recipe/recipe.h"
#include "core/store/runs.h"

/* Returns r->n rows, which the caller frees; their texts belong to r. */
struct run_param *params_of(const struct recipe *r);

/* Rebuilds the rows of recipes that an older version of the program recorded, or that were
 * imported, from the recipes themselves, so that they have the keys that were added later. Costs
 * one query if nothing is to be done. Recipes that cannot be read keep their rows. */
int params_refresh(struct store *s, struct error *err);
/* Whether any rows are out of date: 1, 0, -1. */
int params_stale(struct store *s, struct error *err);

#endif
