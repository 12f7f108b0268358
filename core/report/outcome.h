/* The outcome of a run in one clause, for the end of `ssl run` and other commands that train. */
#ifndef SSL_REPORT_OUTCOME_H
#define SSL_REPORT_OUTCOME_H

#include "core/base/strbuf.h"
#include "core/store/store.h"

/* Appends "test.knn.top1 55.10 % (untrained 29.91 %, +25.19), no collapse": the value of the metric by
 * which runs are compared (metric_choice.h) or, if the run has none, of its loss; the value of the
 * untrained encoder, if it is known; and the verdict on collapse, if it was measured. Appends nothing
 * if nothing was measured. */
int outcome_text(struct store *s, int64_t run, struct strbuf *out, struct error *err);

#endif
