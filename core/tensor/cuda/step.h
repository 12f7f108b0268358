/*
 * A step of training on a device's queue. What is uploaded in it goes through pinned memory, so that
 * the host need not wait for the device; and once steps no longer allocate memory, each is captured as
 * a CUDA graph and launched as a whole, so that the device need not wait for the host.
 *
 * A step is captured anew each time, and the executable graph of the step before is updated with it:
 * numbers that change from step to step are passed as in any launch. Where the host needs a result in
 * the middle of a step, the step becomes two graphs. SSL_CUDA_GRAPHS=0 in the environment: steps are not
 * captured, and what was launched one by one gives the same bits.
 */
#ifndef SSL_TENSOR_CUDA_STEP_H
#define SSL_TENSOR_CUDA_STEP_H

#include "core/tensor/cuda/queue.h"

#ifdef __cplusplus
extern "C" {
#endif

struct cuda_step;

int cuda_step_open(struct cuda_step **out, const struct cuda_queue *q, struct error *err);
void cuda_step_close(struct cuda_step *s); /* which may be NULL */

/* Begins a step, and waits until the last but one is done. Without `capture` it is launched one by one. */
int cuda_step_begin(struct cuda_step *s, int capture, struct error *err);
/* Launches what was captured and not yet launched. */
int cuda_step_end(struct cuda_step *s, struct error *err);

/* Has a step begun, that has not ended? Is it being captured? */
int cuda_step_is_open(const struct cuda_step *s);
int cuda_step_captures(const struct cuda_step *s);

/* Before the host waits for the device in a step: launches what was captured. After that, what follows is
 * captured as the next graph of the step. Nothing happens where no step is captured. */
int cuda_step_pause(struct cuda_step *s, struct error *err);
int cuda_step_resume(struct cuda_step *s, struct error *err);

/* Uploads in a step: has read `host` when it returns. */
int cuda_step_upload(struct cuda_step *s, void *device, const void *host, size_t bytes,
		     struct error *err);

/* Notes that memory of the device was allocated or freed: steps are captured from the second step on in
 * which there was none. */
void cuda_step_changed(struct cuda_step *s);

/* Frees memory of the device, at once or, in a captured step, when this is done. */
void cuda_step_free(struct cuda_step *s, void *p);

#ifdef __cplusplus
}
#endif

#endif
