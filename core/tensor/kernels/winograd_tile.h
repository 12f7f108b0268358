/*
 * The transforms of Winograd F(4x4,3x3), one tile of 4x4 output pixels at a time over all channels;
 * the inside of winograd.c. Each of the 36 transformed values of a tile belongs to another matrix:
 * matrix i starts `step` elements behind matrix i - 1.
 */
#ifndef SSL_TENSOR_KERNELS_WINOGRAD_TILE_H
#define SSL_TENSOR_KERNELS_WINOGRAD_TILE_H

#include <stddef.h>

#include "core/tensor/kernels/vec.h"

enum { WINO_TILE = 4, WINO_MATS = 36 };

/* One image of a batch, or some of its channels: `channels` of the `pitch` that a pixel has. */
struct wino_image {
	real *data;        /* pixel (0, 0), first of the channels */
	const real *zeros; /* w * pitch zeros */
	int h, w, pitch, channels;
};

/* B^T x B of tile (ty, tx), channel by channel: v[i * step + c]. Writes whole vectors (channels
 * rounded up, 0 behind). */
void wino_input(const struct wino_image *x, int ty, int tx, real *v, size_t step);

/* A^T m A of m[i * step + c], written (or added) to the pixels of the tile that lie in the image.
 */
void wino_output(const real *m, size_t step, const struct wino_image *y, int ty, int tx,
		 int accumulate);

/* A dy A^T, into row `row` of packed matrices (panel.h) of `rows` rows. */
void wino_grad(const struct wino_image *dy, int ty, int tx, real *z, size_t step, int rows,
	       int row);

/* G g G^T for the kernels g of w {3,3,cin,cout}, packed as cin x cout: rows [from, to) of each of
 * the 36 matrices u + i * step. */
void wino_weights(const real *w, int cin, int cout, int from, int to, real *u, size_t step);

/* The same of the kernels turned by 180 degrees, packed as cout x cin: rows [from, to) of cout;
 * from must be a multiple of VEC. */
void wino_weights_turned(const real *w, int cin, int cout, int from, int to, real *u, size_t step);

/* G^T u G of the vector at u[i * step], n of its elements to the 9 places out[q * out_step]. */
void wino_weights_grad(const real *u, size_t step, real *out, size_t out_step, int n);

#endif
