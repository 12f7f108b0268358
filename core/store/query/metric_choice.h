/*
 * The metric by which runs are compared. All commands that compare runs call metric_choose(), so
 * that they choose the same metric and give the same reason.
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
	char why[320]; /* a sentence without its full stop if no metric was named, or the one chosen has
			* another name; "" if there is nothing to explain */
};

/* The metric that `asked` means for these runs (selection_metric()). Without a name (NULL), the
 * first of these that any of the runs has:
 *   1. the objective of the selected sweep, or the one that all selected sweeps share;
 *   2. METRIC_HELD_OUT, if a sweep without an objective is selected, since validation images are
 *      for choosing;
 *   3. METRIC_USUAL, on test or on val;
 *   4. METRIC_UNLABELED, if nothing could be evaluated.
 * ERR_NOT_FOUND if the runs have none of them. */
int metric_choose(struct store *s, const struct selection *sel, const char *asked,
		  struct metric_choice *out, struct error *err);

#endif
