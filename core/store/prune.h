/* Pruning: which cells of a sweep are unlikely to become its best. */
#ifndef SSL_STORE_PRUNE_H
#define SSL_STORE_PRUNE_H

#include "core/store/sweeps.h"

/*
 * Should the run of cell `c` be pruned, given its value of `metric` at `step`? 1: yes, and *why; 0:
 * no; -1. It is compared with cells of the same seed_index that have reached the step. Values
 * measured before training do not count, nor do those of collapsed or failed runs, whose loss may
 * be the smallest of all.
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

/* Prunes the other seeds of the cell's point that have not been started. */
int cells_prune_seeds(struct store *s, const struct cell_claim *c, const char *why,
		      struct error *err);

/* Is it the error of a pruned run, which older versions recorded as stopped? */
int prune_is_reason(const char *error);

#endif
