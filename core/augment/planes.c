/* Conversion between 8-bit HWC images, planes, and normalised HWC images. */
#include "core/augment/augment_ops.h"

/* Separates three channels in one loop, which the compiler vectorises. */
static void load_row3(const uint8_t *restrict in, real *restrict r, real *restrict g,
		      real *restrict b, int n)
{
	for (int x = 0; x < n; x++) {
		r[x] = in[3 * x] * ((real)1 / 255);
		g[x] = in[3 * x + 1] * ((real)1 / 255);
		b[x] = in[3 * x + 2] * ((real)1 / 255);
	}
}

void image_load(const uint8_t *image, int width, int channels, struct image_box box, real *out)
{
	size_t plane = (size_t)box.height * (size_t)box.width;

	for (int y = 0; y < box.height; y++) {
		const uint8_t *in =
		    image +
		    ((size_t)(box.top + y) * (size_t)width + (size_t)box.left) * (size_t)channels;
		real *to = out + (size_t)y * (size_t)box.width;

		if (channels == 3) {
			load_row3(in, to, to + plane, to + 2 * plane, box.width);
			continue;
		}
		for (int c = 0; c < channels; c++)
			for (int x = 0; x < box.width; x++)
				to[(size_t)c * plane + (size_t)x] =
				    in[x * channels + c] * ((real)1 / 255);
	}
}

static void store3(const real *restrict r, const real *restrict g, const real *restrict b, size_t n,
		   const real *mean, const real *inv, real *restrict out)
{
	real m0 = mean[0], m1 = mean[1], m2 = mean[2], i0 = inv[0], i1 = inv[1], i2 = inv[2];

	for (size_t i = 0; i < n; i++) {
		out[3 * i] = (r[i] - m0) * i0;
		out[3 * i + 1] = (g[i] - m1) * i1;
		out[3 * i + 2] = (b[i] - m2) * i2;
	}
}

void image_store(const real *planes, int channels, size_t pixels, const double *mean,
		 const double *std, real *out)
{
	real m[4], inv[4];

	for (int c = 0; c < channels; c++) {
		m[c] = (real)mean[c];
		inv[c] = (real)(1 / std[c]);
	}
	if (channels == 3) {
		store3(planes, planes + pixels, planes + 2 * pixels, pixels, m, inv, out);
		return;
	}
	for (int c = 0; c < channels; c++)
		for (size_t i = 0; i < pixels; i++)
			out[i * (size_t)channels + (size_t)c] =
			    (planes[(size_t)c * pixels + i] - m[c]) * inv[c];
}
