/* Series of metrics and their summaries, for modules other than the recording run. */
#ifndef SSL_STORE_METRICS_H
#define SSL_STORE_METRICS_H

#include "core/store/store.h"

/* Does the summary of (run, name) agree with its series? 1: yes; 0: no (with `fix` it has been
 * corrected); -1. */
int metrics_check(struct store *s, int64_t run, int64_t name, int fix, struct error *err);

#endif
