/* The mean and standard deviation of a dataset, for normalisation. */
#include "core/augment/batch.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/error.h"
#include "core/base/parallel.h"

enum {
	IMAGES = 64,   /* images per chunk */
	LANES = 48,    /* interleaved sums: a multiple of 1, 2, 3 and 4 channels */
	FLUSH = 32768, /* the sum of this many squared bytes fits in 32 bits */
};

/* Sums of values and of squares, per channel. */
struct moments {
	uint64_t sum[4], square[4];
};

struct statistics {
	const uint8_t *pixels;
	uint64_t size; /* bytes per image */
	uint32_t n;
	int channels;
	struct moments *part;
};

static void add_lanes(struct moments *m, const uint8_t *p, size_t blocks, int channels)
{
	uint32_t sum[LANES] = {0}, square[LANES] = {0};

	for (size_t i = 0; i < blocks; i++, p += LANES)
		for (int j = 0; j < LANES; j++) {
			uint32_t v = p[j];

			sum[j] += v;
			square[j] += v * v;
		}
	for (int j = 0; j < LANES; j++) {
		m->sum[j % channels] += sum[j];
		m->square[j % channels] += square[j];
	}
}

static void sum_chunk(void *ctx, int chunk)
{
	const struct statistics *s = ctx;
	uint64_t from = (uint64_t)chunk * IMAGES, to = from + IMAGES, left;
	struct moments m = {{0}, {0}};
	const uint8_t *p = s->pixels + from * s->size;

	to = to < s->n ? to : s->n;
	left = (to - from) * s->size;
	while (left >= LANES) {
		size_t blocks = left / LANES;

		blocks = blocks < FLUSH ? blocks : FLUSH;
		add_lanes(&m, p, blocks, s->channels);
		p += blocks * LANES;
		left -= blocks * LANES;
	}
	for (uint64_t i = 0; i < left; i++) {
		m.sum[i % (uint64_t)s->channels] += p[i];
		m.square[i % (uint64_t)s->channels] += (uint64_t)p[i] * p[i];
	}
	s->part[chunk] = m;
}

void augment_source_of(struct augment_source *out, const struct dataset *d)
{
	enum dataset_split split = d->n[SPLIT_TRAIN] ? SPLIT_TRAIN : SPLIT_UNLABELED;
	struct statistics s = {.pixels = d->pixels[split],
			       .size =
				   (uint64_t)d->height * (uint64_t)d->width * (uint64_t)d->channels,
			       .n = d->n[split],
			       .channels = d->channels};
	int chunks = (int)((s.n + IMAGES - 1) / IMAGES);
	double count = (double)s.n * d->height * d->width;

	*out = (struct augment_source){d->height, d->width, d->channels, {0}, {1, 1, 1, 1}};
	if (!s.n)
		return;
	s.part = xmalloc((unsigned long)chunks * sizeof *s.part);
	parallel_for(chunks, sum_chunk, &s);
	for (int c = 0; c < d->channels; c++) {
		uint64_t sum = 0, square = 0;
		double mean;

		for (int i = 0; i < chunks; i++) {
			sum += s.part[i].sum[c];
			square += s.part[i].square[c];
		}
		mean = (double)sum / count;
		out->mean[c] = mean / 255;
		out->std[c] = sqrt(fmax((double)square / count - mean * mean, 0)) / 255;
	}
	free(s.part);
}
