/* What has to be said about the values of a metric of some runs, beside the values. */
#ifndef SSL_STORE_QUERY_METRIC_CAVEATS_H
#define SSL_STORE_QUERY_METRIC_CAVEATS_H

#include "core/base/strbuf.h"
#include "core/store/query/selection.h"

/* Appends sentences, each ended by a newline, about the last values of `metric` (the recorded name)
 * of runs id[0 .. n-1]: values that cannot be compared, since the recipes' settings of the
 * evaluation differ, or losses of several methods (*differ = 1: no ranking and no verdict may be
 * drawn from them; else 0); values
 * that are missing, with their reasons; values by an older rule; runs that have a value on the
 * other split or by an older rule only. Nothing where there is nothing to say. differ may be NULL.
 */
int metric_caveats(struct store *s, const char *metric, const int64_t *id, int n,
		   struct strbuf *out, int *differ, struct error *err);

/* Is it the loss of training, or a term of it that is to be small ("loss.invariance")? Each method
 * has its own: those of two methods are in no ranking together, and on no axis. */
int metric_is_loss(const char *metric);

/* metric_caveats() of all runs for which the checked expression holds (`ssl log -w`); NULL: all. */
int metric_caveats_where(struct store *s, const char *metric, const char *where, struct strbuf *out,
			 int *differ, struct error *err);

/* metric_caveats() of the selection's runs. */
int metric_caveats_selection(struct store *s, const struct selection *sel, const char *metric,
			     struct strbuf *out, int *differ, struct error *err);

/* Those of every evaluation that both of two runs have, of which the values cannot be compared. */
int metric_caveats_pair(struct store *s, int64_t a, int64_t b, struct strbuf *out,
			struct error *err);

/* Could there be anything to say, of any run? 1, 0, -1. Costs the same in every store. complete:
 * none of the runs lacks a value. */
int metric_has_caveats(struct store *s, const char *metric, int complete, struct error *err);

#endif
