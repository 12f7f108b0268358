/*
 * Sums over all elements of a tensor, which become a scalar {1}, and their gradients. Sums are
 * computed in double, over chunks that depend only on the size, and the chunks are added in order.
 * `accumulate`: 0 overwrites the result, 1 adds to it.
 */
#ifndef SSL_TENSOR_KERNELS_REDUCE_H
#define SSL_TENSOR_KERNELS_REDUCE_H

#include "core/tensor/tensor.h"

/* The bytes of scratch that the two sums of n elements need. */
size_t sum_scratch(size_t n);

/* y = (sum x) / divisor */
void sum_forward(const struct tensor *x, double divisor, void *scratch, struct tensor *y);
/* dx (+)= dy / divisor */
void sum_backward(const struct tensor *x, const struct tensor *dy, real divisor, struct tensor *dx,
		  int accumulate);

/* y = sum x^2 */
void sum_squares_forward(const struct tensor *x, void *scratch, struct tensor *y);
/* dx (+)= 2 x dy */
void sum_squares_backward(const struct tensor *x, const struct tensor *dy, struct tensor *dx,
			  int accumulate);

#endif
