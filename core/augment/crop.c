/*
 * Crop and resize. Bilinear is separable: for output row y and column x
 *
 *     fy = max((y + 1/2) h / H - 1/2, 0),  y0 = floor(fy),  y1 = min(y0 + 1, h - 1),  b = fy - y0
 *
 * and likewise x0, x1 and a for x; then
 *
 *     out = lerp(lerp(in[y0][x0], in[y0][x1], a), lerp(in[y1][x0], in[y1][x1], a), b)
 *
 * Each row of the box is stretched once; when enlarging there are at most as many of these as
 * output rows. Then every output row is a linear combination of two stretched rows.
 */
#include "core/augment/augment_ops.h"

#include <string.h>

struct axis {
	int *lo, *hi;
	real *part;
};

static void axis_fill(struct axis *a, int in, int out)
{
	double scale = (double)in / out;

	for (int i = 0; i < out; i++) {
		double f = (i + 0.5) * scale - 0.5;
		int lo;

		f = f > 0 ? f : 0;
		lo = (int)f;
		lo = lo < in - 1 ? lo : in - 1;
		a->lo[i] = lo;
		a->hi[i] = lo < in - 1 ? lo + 1 : lo;
		a->part[i] = (real)(f - lo);
	}
}

static void stretch_row(const real *restrict in, const struct axis *a, real *restrict out, int n)
{
	const int *restrict lo = a->lo, *restrict hi = a->hi;
	const real *restrict part = a->part;

	for (int x = 0; x < n; x++)
		out[x] = in[lo[x]] + part[x] * (in[hi[x]] - in[lo[x]]);
}

static void mix_rows(const real *restrict a, const real *restrict b, real part, real *restrict out,
		     int n)
{
	for (int x = 0; x < n; x++)
		out[x] = a[x] + part * (b[x] - a[x]);
}

/* Scratch: the stretched rows, box.height x out_width, followed by the tables of both axes. */
void image_crop(const real *in, int channels, int height, int width, struct image_box box,
		real *out, int out_height, int out_width, void *scratch)
{
	real *rows = scratch, *table = rows + (size_t)box.height * out_width;
	struct axis ax = {.part = table}, ay = {.part = table + out_width};

	ax.lo = (int *)(table + out_width + out_height);
	ax.hi = ax.lo + out_width;
	ay.lo = ax.hi + out_width;
	ay.hi = ay.lo + out_height;
	axis_fill(&ax, box.width, out_width);
	axis_fill(&ay, box.height, out_height);
	for (int c = 0; c < channels; c++) {
		const real *plane = in + (size_t)c * height * width;
		real *to = out + (size_t)c * out_height * out_width;

		for (int y = 0; y < box.height; y++)
			stretch_row(plane + (size_t)(box.top + y) * width + box.left, &ax,
				    rows + (size_t)y * out_width, out_width);
		for (int y = 0; y < out_height; y++)
			mix_rows(rows + (size_t)ay.lo[y] * out_width,
				 rows + (size_t)ay.hi[y] * out_width, ay.part[y],
				 to + (size_t)y * out_width, out_width);
	}
}
