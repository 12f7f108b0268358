/* Inside core/run: timing a step without recording anything. */
#ifndef SSL_RUN_ESTIMATE_H
#define SSL_RUN_ESTIMATE_H

#include "core/run/run.h"

/* Seconds that the k-th step of an epoch takes (train.c): the weights change, nothing is noted. */
double run_time_step(struct run *r, int k);

#endif
