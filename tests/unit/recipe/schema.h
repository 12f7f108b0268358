/* A schema for the tests of recipes: every type, two methods, a preset, keys of three words. */
#ifndef SSL_TESTS_RECIPE_SCHEMA_H
#define SSL_TESTS_RECIPE_SCHEMA_H

#include <math.h>
#include <string.h>

#include "core/recipe/recipe.h"

static const struct hparam run_rows[] = {
    {"method", HP_ENUM, "vicreg", 0, 0, NULL, "the method"},
    {"seed", HP_INT, "1", 0, 9007199254740991.0, NULL, "the seed"},
    {"data.set", HP_TEXT, "shapes", 0, 0, NULL, "the dataset"},
    {"data.note", HP_TEXT, "", 0, 0, NULL, "any text"},
    {"data.val", HP_INT, "0", 0, 1000000, NULL, "held out"},
    {"optim.lr", HP_REAL, "0.3", 0, 1000, NULL, "learning rate"},
    {"optim.epochs", HP_INT, "100", 1, 100000, NULL, "epochs"},
    {"optim.offset", HP_REAL, "0", -INFINITY, INFINITY, NULL, "any number"},
    {"optim.floor", HP_REAL, "1", 0.5, INFINITY, NULL, "at least a half"},
    {"optim.nesterov", HP_BOOL, "false", 0, 0, NULL, "Nesterov"},
    {"eval.protocol", HP_LIST, "[knn]", 0, 0, "knn|linear|finetune", "which"},
    {"eval.knn.k", HP_INT, "20", 1, 1000, NULL, "neighbours"},
    {"eval.knn.temperature", HP_REAL, "0.07", 1e-3, 10, NULL, "T"},
    {"augment.preset", HP_ENUM, "plain", 0, 0, "plain|strong", "preset"},
    {"augment.blur", HP_REAL, "0", 0, 1, NULL, "blur"},
    {"augment.b.blur", HP_REAL, "same", 0, 1, "same|off", "blur of view B"},
    {0},
};
static const struct hparam head_rows[] = {
    {"projector.dims", HP_INTS, "[64, 64]", 1, 65536, NULL, "dims"},
    {"projector.bias", HP_BOOL, "false", 0, 0, NULL, "bias"},
    {"predictor.dims", HP_INTS, "[]", 1, 65536, NULL, "dims"},
    {0},
};
static const struct hparam vicreg_rows[] = {
    {"vicreg.lambda", HP_REAL, "25", 0, 1e6, NULL, "invariance"},
    {"vicreg.mu", HP_REAL, "25", 0, 1e6, NULL, "variance"},
    {0},
};
static const struct hparam byol_rows[] = {
    {"byol.tau", HP_REAL, "0.99", 0, 1, NULL, "momentum"},
    {0},
};

static inline int test_group(int i, struct hparam_group *out)
{
	static const struct hparam_group group[] = {
	    {run_rows, NULL, NULL},
	    {head_rows, "method", NULL},
	    {vicreg_rows, "method", "vicreg"},
	    {byol_rows, "method", "byol"},
	};

	if (i >= 4)
		return 0;
	*out = group[i];
	return 1;
}

static inline const struct hparam_default *test_defaults(const char *key, const char *value)
{
	static const struct hparam_default vicreg[] = {{"projector.dims", "[2048, 2048]"},
						       {"augment.preset", "strong"},
						       {"augment.blur", "0.9"},
						       {0}};
	static const struct hparam_default byol[] = {{"projector.dims", "[4096, 256]"},
						     {"predictor.dims", "[4096, 256]"},
						     {"optim.lr", "1"},
						     {0}};
	static const struct hparam_default strong[] = {{"augment.blur", "0.5"}, {0}};

	if (!strcmp(key, "method"))
		return !strcmp(value, "vicreg") ? vicreg : byol;
	if (!strcmp(key, "augment.preset") && !strcmp(value, "strong"))
		return strong;
	return NULL;
}

static inline const char *test_choice(const char *key, int i)
{
	static const char *const name[] = {"vicreg", "byol", NULL};

	return !strcmp(key, "method") ? name[i] : NULL;
}

static inline int test_check(const struct recipe *r, const char **key, struct error *err)
{
	if (recipe_int(r, "data.val") != 13)
		return 0;
	*key = "data.val";
	return error_set(err, ERR_USAGE, "data.val: 13 is unlucky");
}

static const struct hparam_default test_aliases[] = {{"eval.knn.T", "eval.knn.temperature"}, {0}};

static const struct recipe_schema test_schema = {
    .group = test_group,
    .defaults = test_defaults,
    .choice = test_choice,
    .aliases = test_aliases,
    .check = test_check,
};

#endif
