/*
 * Convolution by its definition, with every sum computed in double and rounded once. It is the
 * reference that the fast algorithms are tested against. It is also used for small problems, where
 * it is cheap, and where the accuracy matters in a deep network with few pixels, whose batch norm
 * averages only a few values.
 */
#ifndef SSL_TENSOR_KERNELS_DIRECT_H
#define SSL_TENSOR_KERNELS_DIRECT_H

#include "core/tensor/kernels/conv.h"

/* Is the number of multiplications small enough to use this algorithm? */
int direct_fits(const struct conv_shape *s);

void direct_forward(const struct conv_shape *s, const real *x, const real *w, real *y);
void direct_backward_data(const struct conv_shape *s, const real *dy, const real *w, real *dx,
			  int accumulate);
void direct_backward_weights(const struct conv_shape *s, const real *x, const real *dy, real *dw,
			     int accumulate);

#endif
