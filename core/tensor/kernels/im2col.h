/*
 * Convolution of any kernel, stride and padding as a matrix product: the patches under the kernel
 * are laid out as rows P {pixels, KH*KW*Cin}, a tile of them at a time so that it stays in cache,
 * and
 *
 *     y  = P W        dw = P^T dy        dP = dy W^T, added back to the pixels it came from
 *
 * A 1x1 kernel of stride 1 needs no copy: P is x.
 */
#ifndef SSL_TENSOR_KERNELS_IM2COL_H
#define SSL_TENSOR_KERNELS_IM2COL_H

#include "core/tensor/kernels/conv.h"

/* As winograd_cost(). */
double im2col_cost(const struct conv_shape *s);

size_t im2col_scratch(const struct conv_shape *s);

void im2col_forward(const struct conv_shape *s, const real *x, const real *w, real *y,
		    void *scratch);
void im2col_backward_data(const struct conv_shape *s, const real *dy, const real *w, real *dx,
			  int accumulate, void *scratch);
void im2col_backward_weights(const struct conv_shape *s, const real *x, const real *dy, real *dw,
			     int accumulate, void *scratch);

#endif
