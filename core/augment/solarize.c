#include "core/augment/augment_ops.h"

void image_solarize(real *x, int channels, size_t pixels, double threshold)
{
	size_t n = (size_t)channels * pixels;
	real t = (real)threshold;

	for (size_t i = 0; i < n; i++)
		x[i] = x[i] >= t ? 1 - x[i] : x[i];
}
