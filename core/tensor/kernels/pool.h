/*
 * Pooling over the pixels of images {N,H,W,C}. `accumulate`: 0 overwrites the result, 1 adds to it.
 */
#ifndef SSL_TENSOR_KERNELS_POOL_H
#define SSL_TENSOR_KERNELS_POOL_H

#include <stdint.h>

#include "core/tensor/tensor.h"

struct pool_shape {
	int h, w, c, oh, ow; /* input, channels, output */
	int kernel, stride, padding;
};

/* y[n,i,j,c] = max of x over the window at (i stride - padding, j stride - padding); positions
 * outside the image are ignored. where[] gets, for each value of y, the position of the maximum in
 * the window (the first one if several are equal): the gradient needs it. */
void maxpool_forward(const struct pool_shape *s, const struct tensor *x, struct tensor *y,
		     uint8_t *where);
void maxpool_backward(const struct pool_shape *s, const struct tensor *dy, const uint8_t *where,
		      struct tensor *dx, int accumulate);

/* y {N,C}: the mean over all pixels of x {N,H,W,C};  dx[n,p,c] (+)= dy[n,c] / pixels */
void avgpool_forward(const struct tensor *x, struct tensor *y);
void avgpool_backward(const struct tensor *dy, struct tensor *dx, int accumulate);

#endif
