/* The schema against which recipes are read: all tables of hyperparameters. */
#ifndef SSL_RUN_KEYS_H
#define SSL_RUN_KEYS_H

#include "core/recipe/recipe.h"

const struct recipe_schema *keys_schema(void);

#endif
