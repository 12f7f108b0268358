/*
 * Barlow Twins' loss on a CUDA device: the quantities of core/tensor/kernels/losses.h for a
 * correlation C {D, D} of standardised views, which gemm.h computes. With C_ii on the diagonal,
 *
 *     y = diagonal sum_i (1 - C_ii)^2 + lambda sum_{i != j} C_ij^2
 *     dy/dC_ii = -2 diagonal (1 - C_ii)        dy/dC_ij = 2 lambda C_ij
 */
#ifndef SSL_TENSOR_CUDA_LOSSES_H
#define SSL_TENSOR_CUDA_LOSSES_H

#include "core/tensor/cuda/queue.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Pointers are to memory of the device. */
struct cuda_barlow {
	int d;
	double diagonal, lambda;
	real *c; /* {D, D} */
};

/* The bytes of scratch of cuda_barlow_forward(). */
size_t cuda_barlow_scratch(const struct cuda_barlow *b);

/* Writes y {1} and the two sums, terms[0] of the diagonal and terms[1] off it. */
void cuda_barlow_forward(const struct cuda_queue *q, const struct cuda_barlow *b, double *terms,
                         real *y, void *scratch);

/* C becomes dy dL/dC; dy {1} is the gradient of the loss. */
void cuda_barlow_backward(const struct cuda_queue *q, const struct cuda_barlow *b, const real *dy);

#ifdef __cplusplus
}
#endif

#endif
