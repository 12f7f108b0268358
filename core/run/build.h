/* From a recipe and a store to a run that can take steps: the only part of a run that reads the
 * store. */
#ifndef SSL_RUN_BUILD_H
#define SSL_RUN_BUILD_H

#include "core/run/run.h"

/* Builds dataset, encoder, method, parameters, optimiser and loader from the recipe. Nothing is
 * recorded, so what makes no sense leaves no row. */
int run_build(struct run *r, struct error *err);

/* Of a run that is resumed: loads the last checkpoint, or the one that opts.resume_epoch asks for,
 * and moves the position to it. Without a checkpoint the run starts over. */
int run_restore(struct run *r, struct error *err);

/* Fills recipe, dataset, model and parameters from the recorded run `row`, for evaluations and
 * exports: the parameters from checkpoint `ck`, or, if it is NULL, as they were initialised. */
int run_load(struct run *r, struct store *s, const struct run_row *row,
	     const struct checkpoint_row *ck, struct error *err);

#endif
