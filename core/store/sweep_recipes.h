/*
 * The recipes that a sweep has in its cells, whatever its plan says now: an edit of its file may
 * have taken some out of the plan, or have added others under the same labels.
 */
#ifndef SSL_STORE_SWEEP_RECIPES_H
#define SSL_STORE_SWEEP_RECIPES_H

#include "core/base/strbuf.h"
#include "core/store/store.h"

/* Calls fn for each recipe of the sweep's cells, the seed apart: that of the first of its cells. fn
 * returns 0, or -1 with *err to end it; the texts are gone behind it. It must not write. */
struct sweep_recipe {
	const char *json, *group_hash, *label, *dataset;
	int64_t dataset_id;
	int ordinal, waiting; /* waiting: of its cells those that are queued or whose worker is dead */
};
int sweeps_recipes(struct store *s, int64_t sweep,
		   int (*fn)(void *ctx, const struct sweep_recipe *r, struct error *err), void *ctx,
		   struct error *err);
/* Has the sweep a cell of this recipe on the dataset, which is dataset_id or, where that is 0, the
 * one that has the name now? 1, 0, -1. */
int sweeps_has_cell(struct store *s, int64_t sweep, const char *recipe_hash, const char *dataset,
		    int64_t dataset_id, struct error *err);
/* Appends to the label of a recipe what tells it from cells of other recipes that have the same, of
 * those up to row `last`. */
int sweep_label(struct store *s, int64_t sweep, int64_t last, int64_t recipe,
		const char *group_hash, struct strbuf *label, struct error *err);

#endif
