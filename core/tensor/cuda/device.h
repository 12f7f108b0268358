/*
 * A CUDA device with what its kernels need: a queue, cuBLAS and cuDNN, the plans of convolutions and
 * a block of scratch memory. The functions of kernels.h find it through the tensors that they are
 * called with.
 *
 * What fails is noted in the device: cuda_check() notes the result of a call, from which on nothing is
 * launched any more (device.h of core/tensor).
 */
#ifndef SSL_TENSOR_CUDA_DEVICE_H
#define SSL_TENSOR_CUDA_DEVICE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "core/tensor/cuda/conv.h"
#include "core/tensor/cuda/gemm.h"
#include "core/tensor/cuda/libraries.h"
#include "core/tensor/cuda/queue.h"
#include "core/tensor/memory.h"

struct cuda_plans; /* plans.h */
struct cuda_posts; /* posts.h */
struct cuda_step;  /* step.h */
struct cuda_marks; /* marks.h */

struct cuda_device {
	struct device device; /* the first member: a device of this kind is a cuda_device */
	struct cuda_queue q;
	struct cuda_libraries libraries;
	struct cuda_blas blas;
	struct cuda_dnn dnn;
	struct cuda_plans *plans;
	struct cuda_posts *posts;
	struct cuda_step *step;
	struct cuda_marks *marks;
	int times; /* 1: a timed step has begun */
	void *workspace; /* of cuda_workspace() */
	size_t workspace_size;
	size_t used, peak; /* bytes of memory */
	char about[320];
	struct error failed; /* the first error; none while its message is empty */
};

/* Opens device number `number` and loads the libraries. `name`: of its kind. ERR_FAILED if there is no
 * such device, or a library is missing. */
int cuda_device_open(const char *name, int number, struct cuda_device **out, struct error *err);
void cuda_device_close(struct cuda_device *c);

/* The device that a tensor is on, and its queue. */
static inline struct cuda_device *cuda_device_of(const struct device *d)
{
	return (struct cuda_device *)d;
}
static inline struct cuda_device *cuda_of(const struct tensor *t)
{
	return cuda_device_of(t->mem->device);
}
static inline const struct cuda_queue *cuda_queue_of(const struct tensor *t)
{
	return &cuda_of(t)->q;
}

/* Where the values of t are, and their type. NULL for a tensor that is NULL. */
static inline void *cuda_values(const struct tensor *t)
{
	return t ? tensor_values(t) : NULL;
}
static inline enum cuda_type cuda_type_of(const struct tensor *t)
{
	return t->element == ELEMENT_BF16 ? CUDA_BF16 : CUDA_REAL;
}

/* `failed` is what a call returned, with its error in *err: notes it if it is the first. 1 if the
 * device has failed, now or before. */
int cuda_check(struct cuda_device *c, int failed, const struct error *err);
static inline int cuda_failed(const struct cuda_device *c)
{
	return c->failed.msg[0] != 0;
}

/* Memory of the device for one kernel, valid until the next call: aligned to 256 bytes. NULL if the
 * device has failed. */
void *cuda_workspace(struct cuda_device *c, size_t bytes);

#ifdef __cplusplus
}
#endif

#endif
