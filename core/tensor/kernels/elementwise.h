/*
 * Elementwise kernels. All tensors of a call have one size. `accumulate`: 0 overwrites the result, 1
 * adds to it.
 */
#ifndef SSL_TENSOR_KERNELS_ELEMENTWISE_H
#define SSL_TENSOR_KERNELS_ELEMENTWISE_H

#include "core/tensor/tensor.h"

/* out = a + s b */
void add_scaled(const struct tensor *a, real s, const struct tensor *b, struct tensor *out);

/* out (+)= s a b, or s a if b is NULL */
void multiply(const struct tensor *a, const struct tensor *b, real s, struct tensor *out,
	      int accumulate);

/* y = max(x, 0); NaN stays NaN. */
void relu_forward(const struct tensor *x, struct tensor *y);
/* dx (+)= dy where y > 0 */
void relu_backward(const struct tensor *y, const struct tensor *dy, struct tensor *dx,
		   int accumulate);

/* out += x */
void accumulate_values(const struct tensor *x, struct tensor *out);

/* dst = tau dst + rest src: a step of an exponential moving average. `gate` as in update.h. */
void ema(struct tensor *dst, const struct tensor *src, real tau, real rest, const double *gate);

/* w {D, D} = (w + w^T) / 2. `gate` as in update.h. */
void symmetrize(struct tensor *w, const double *gate);

#endif
