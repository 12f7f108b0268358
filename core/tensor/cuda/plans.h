/*
 * The plans of convolutions that a device has made: one per pass and shape, made when it is first
 * needed and kept as long as the device.
 */
#ifndef SSL_TENSOR_CUDA_PLANS_H
#define SSL_TENSOR_CUDA_PLANS_H

#include "core/tensor/cuda/conv.h"

struct cuda_plans;

struct cuda_plans *cuda_plans_new(const struct cuda_dnn *dnn);
void cuda_plans_free(struct cuda_plans *p); /* which may be NULL */

/* The plan of a pass, as cuda_conv_init(). It is valid as long as p. */
int cuda_plans_find(struct cuda_plans *p, const struct conv_shape *s, enum cuda_conv_pass pass,
		    enum cuda_type type, int accumulate, const struct cuda_conv **out,
		    struct error *err);

#endif
