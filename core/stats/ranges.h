/*
 * Hyperparameters that a random or Sobol search drew: each cell has a value of its own, so that a mean
 * per value would be a mean per cell. The values of such a hyperparameter are divided into RANGES
 * ranges of equally many. The axis of a grid, and axes that change in step (zip), stay as they are.
 */
#ifndef SSL_STATS_RANGES_H
#define SSL_STATS_RANGES_H

#include "core/store/query/selection.h"
#include "core/store/query/varied.h"

enum { RANGES = 4 };

/* Returns a copy of v in which drawn hyperparameters have ranges, "0.001 to 0.0032". By the n runs at
 * the places run[] of the selection, a hyperparameter is drawn if it is a number with a different value
 * in each cell, has at least two values per range, and another hyperparameter does not change in step
 * with it. The copy shares all other text with v. is_drawn[], v->n zeros before, is set for those. */
struct varied_set ranges_make(const struct varied_set *v, const int *run, int n, int cells,
			      char *is_drawn);
void ranges_release(struct varied_set *copy, const char *is_drawn);

#endif
