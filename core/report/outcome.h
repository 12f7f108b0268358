/* What a run came to, in one clause: for the end of `ssl run` and its like. */
#ifndef SSL_REPORT_OUTCOME_H
#define SSL_REPORT_OUTCOME_H

#include "core/base/strbuf.h"
#include "core/store/store.h"

/* Appends "test.knn.top1 55.10 % (untrained 29.91 %, +25.19), no collapse": the value of the metric by
 * which runs are compared (metric_choice.h) or, where it has none, of its loss; what the encoder was worth
 * untrained, where that is known; and the verdict on collapse, where it was measured. Nothing where
 * nothing was measured. */
int outcome_say(struct store *s, int64_t run, struct strbuf *out, struct error *err);

#endif
