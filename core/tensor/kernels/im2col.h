/*
 * Convolution with any kernel, stride and padding as a matrix product. The patches under the kernel
 * are copied to rows P {pixels, KH*KW*Cin}, one tile at a time so that it stays in cache. Then
 *
 *     y  = P W        dw = P^T dy        dP = dy W^T, added to the pixels that each patch came from
 *
 * A 1x1 kernel with stride 1 needs no copy: P is x.
 */
#ifndef SSL_TENSOR_KERNELS_IM2COL_H
#define SSL_TENSOR_KERNELS_IM2COL_H

#include "core/tensor/kernels/conv.h"

/* The approximate cost of a forward pass, in the unit of winograd_cost(). */
double im2col_cost(const struct conv_shape *s);

/* The bytes of scratch that each of the three passes needs with the current number of threads. */
size_t im2col_scratch(const struct conv_shape *s);

/* The three passes of conv.h. */
void im2col_forward(const struct conv_shape *s, const real *x, const real *w, real *y,
		    void *scratch);
void im2col_backward_data(const struct conv_shape *s, const real *dy, const real *w, real *dx,
			  int accumulate, void *scratch);
void im2col_backward_weights(const struct conv_shape *s, const real *x, const real *dy, real *dw,
			     int accumulate, void *scratch);

#endif
