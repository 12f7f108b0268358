/* The answer of a sweep in sentences: its best recipe, and whether it differs from the second best. */
#ifndef SSL_REPORT_ANSWER_H
#define SSL_REPORT_ANSWER_H

#include "core/store/query/selection.h"
#include "core/store/query/selection_values.h"

/* Appends the sentences; nothing if no run is finished. value, floor: of each run; floor: NaN if it is not
 * known. For runs on several datasets a sentence says that there is no best recipe. */
int answer_text(struct store *s, const struct selection *sel, const struct metric_info *m,
	       const double *value, const double *floor, struct strbuf *out, struct error *err);

#endif
