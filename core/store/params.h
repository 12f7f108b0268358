/*
 * Rows of table param. They are derived from recipes by the code that knows the keys. The store
 * keeps a stamp of the keys that its rows were derived with; if the stamp is another one, and for
 * recipes that came with a bundle, they are derived again.
 */
#ifndef SSL_STORE_PARAMS_H
#define SSL_STORE_PARAMS_H

#include "core/store/runs.h"

struct params_name {
	const char *name, *was;
};

struct params_makers {
	const char *stamp;
	const struct params_name *renamed; /* renamed keys, whose rows in param_name are renamed */
	int n_renamed;
	const struct params_name *methods; /* renamed methods, for run.method */
	int n_methods;
	/* Derives the rows of one recipe and stores them by params_replace(). */
	int (*make)(struct store *s, int64_t recipe, const char *json, struct error *err);
};

/* Calls make for every recipe whose rows may be out of date, in one transaction. */
int params_remake(struct store *s, const struct params_makers *m, struct error *err);
/* Would params_remake() call make for any recipe? 1, 0, -1. */
int params_remake_needed(struct store *s, const struct params_makers *m, struct error *err);
int params_replace(struct store *s, int64_t recipe, const struct run_param *p, int n,
		   struct error *err);

/* Marks the rows of all recipes recorded from now on as possibly out of date. Inside the caller's
 * transaction. */
int params_mark(struct store *s, struct error *err);

#endif
