/*
 * Checks the rows of a run that are printed as a query returns them.
 */
#ifndef SSL_STORE_RUN_ROWS_H
#define SSL_STORE_RUN_ROWS_H

#include "core/store/store.h"

/* ERR_CORRUPT naming the first row and column of the run's attempts, evaluations, checkpoints,
 * events and summaries that holds a value which ssl could not have written. */
int run_rows_check(struct store *s, int64_t run, struct error *err);

#endif
