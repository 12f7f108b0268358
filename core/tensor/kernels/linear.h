/*
 * Matrix products of tensors, with and without biases; gemm.h multiplies. `accumulate`: 0 overwrites
 * the result, 1 adds to it.
 */
#ifndef SSL_TENSOR_KERNELS_LINEAR_H
#define SSL_TENSOR_KERNELS_LINEAR_H

#include "core/tensor/tensor.h"

/* y {N, out} = x {N, in} W^T + b for w {out, in}; b {out} or NULL */
void linear_forward(const struct tensor *x, const struct tensor *w, const struct tensor *b,
		    struct tensor *y, enum precision p);
/* dx (+)= dy W */
void linear_backward_data(const struct tensor *dy, const struct tensor *w, struct tensor *dx,
			  int accumulate, enum precision p);
/* dw (+)= dy^T x */
void linear_backward_weights(const struct tensor *x, const struct tensor *dy, struct tensor *dw,
			     int accumulate, enum precision p);
/* db (+)= the sum of the rows of dy, in double */
void linear_backward_bias(const struct tensor *dy, struct tensor *db, int accumulate);

/* c (+)= alpha op(a) op(b), where op transposes if ta or tb is set */
void matmul(int ta, int tb, double alpha, const struct tensor *a, const struct tensor *b,
	    struct tensor *c, int accumulate);

#endif
