/*
 * The colour operations. As in torchvision, contrast and saturation are clamp(f x + (1 - f) y, 0,
 * 1), where y is the mean grey (contrast) or the grey image (saturation). The loops have no
 * branches, so that the compiler can vectorise them.
 */
#include "core/augment/augment_ops.h"

static inline real clamped(real v)
{
	v = v > 0 ? v : 0;
	return v < 1 ? v : 1;
}

static inline real grey(real r, real g, real b)
{
	return (real)0.2989 * r + (real)0.587 * g + (real)0.114 * b;
}

void image_brightness(real *x, int channels, size_t pixels, double factor)
{
	size_t n = (size_t)channels * pixels;
	real f = (real)factor;

	for (size_t i = 0; i < n; i++)
		x[i] = clamped(f * x[i]);
}

enum { LANES = 16 };

/* Sums in a fixed order, with LANES interleaved partial sums. */
static double plane_sum(const real *x, size_t n)
{
	real part[LANES] = {0};
	double sum = 0;
	size_t i;

	for (i = 0; i + LANES <= n; i += LANES)
		for (int j = 0; j < LANES; j++)
			part[j] += x[i + (size_t)j];
	for (; i < n; i++)
		sum += (double)x[i];
	for (int j = 0; j < LANES; j++)
		sum += (double)part[j];
	return sum;
}

/* The mean of the grey image, computed as the grey value of the channel means. */
static double mean_grey(const real *x, int channels, size_t n)
{
	if (channels != 3)
		return plane_sum(x, (size_t)channels * n) / ((double)channels * (double)n);
	return (0.2989 * plane_sum(x, n) + 0.587 * plane_sum(x + n, n) +
		0.114 * plane_sum(x + 2 * n, n)) /
	       (double)n;
}

void image_contrast(real *x, int channels, size_t pixels, double factor)
{
	size_t n = (size_t)channels * pixels;
	real f = (real)factor, m = (real)((1 - factor) * mean_grey(x, channels, pixels));

	for (size_t i = 0; i < n; i++)
		x[i] = clamped(f * x[i] + m);
}

void image_saturation(real *x, size_t pixels, double factor)
{
	real *restrict r = x, *restrict g = x + pixels, *restrict b = x + 2 * pixels;
	real f = (real)factor, rest = (real)(1 - factor);

	for (size_t i = 0; i < pixels; i++) {
		real y = rest * grey(r[i], g[i], b[i]);

		r[i] = clamped(f * r[i] + y);
		g[i] = clamped(f * g[i] + y);
		b[i] = clamped(f * b[i] + y);
	}
}

/*
 * Changes the hue without computing the saturation. With v the largest channel and c the difference
 * of the largest and the smallest channel, the hue in sixths of a turn is
 *
 *     h = (g - b) / c      where r is largest,
 *         2 + (b - r) / c  where g is,
 *         4 + (r - g) / c  where b is,
 *
 * and the channels follow from (h, c, v), with n = 5, 3, 1 for r, g, b:
 *
 *     k = (n + h) mod 6,   v - c max(0, min(k, 4 - k, 1)).
 */
static inline real hue_channel(real h, real n, real c, real v)
{
	real k = h + n, m;

	k = k >= 6 ? k - 6 : k;
	m = k < 4 - k ? k : 4 - k;
	return v - c * clamped(m);
}

void image_hue(real *x, size_t pixels, double turns)
{
	real *restrict rp = x, *restrict gp = x + pixels, *restrict bp = x + 2 * pixels;
	real shift = (real)(6 * turns + (turns < 0 ? 6 : 0));

	for (size_t i = 0; i < pixels; i++) {
		real r = rp[i], g = gp[i], b = bp[i];
		real v = r > g ? r : g, low = r < g ? r : g, c, num, base, h;

		v = v > b ? v : b;
		low = low < b ? low : b;
		c = v - low;
		num = v == g ? b - r : r - g;
		base = v == g ? 2 : 4;
		num = v == r ? g - b : num;
		base = v == r ? 0 : base;
		h = base + num / (c > 0 ? c : 1) + shift; /* in [-1, 11] */
		h = h >= 6 ? h - 6 : h;
		h = h < 0 ? h + 6 : h;
		rp[i] = hue_channel(h, 5, c, v);
		gp[i] = hue_channel(h, 3, c, v);
		bp[i] = hue_channel(h, 1, c, v);
	}
}
