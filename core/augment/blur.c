/*
 * Gaussian blur with normalised weights w_i = exp(-(i - k/2)^2 / (2 sigma^2)), first along the
 * columns and then along the rows. The kernel is symmetric, so two rows (or two shifts of a row)
 * share a multiplication.
 */
#include "core/augment/augment_ops.h"

#include <math.h>
#include <string.h>

int image_blur_kernel(int side)
{
	int k = side / 10 | 1;

	return k > 3 ? k : 3;
}

/* half[i]: the weight at distance i from the centre, i = 0 .. radius. */
static void blur_weights(real *half, int radius, double sigma)
{
	double sum = 1;

	for (int i = 1; i <= radius; i++)
		sum += 2 * exp(-0.5 * (i / sigma) * (i / sigma));
	for (int i = 0; i <= radius; i++)
		half[i] = (real)(exp(-0.5 * (i / sigma) * (i / sigma)) / sum);
}

/* Reflects an index that is outside 0 .. n-1 by less than n: -1 becomes 1, n becomes n - 2. */
static int reflected(int i, int n)
{
	i = i < 0 ? -i : i;
	return i < n ? i : 2 * (n - 1) - i;
}

static void row_scale(real *restrict out, const real *restrict a, real w, int n)
{
	for (int i = 0; i < n; i++)
		out[i] = w * a[i];
}

static void row_add(real *restrict out, const real *a, const real *b, real w, int n)
{
	for (int i = 0; i < n; i++)
		out[i] += w * (a[i] + b[i]);
}

/* Blurs one plane. `tmp` holds its rows with `radius` reflected values on both sides. */
static void blur_plane(real *plane, int h, int w, const real *half, int radius, real *tmp)
{
	int stride = w + 2 * radius;

	for (int y = 0; y < h; y++) {
		real *row = tmp + (size_t)y * stride + radius;

		row_scale(row, plane + (size_t)y * w, half[0], w);
		for (int i = 1; i <= radius; i++)
			row_add(row, plane + (size_t)reflected(y - i, h) * w,
				plane + (size_t)reflected(y + i, h) * w, half[i], w);
		for (int i = 1; i <= radius; i++) {
			row[-i] = row[reflected(-i, w)];
			row[w - 1 + i] = row[reflected(w - 1 + i, w)];
		}
	}
	for (int y = 0; y < h; y++) {
		const real *row = tmp + (size_t)y * stride + radius;
		real *to = plane + (size_t)y * w;

		row_scale(to, row, half[0], w);
		for (int i = 1; i <= radius; i++)
			row_add(to, row - i, row + i, half[i], w);
	}
}

void image_blur(real *x, int channels, int height, int width, int kernel, double sigma,
		void *scratch)
{
	int side = height < width ? height : width, radius = kernel / 2;
	real *half = scratch, *tmp;

	radius = radius < side ? radius : side - 1;
	tmp = half + radius + 1;
	blur_weights(half, radius, sigma);
	for (int c = 0; c < channels; c++)
		blur_plane(x + (size_t)c * height * width, height, width, half, radius, tmp);
}
