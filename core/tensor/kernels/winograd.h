/*
 * 3x3 convolution with stride 1 and padding 1 by Winograd's minimal filtering F(4x4,3x3) (Lavin &
 * Gray, 1509.09308): an output tile of 4x4 pixels needs 36 products per pair of channels instead of
 * 144.
 *
 *     y    = A^T [ sum over ci of (G w G^T) * (B^T x B) ] A
 *     dw   = G^T [ sum over tiles of (B^T x B) * (A dy A^T) ] G
 *     dx   = as y, from dy with the kernel rotated by 180 degrees and its channels exchanged
 *
 * The 36 elementwise products over channels and tiles are computed as 36 small matrix products, in
 * chunks of tiles whose 36 matrices stay in the second-level cache. Image size and number of
 * channels are arbitrary.
 */
#ifndef SSL_TENSOR_KERNELS_WINOGRAD_H
#define SSL_TENSOR_KERNELS_WINOGRAD_H

#include "core/tensor/kernels/conv.h"

/* Has the shape a kernel, stride and padding that this algorithm supports? */
int winograd_fits(const struct conv_shape *s);

/* The approximate cost of a forward pass in multiply-adds of one vector, for comparison with
 * im2col_cost(). */
double winograd_cost(const struct conv_shape *s);

/* The bytes of scratch that each of the three passes needs with the current number of threads. */
size_t winograd_scratch(const struct conv_shape *s);

/* The three passes of conv.h. */
void winograd_forward(const struct conv_shape *s, const real *x, const real *w, real *y,
		      void *scratch);
void winograd_backward_data(const struct conv_shape *s, const real *dy, const real *w, real *dx,
			    int accumulate, void *scratch);
void winograd_backward_weights(const struct conv_shape *s, const real *x, const real *dy, real *dw,
			       int accumulate, void *scratch);

#endif
