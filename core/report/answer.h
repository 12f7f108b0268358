/* What a sweep was made for, in sentences: its best recipe, and whether that differs from the next.
 */
#ifndef SSL_REPORT_ANSWER_H
#define SSL_REPORT_ANSWER_H

#include "core/store/query/selection.h"
#include "core/store/query/selection_values.h"

/* Appends the sentences; nothing where no run is finished. value, floor: of each run; floor: NaN
 * where not known. Runs on several datasets have no best recipe, which is said. */
int answer_say(struct store *s, const struct selection *sel, const struct metric_info *m,
	       const double *value, const double *floor, struct strbuf *out, struct error *err);

#endif
