/*
 * Rows of table param. They follow from recipes, and whoever knows what the keys are makes them.
 * The store keeps a stamp of the keys that its rows were made with; they are made anew where that
 * is another one, and for recipes that a bundle brought.
 */
#ifndef SSL_STORE_PARAMS_H
#define SSL_STORE_PARAMS_H

#include "core/store/runs.h"

struct params_name {
	const char *name, *was;
};

struct params_makers {
	const char *stamp;
	const struct params_name *renamed; /* keys whose rows in param_name get a new name */
	int n_renamed;
	const struct params_name *methods; /* as run.method has them: that is the recipe's word */
	int n_methods;
	/* Makes the rows of one recipe by params_replace(). */
	int (*make)(struct store *s, int64_t recipe, const char *json, struct error *err);
};

/* Calls make for every recipe whose rows may be out of date, in one transaction. */
int params_remake(struct store *s, const struct params_makers *m, struct error *err);
/* Would it call make for any? 1, 0, -1. */
int params_remake_needed(struct store *s, const struct params_makers *m, struct error *err);
int params_replace(struct store *s, int64_t recipe, const struct run_param *p, int n,
		   struct error *err);

/* The rows of recipes that are recorded from here on may be out of date. Inside the caller's
 * transaction. */
int params_mark(struct store *s, struct error *err);

#endif
