/* Starting a thread, in one way: with all signals blocked, since those are the main thread's, and a
 * stack of its own size, whatever the limit of the main thread's is. */
#ifndef SSL_BASE_THREAD_H
#define SSL_BASE_THREAD_H

#include <pthread.h>

#include "core/base/error.h"

enum { THREAD_STACK = 4 << 20 }; /* bytes; products keep partial sums of a megabyte there */

/* 0, or the error number of pthread_create(). */
int thread_start(pthread_t *t, void *(*fn)(void *arg), void *arg);

/* Gives the main thread THREAD_STACK where its limit is lower but may be raised. ERR_FAILED, saying
 * so, where it may not. */
int thread_main_stack(struct error *err);

#endif
