/* Series of metrics and their summaries, as far as others than the recording run look at them. */
#ifndef SSL_STORE_METRICS_H
#define SSL_STORE_METRICS_H

#include "core/store/store.h"

/* Is the summary of (run, name) what its series gives? 1 it is, 0 it is not (and with
 * `fix` it is now), -1 with *err. */
int metrics_check(struct store *s, int64_t run, int64_t name, int fix, struct error *err);

#endif
