/*
 * The transforms of Winograd F(4x4,3x3) for winograd.c. Each call transforms one tile of 4x4 output
 * pixels over all channels. Each of the 36 transformed values of a tile belongs to a different
 * matrix; matrix i starts `step` elements after matrix i - 1.
 */
#ifndef SSL_TENSOR_KERNELS_WINOGRAD_TILE_H
#define SSL_TENSOR_KERNELS_WINOGRAD_TILE_H

#include <stddef.h>

#include "core/tensor/kernels/vec.h"

enum { WINO_TILE = 4, WINO_MATS = 36 };

/* One image of a batch, or some of its channels: `channels` of the `pitch` channels of a pixel. */
struct wino_image {
	real *data;        /* the first of the channels at pixel (0, 0) */
	const real *zeros; /* w * pitch zeros */
	int h, w, pitch, channels;
};

/* B^T x B of tile (ty, tx), per channel: v[i * step + c]. Writes whole vectors: the number of
 * channels is rounded up, and the additional values are 0. */
void wino_input(const struct wino_image *x, int ty, int tx, real *v, size_t step);

/* A^T m A of m[i * step + c], written to (or added to, if `accumulate`) the pixels of the tile that
 * lie inside the image. */
void wino_output(const real *m, size_t step, const struct wino_image *y, int ty, int tx,
		 int accumulate);

/* A dy A^T, written to row `row` of packed matrices (panel.h) with `rows` rows. */
void wino_grad(const struct wino_image *dy, int ty, int tx, real *z, size_t step, int rows,
	       int row);

/* G g G^T of the kernels g of w {3,3,cin,cout}: rows [from, to) of each of the 36 matrices u + i *
 * step, packed as cin x cout. */
void wino_weights(const real *w, int cin, int cout, int from, int to, real *u, size_t step);

/* As wino_weights(), for the kernels rotated by 180 degrees and packed as cout x cin: rows [from,
 * to) of cout, where `from` must be a multiple of VEC. */
void wino_weights_turned(const real *w, int cin, int cout, int from, int to, real *u, size_t step);

/* G^T u G of the vectors at u[i * step]; n of their elements are written to out[q * out_step], q <
 * 9. */
void wino_weights_grad(const real *u, size_t step, real *out, size_t out_step, int n);

#endif
