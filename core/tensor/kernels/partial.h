/*
 * Summation in two stages: the gradient of weights is summed over the batch within groups of rows,
 * whose number depends only on the shape, and then over the groups in their order. The result
 * therefore does not depend on the number of threads.
 */
#ifndef SSL_TENSOR_KERNELS_PARTIAL_H
#define SSL_TENSOR_KERNELS_PARTIAL_H

#include <stddef.h>

#include "core/base/real.h"

/* out[i] = (accumulate ? out[i] : 0) + sum over g of partial[g n + i], for i < n; groups > 0. */
void partial_sum(const real *partial, int groups, size_t n, real *out, int accumulate);

#endif
