/*
 * Times on a device's queue: marks between pieces of work, and the seconds between them. The device is
 * held until all of it is asked for, so that it never waits for the host in between.
 */
#ifndef SSL_TENSOR_CUDA_MARKS_H
#define SSL_TENSOR_CUDA_MARKS_H

#include "core/tensor/cuda/queue.h"

#ifdef __cplusplus
extern "C" {
#endif

struct cuda_marks;

struct cuda_marks *cuda_marks_new(const struct cuda_queue *q);
void cuda_marks_free(struct cuda_marks *t); /* which may be NULL */

int cuda_marks_begin(struct cuda_marks *t, struct error *err);
int cuda_marks_mark(struct cuda_marks *t, int what, struct error *err);
/* Waits, and adds to seconds[what] the time before each mark, for 0 <= what < n. */
int cuda_marks_end(struct cuda_marks *t, double *seconds, int n, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
