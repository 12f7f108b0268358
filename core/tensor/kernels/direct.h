/*
 * Convolution as its definition reads, every sum in double and rounded once: the reference that the
 * fast ways are tested against, and the way of small problems, where it costs nothing and the sums
 * of a deep net with few pixels (batch norm over a handful of values) need the digits.
 */
#ifndef SSL_TENSOR_KERNELS_DIRECT_H
#define SSL_TENSOR_KERNELS_DIRECT_H

#include "core/tensor/kernels/conv.h"

/* 1: few enough multiplications that this way is taken. */
int direct_fits(const struct conv_shape *s);

void direct_forward(const struct conv_shape *s, const real *x, const real *w, real *y);
void direct_backward_data(const struct conv_shape *s, const real *dy, const real *w, real *dx,
			  int accumulate);
void direct_backward_weights(const struct conv_shape *s, const real *x, const real *dy, real *dw,
			     int accumulate);

#endif
