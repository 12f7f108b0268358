/*
 * Two-dimensional convolution on NHWC arrays, without bias and with zero padding:
 *
 *     y[n][oy][ox][co] = sum over ky, kx, ci of
 *             x[n][oy * stride - pad + ky][ox * stride - pad + kx][ci] * w[ky][kx][ci][co]
 *
 * x {N,H,W,Cin}, w {KH,KW,Cin,Cout}, y {N,OH,OW,Cout}. One of three algorithms is chosen by the
 * shape: for small problems the definition, summed in double (direct.h); otherwise the cheaper of
 * Winograd F(4x4,3x3) (winograd.h) and tiled im2col (im2col.h). Results have the same bits with any
 * number of threads.
 */
#ifndef SSL_TENSOR_KERNELS_CONV_H
#define SSL_TENSOR_KERNELS_CONV_H

#include <stddef.h>

#include "core/tensor/tensor.h"

struct conv_shape {
	int n, h, w, cin; /* x */
	int kh, kw, cout;
	int stride, pad;
	int oh, ow; /* y */
	enum precision precision;
};

/* The shape with oh and ow computed, for f32; either is < 1 if the kernel does not fit. */
struct conv_shape conv_shape_of(int n, int h, int w, int cin, int kh, int kw, int cout, int stride,
				int pad);

/* Is this shape computed by Winograd? */
int conv2d_uses_winograd(const struct conv_shape *s);

/* The bytes of scratch that each of the three passes below needs with the current number of
 * threads. */
size_t conv2d_scratch(const struct conv_shape *s);

void conv2d_forward(const struct conv_shape *s, const real *x, const real *w, real *y,
		    void *scratch);

/* dx = (or += if accumulate) the gradient of <y, dy> with respect to x. */
void conv2d_backward_data(const struct conv_shape *s, const real *dy, const real *w, real *dx,
			  int accumulate, void *scratch);

/* dw = (or += if accumulate) the gradient of <y, dy> with respect to w. */
void conv2d_backward_weights(const struct conv_shape *s, const real *x, const real *dy, real *dw,
			     int accumulate, void *scratch);

/* The same passes for tensors of these shapes. */
void convolve_forward(const struct conv_shape *s, const struct tensor *x, const struct tensor *w,
		  struct tensor *y, void *scratch);
void convolve_backward_data(const struct conv_shape *s, const struct tensor *dy, const struct tensor *w,
			struct tensor *dx, int accumulate, void *scratch);
void convolve_backward_weights(const struct conv_shape *s, const struct tensor *x,
			   const struct tensor *dy, struct tensor *dw, int accumulate,
			   void *scratch);

#endif
