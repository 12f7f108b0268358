/*
 * Copies to the host that nothing waits for: a ring of buffers that the device writes to, each with an
 * event that says when it has. What was posted is copied on from there when it is waited for.
 */
#ifndef SSL_TENSOR_CUDA_POSTS_H
#define SSL_TENSOR_CUDA_POSTS_H

#include "core/tensor/cuda/queue.h"

#ifdef __cplusplus
extern "C" {
#endif

struct cuda_posts;

int cuda_posts_open(struct cuda_posts **out, const struct cuda_queue *q, struct error *err);
void cuda_posts_close(struct cuda_posts *p); /* which may be NULL */

/* Begins to copy. Where all of the ring is under way, it waits for the oldest first. */
int cuda_post(struct cuda_posts *p, void *host, const void *from, size_t bytes, struct error *err);

/* Waits for what was posted to `host`, or for everything if it is NULL, and copies it there. What cannot
 * be read is NaN. */
int cuda_post_wait(struct cuda_posts *p, const void *host, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
