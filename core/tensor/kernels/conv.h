/*
 * Two-dimensional convolution on NHWC arrays, without bias, zero padding:
 *
 *     y[n][oy][ox][co] = sum over ky, kx, ci of
 *             x[n][oy * stride - pad + ky][ox * stride - pad + kx][ci] * w[ky][kx][ci][co]
 *
 * x {N,H,W,Cin}, w {KH,KW,Cin,Cout}, y {N,OH,OW,Cout}. Each shape takes one of three ways,
 * chosen by the shape alone: small problems the definition, summed in double (direct.h); the others
 * the cheaper of Winograd F(4x4,3x3) (winograd.h) and tiled im2col (im2col.h). Results have the
 * same bits at any number of threads.
 */
#ifndef SSL_TENSOR_KERNELS_CONV_H
#define SSL_TENSOR_KERNELS_CONV_H

#include <stddef.h>

#include "core/base/real.h"

struct conv_shape {
	int n, h, w, cin; /* x */
	int kh, kw, cout;
	int stride, pad;
	int oh, ow; /* y */
};

/* Fills in oh and ow; either is < 1 if the kernel does not fit. */
struct conv_shape conv_shape_of(int n, int h, int w, int cin, int kh, int kw, int cout, int stride,
				int pad);

/* 1: this shape goes through Winograd. */
int conv2d_uses_winograd(const struct conv_shape *s);

/* Bytes of scratch that any of the three below needs, at the present number of threads. */
size_t conv2d_scratch(const struct conv_shape *s);

void conv2d_forward(const struct conv_shape *s, const real *x, const real *w, real *y,
		    void *scratch);

/* dx = (or += if accumulate) the gradient of <y, dy> to x. */
void conv2d_backward_data(const struct conv_shape *s, const real *dy, const real *w, real *dx,
			  int accumulate, void *scratch);

/* dw = (or += if accumulate) the gradient of <y, dy> to w. */
void conv2d_backward_weights(const struct conv_shape *s, const real *x, const real *dy, real *dw,
			     int accumulate, void *scratch);

#endif
