/*
 * The plans of convolutions that a device has made: one per pass and shape, made when it is first
 * needed and kept as long as the choice of engines stays the same.
 */
#ifndef SSL_TENSOR_CUDA_PLANS_H
#define SSL_TENSOR_CUDA_PLANS_H

#include "core/tensor/cuda/conv.h"
#include "core/tensor/engines.h"

struct cuda_plans;

struct cuda_plans *cuda_plans_new(const struct cuda_dnn *dnn, struct cuda_queue *q);
void cuda_plans_free(struct cuda_plans *p); /* which may be NULL */

/* The plan of a pass. It is valid until the next call of the functions below. ERR_FAILED as
 * cuda_conv_init(), and if cuDNN does not have the engine that the table chose. */
int cuda_plans_find(struct cuda_plans *p, const struct cuda_conv_job *j, const struct cuda_conv **out,
		    struct error *err);

/* As the functions of struct device of the same names. The queue must be empty. */
void cuda_plans_use(struct cuda_plans *p, const struct engine_table *t);
void cuda_plans_time(struct cuda_plans *p, struct engine_table *t);

#endif
