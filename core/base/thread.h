/* The one way to start a thread: with all signals blocked, since the main thread handles them, and
 * with a stack of THREAD_STACK bytes, whatever the limit of the main thread's stack is. */
#ifndef SSL_BASE_THREAD_H
#define SSL_BASE_THREAD_H

#include <pthread.h>

#include "core/base/error.h"

enum { THREAD_STACK = 4 << 20 }; /* bytes; matrix products keep partial sums of a megabyte there */

/* Starts fn(arg). 0, or the error number of pthread_create(). */
int thread_start(pthread_t *t, void *(*fn)(void *arg), void *arg);

/* Raises the stack limit of the main thread to THREAD_STACK if it is lower. ERR_FAILED if it may
 * not be raised. */
int thread_main_stack(struct error *err);

#endif
