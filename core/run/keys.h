/* All tables of hyperparameters there are: the schema against which recipes are read. */
#ifndef SSL_RUN_KEYS_H
#define SSL_RUN_KEYS_H

#include "core/recipe/recipe.h"

const struct recipe_schema *keys_schema(void);

#endif
