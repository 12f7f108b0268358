#include "core/augment/augment_ops.h"

void image_gray(real *x, size_t pixels)
{
	real *restrict r = x, *restrict g = x + pixels, *restrict b = x + 2 * pixels;

	for (size_t i = 0; i < pixels; i++) {
		real v = (real)0.2989 * r[i] + (real)0.587 * g[i] + (real)0.114 * b[i];

		r[i] = g[i] = b[i] = v;
	}
}
