/*
 * The time that each engine of cuDNN takes for a convolution. It is measured when a table of engines is
 * made (core/tensor/engines.h), never in a run.
 */
#ifndef SSL_TENSOR_CUDA_TIMING_H
#define SSL_TENSOR_CUDA_TIMING_H

#include "core/tensor/cuda/conv.h"
#include "core/tensor/engines.h"

/* Times every engine that may be used, on memory of its own, and fills *out, but for its text, with
 * the fastest one; the rule's engine is kept unless another is clearly faster. ERR_FAILED also if there
 * is not enough memory. */
int cuda_conv_time(const struct cuda_dnn *dnn, struct cuda_queue *q, const struct cuda_conv_job *j,
                   size_t most_scratch, struct engine_choice *out, struct error *err);

#endif
