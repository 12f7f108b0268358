/*
 * Rotation by the angle t, counter-clockwise as seen in the image, where y points down. The output
 * pixel at (x, y), measured from the centre, has the value of the input at
 *
 *     (cos t x - sin t y,  sin t x + cos t y)
 *
 * interpolated bilinearly; neighbours outside the image are 0. The plane is copied into a frame of
 * zeros, one pixel wide before and two pixels after the image, and positions are limited to that
 * frame, so that the inner loop needs no bounds test.
 */
#include "core/augment/augment_ops.h"

#include <math.h>
#include <string.h>

struct frame {
	const real *data;
	int height, width, stride;
	real sin, cos;
};

static real limited(real v, real hi)
{
	v = v > -1 ? v : -1;
	return v < hi ? v : hi;
}

/* dx, dy: position of the row's first pixel relative to the centre, in pixels. */
static void rotate_row(const struct frame *f, real dx, real dy, real *restrict out, int n)
{
	const real *restrict data = f->data;
	int stride = f->stride;
	real sine = f->sin, cosine = f->cos, right = (real)f->width, bottom = (real)f->height;
	real cx = (real)0.5 * (real)(f->width - 1), cy = (real)0.5 * (real)(f->height - 1);

	for (int i = 0; i < n; i++) {
		real x = cosine * (dx + (real)i) - sine * dy + cx;
		real y = sine * (dx + (real)i) + cosine * dy + cy;
		real a, b, top, low;
		int ix, iy, at;

		x = limited(x, right) + 1; /* in the frame's coordinates: >= 0 */
		y = limited(y, bottom) + 1;
		ix = (int)x;
		iy = (int)y;
		a = x - (real)ix;
		b = y - (real)iy;
		at = iy * stride + ix;
		top = data[at] + a * (data[at + 1] - data[at]);
		low = data[at + stride] + a * (data[at + stride + 1] - data[at + stride]);
		out[i] = top + b * (low - top);
	}
}

void image_rotate(real *x, int channels, int height, int width, double degrees, void *scratch)
{
	double angle = degrees * (3.14159265358979323846 / 180);
	real *data = scratch;
	struct frame f = {data, height, width, width + 3, (real)sin(angle), (real)cos(angle)};

	memset(data, 0, sizeof *data * (size_t)(height + 3) * (size_t)(width + 3));
	for (int c = 0; c < channels; c++) {
		real *plane = x + (size_t)c * height * width;

		for (int y = 0; y < height; y++)
			memcpy(data + (size_t)(y + 1) * f.stride + 1, plane + (size_t)y * width,
			       sizeof *data * (size_t)width);
		for (int y = 0; y < height; y++)
			rotate_row(&f, (real)-0.5 * (real)(width - 1),
				   (real)y - (real)0.5 * (real)(height - 1),
				   plane + (size_t)y * width, width);
	}
}
