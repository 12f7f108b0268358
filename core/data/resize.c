#include "core/data/resize.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"

enum {
	WEIGHT_BITS = 14, /* weights of a sample add up to 1 << WEIGHT_BITS */
	MIDDLE_BITS = 6,  /* fraction bits kept between the passes */
};

/* Output sample i has taps[i] weights, for the input samples from first[i] on, at weight +
 * i * stride. */
struct filter {
	int *first, *taps;
	int32_t *weight;
	int stride;
};

/* The centre of output sample i of m is c = (i + 1/2) n / m - 1/2 in the n input samples. Input
 * sample j has the weight f - |j - c| if that is positive, with f = max(n / m, 1). Multiplied by
 * 2m, all of these are integers. */
static void filter_row(struct filter *f, int i, int n, int m)
{
	int64_t centre = (2 * (int64_t)i + 1) * n - m, reach = 2 * (int64_t)(n > m ? n : m);
	int64_t sum = 0, left = 1 << WEIGHT_BITS;
	int32_t *w = f->weight + (int64_t)i * f->stride;
	int first = -1, taps = 0, best = 0;
	int64_t from = (centre - reach) / (2 * (int64_t)m);

	for (int64_t j = from < 0 ? 0 : from; j < n; j++) {
		int64_t d = 2 * j * m - centre, x = reach - (d < 0 ? -d : d);

		if (x <= 0) {
			if (d > 0)
				break;
			continue;
		}
		if (first < 0)
			first = (int)j;
		w[taps++] = (int32_t)x;
		sum += x;
	}
	for (int k = 0; k < taps; k++) {
		w[k] = (int32_t)((((int64_t)w[k] << WEIGHT_BITS) + sum / 2) / sum);
		left -= w[k];
		if (w[k] > w[best])
			best = k;
	}
	w[best] += (int32_t)left; /* so that a uniform image does not change */
	f->first[i] = first;
	f->taps[i] = taps;
}

static void filter_init(struct filter *f, int n, int m)
{
	f->stride = 2 * ((n > m ? n / m : 1) + 2);
	f->first = xmalloc((size_t)m * sizeof *f->first);
	f->taps = xmalloc((size_t)m * sizeof *f->taps);
	f->weight = xmalloc((size_t)m * (size_t)f->stride * sizeof *f->weight);
	for (int i = 0; i < m; i++)
		filter_row(f, i, n, m);
}

static void filter_release(struct filter *f)
{
	free(f->first);
	free(f->taps);
	free(f->weight);
}

/* Scales one row of n x c bytes at src to m x c values with MIDDLE_BITS bits of fraction. */
static void scale_row(const struct filter *f, const uint8_t *src, int c, uint16_t *dst, int m)
{
	enum { SHIFT = WEIGHT_BITS - MIDDLE_BITS };

	for (int i = 0; i < m; i++) {
		const int32_t *w = f->weight + (int64_t)i * f->stride;
		const uint8_t *p = src + (int64_t)f->first[i] * c;

		for (int k = 0; k < c; k++) {
			int32_t sum = 1 << (SHIFT - 1);

			for (int t = 0; t < f->taps[i]; t++)
				sum += w[t] * p[t * c + k];
			dst[i * c + k] = (uint16_t)(sum >> SHIFT);
		}
	}
}

/* Computes output row i from the rows of `middle`, each of `width` values. */
static void scale_column(const struct filter *f, const uint16_t *middle, int width, int i,
			 uint8_t *dst)
{
	enum { SHIFT = WEIGHT_BITS + MIDDLE_BITS };
	const int32_t *w = f->weight + (int64_t)i * f->stride;
	const uint16_t *p = middle + (int64_t)f->first[i] * width;

	for (int x = 0; x < width; x++) {
		int32_t sum = 1 << (SHIFT - 1);

		for (int t = 0; t < f->taps[i]; t++)
			sum += w[t] * p[(int64_t)t * width + x];
		dst[x] = (uint8_t)(sum >> SHIFT);
	}
}

void resize_square(const uint8_t *src, int h, int w, int c, uint8_t *dst, int size)
{
	int side = h < w ? h : w;
	const uint8_t *from = src + ((int64_t)((h - side) / 2) * w + (w - side) / 2) * c;
	struct filter f;
	uint16_t *middle;

	if (side == size) {
		for (int y = 0; y < size; y++)
			memcpy(dst + (int64_t)y * size * c, from + (int64_t)y * w * c,
			       (size_t)size * (size_t)c);
		return;
	}
	filter_init(&f, side, size);
	middle = xmalloc((size_t)side * (size_t)size * (size_t)c * sizeof *middle);
	for (int y = 0; y < side; y++)
		scale_row(&f, from + (int64_t)y * w * c, c, middle + (int64_t)y * size * c, size);
	for (int y = 0; y < size; y++)
		scale_column(&f, middle, size * c, y, dst + (int64_t)y * size * c);
	free(middle);
	filter_release(&f);
}
