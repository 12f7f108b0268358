/*
 * Hyperparameters as rows of table param: all keys of a recipe under their present names, a number
 * as a number and a word as a word.
 */
#ifndef SSL_RUN_PARAMS_H
#define SSL_RUN_PARAMS_H

#include "core/recipe/recipe.h"
#include "core/store/runs.h"

/* r->n rows, to be freed; their texts belong to r. */
struct run_param *params_of(const struct recipe *r);

/* Makes the rows of recipes that an older version of the program recorded, or that were imported,
 * anew from the recipes themselves, so that keys which came later are there too. Costs one query
 * when there is nothing to do. Recipes that cannot be read keep the rows that they have. */
int params_refresh(struct store *s, struct error *err);
/* Is there any to be made anew? 1, 0, -1. */
int params_stale(struct store *s, struct error *err);

#endif
