/*
 * The recipes of a sweep's cells, which may differ from those of its present plan: an edit of its
 * file may have removed some from the plan, or added others with the same labels.
 */
#ifndef SSL_STORE_SWEEP_RECIPES_H
#define SSL_STORE_SWEEP_RECIPES_H

#include "core/base/strbuf.h"
#include "core/store/store.h"

/* Calls fn for each point of the sweep, with the recipe of its first cell. fn returns 0, or -1 with
 * *err to stop; the texts are valid during the call. fn must not write to the store. */
struct sweep_recipe {
	const char *json, *group_hash, *label, *dataset;
	int64_t dataset_id;
	int ordinal, waiting; /* waiting: its cells that are queued or have a dead worker */
};
int sweeps_recipes(struct store *s, int64_t sweep,
		   int (*fn)(void *ctx, const struct sweep_recipe *r, struct error *err), void *ctx,
		   struct error *err);
/* Has the sweep a cell of this recipe on the dataset? The dataset is dataset_id or, if that is 0,
 * the one that now has the name. 1, 0, -1. */
int sweeps_has_cell(struct store *s, int64_t sweep, const char *recipe_hash, const char *dataset,
		    int64_t dataset_id, struct error *err);
/* Is there a finished run of this recipe, dataset and binary, which a cell can take over? 1, 0, -1. */
int sweeps_can_reuse(struct store *s, const char *recipe_hash, const char *dataset,
		     int64_t dataset_id, const char *binary, struct error *err);
/* Appends to the label of a recipe the settings that distinguish it from other recipes with the
 * same label, among the cells up to row `last`. */
int sweep_label(struct store *s, int64_t sweep, int64_t last, int64_t recipe,
		const char *group_hash, struct strbuf *label, struct error *err);

#endif
