/* Caveats: sentences that a command prints with the values of a metric, about values that cannot be
 * compared or are missing. */
#ifndef SSL_STORE_QUERY_METRIC_CAVEATS_H
#define SSL_STORE_QUERY_METRIC_CAVEATS_H

#include "core/base/strbuf.h"
#include "core/store/query/selection.h"

/* Appends sentences, each ended by a newline, about the last values of `metric` (its recorded name)
 * of the runs id[0 .. n-1]:
 *   - values that cannot be compared, since the settings of their evaluation differ, or since they
 *     are losses of several methods: *differ = 1 (else 0), and the runs must not be ranked by them;
 *   - values that are missing, with the reasons;
 *   - values by an older rule;
 *   - runs that have a value on the other split, or by an older rule, only.
 * differ may be NULL. */
int metric_caveats(struct store *s, const char *metric, const int64_t *id, int n,
		   struct strbuf *out, int *differ, struct error *err);

/* True for the training loss and for a term of it that is minimised ("loss.invariance"). Each
 * method has its own, so the losses of two methods share neither a ranking nor an axis. */
int metric_is_loss(const char *metric);

/* metric_caveats() of all runs for which the expression holds (`ssl log -w`); NULL: all. */
int metric_caveats_where(struct store *s, const char *metric, const char *where, struct strbuf *out,
			 int *differ, struct error *err);

/* metric_caveats() of the selection's runs. */
int metric_caveats_selection(struct store *s, const struct selection *sel, const char *metric,
			     struct strbuf *out, int *differ, struct error *err);

/* The caveats of evaluations that both runs have and whose values cannot be compared. */
int metric_caveats_pair(struct store *s, int64_t a, int64_t b, struct strbuf *out,
			struct error *err);

/* 1 if any run of the store could have caveats for this metric, 0 if none can, -1. The cost does
 * not grow with the store. complete: none of the runs in question lacks a value. */
int metric_has_caveats(struct store *s, const char *metric, int complete, struct error *err);

#endif
