/* Which cells of a sweep are hopeless. */
#ifndef SSL_STORE_PRUNE_H
#define SSL_STORE_PRUNE_H

#include "core/store/sweeps.h"

/*
 * Should the run of cell `c`, at `step` of `metric`, end? 1 yes and *why, 0 no, -1. Compared are cells
 * with the same index of the seed that have come that far. What was measured before training counts for none, nor
 * does anything that a collapsed or failed run measured: its loss may be the smallest of all.
 *  - median: its best value so far is worse than the median of the others' bests up to that step
 *    (of at least `min` others);
 *  - asha: its value at the step (the last one up to it) is not among the best one in `eta`.
 */
struct prune_rule {
	const char *kind, *metric;
	int maximize, min, eta;
};
enum { PRUNE_WHY = 320 };
int cells_prune(struct store *s, const struct cell_claim *c, const struct prune_rule *rule,
		long step, char why[PRUNE_WHY], struct error *err);

/* The cell's other seeds that nobody has begun are pruned with it. */
int cells_prune_seeds(struct store *s, const struct cell_claim *c, const char *why,
		      struct error *err);

/* Is it the error of a run that older versions pruned, and recorded as stopped? */
int prune_is_reason(const char *error);

#endif
