#include "core/augment/augment_ops.h"

static void flip_row(real *row, int n)
{
	for (int i = 0, j = n - 1; i < j; i++, j--) {
		real t = row[i];

		row[i] = row[j];
		row[j] = t;
	}
}

void image_flip(real *x, int channels, int height, int width)
{
	for (int y = 0; y < channels * height; y++)
		flip_row(x + (size_t)y * width, width);
}
