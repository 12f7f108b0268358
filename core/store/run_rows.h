/*
 * The rows that hang on a run and that are printed as SQL gives them: are they such that they could have been
 * written?
 */
#ifndef SSL_STORE_RUN_ROWS_H
#define SSL_STORE_RUN_ROWS_H

#include "core/store/store.h"

/* ERR_CORRUPT naming the first row and column of the run's attempts, evaluations, checkpoints, events and
 * summaries that holds what cannot stand there. */
int run_rows_check(struct store *s, int64_t run, struct error *err);

#endif
