/*
 * Kernels on the cells of a step's scalars (core/tensor/scalars.h), which are doubles.
 */
#ifndef SSL_TENSOR_KERNELS_SCALARS_H
#define SSL_TENSOR_KERNELS_SCALARS_H

#include "core/tensor/tensor.h"

/* *cell = y for y {1} */
void scalar_of(const struct tensor *y, double *cell);

/* *cell = 1 if a and b are finite, otherwise 0: the gate of a step's updates. All are cells of d. */
void both_finite(const struct device *d, const double *a, const double *b, double *cell);

/* *cell = the L2 norm of n tensors together: the sum of squares of each, in double, and then over the
 * tensors in order. */
void norm_of_all(struct tensor *const *list, int n, double *cell);

#endif
