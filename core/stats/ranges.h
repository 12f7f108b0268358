/*
 * What a random or Sobol search drew: each cell has values of its own, and a mean per value would
 * be a mean per cell. Such a hyperparameter is taken in RANGES quarters of as many values each. The
 * axis of a grid, and axes that change in step (zip), stay as they are.
 */
#ifndef SSL_STATS_RANGES_H
#define SSL_STATS_RANGES_H

#include "core/store/query/selection.h"
#include "core/store/query/varied.h"

enum { RANGES = 4 };

/* Drawn or not is told from the n runs at the places run[] of the selection: a number, with a value
 * for each cell, two or more a range, and another hyperparameter that does not change in step. The
 * copy shares all text with v but that of the drawn ones, "0.001 to 0.0032", whose is_drawn[] is
 * set (v->n values, zero before). */
struct varied_set ranges_make(const struct varied_set *v, const int *run, int n, int cells,
			      char *is_drawn);
void ranges_release(struct varied_set *copy, const char *is_drawn);

#endif
