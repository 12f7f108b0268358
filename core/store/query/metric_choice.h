/*
 * The metric by which runs are compared. Every command that compares runs asks here, so that all of
 * them take the same one, and tell why.
 */
#ifndef SSL_STORE_QUERY_METRIC_CHOICE_H
#define SSL_STORE_QUERY_METRIC_CHOICE_H

#include "core/store/query/selection_values.h"

#define METRIC_USUAL "knn.top1"
#define METRIC_HELD_OUT "val.knn.top1"
/* The rank of the features, which needs no labels. */
#define METRIC_UNLABELED "collapse.h.rankme"

struct metric_choice {
	struct metric_info metric;
	char why[320]; /* a sentence without its full stop where another metric than the name says was
			* taken, or none was named; "" where there is nothing to explain */
};

/* The metric that `asked` means for these runs (selection_metric()). Without a name (NULL) the first
 * of these that any of the runs has:
 *   1. the objective of the sweep that was selected; of several sweeps, where they agree;
 *   2. METRIC_HELD_OUT, where a sweep without an objective was selected: it is for choosing;
 *   3. METRIC_USUAL, on test or on val;
 *   4. METRIC_UNLABELED, where nothing could be evaluated.
 * ERR_NOT_FOUND if none has any. */
int metric_choose(struct store *s, const struct selection *sel, const char *asked,
		  struct metric_choice *out, struct error *err);

#endif
