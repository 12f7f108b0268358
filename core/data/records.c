/* Reads images from binary records of fixed size, as in CIFAR, STL-10 and IDX files. */
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/data/records.h"

enum { BATCH_BYTES = 4 << 20, CHUNK = 32 };

struct batch {
	const struct record_shape *shape;
	size_t record, image; /* bytes */
	uint32_t n;
	const uint8_t *in;
	uint8_t *out;
};

static void convert(const struct record_shape *s, const uint8_t *in, uint8_t *out)
{
	int plane = s->height * s->width;

	for (int y = 0; y < s->height; y++)
		for (int x = 0; x < s->width; x++) {
			int at = s->order == ORDER_COLUMNS ? x * s->height + y : y * s->width + x;

			for (int k = 0; k < s->channels; k++)
				*out++ = in[k * plane + at];
		}
}

static void convert_chunk(void *ctx, int chunk)
{
	const struct batch *b = ctx;
	uint32_t i = (uint32_t)chunk * CHUNK, end = i + CHUNK < b->n ? i + CHUNK : b->n;

	for (; i < end; i++) {
		const uint8_t *in = b->in + i * b->record + b->shape->label_bytes;

		if (b->shape->order == ORDER_HWC)
			memcpy(b->out + i * b->image, in, b->image);
		else
			convert(b->shape, in, b->out + i * b->image);
	}
}

static int add_batch(struct import *im, struct batch *b, const char *name, int split, uint32_t rank,
		     struct error *err)
{
	const struct record_shape *s = b->shape;
	struct import_image *image;

	parallel_for((int)((b->n + CHUNK - 1) / CHUNK), convert_chunk, b);
	image = import_add_images(im, b->out, b->n, s->height, s->width, s->channels, name, err);
	if (!image)
		return -1;
	for (uint32_t i = 0; i < b->n; i++) {
		image[i].split = (int16_t)split;
		image[i].rank = rank;
		image[i].label = s->label_bytes ? b->in[i * b->record + s->label_bytes - 1] : -1;
	}
	return 0;
}

static int wrong_size(const struct import *im, const char *name, size_t record, int64_t count,
		      int64_t whole, size_t rest, struct error *err)
{
	if (count < 0)
		return error_set(
		    err, ERR_FAILED,
		    "%s: %s: truncated or not %s: %lld records of %zu bytes and %zu more bytes",
		    im->path, name, im->format->title, (long long)whole, record, rest);
	return error_set(err, ERR_FAILED,
			 "%s: %s: truncated: it should hold %lld images, but holds %lld", im->path,
			 name, (long long)count, (long long)whole);
}

/* Checks that nothing follows the records. */
static int expect_end(struct import *im, struct unpack *u, const char *name, struct error *err)
{
	char byte;
	ssize_t n = unpack_read(u, &byte, 1, err);

	if (n > 0)
		return error_set(err, ERR_FAILED, "%s: %s: longer than its header says", im->path,
				 name);
	return n < 0 ? -1 : 0;
}

static int read_batches(struct import *im, struct unpack *u, const char *name, struct batch *b,
			uint8_t *in, int64_t count, int split, uint32_t rank, struct error *err)
{
	uint32_t step = b->record < BATCH_BYTES ? (uint32_t)(BATCH_BYTES / b->record) : 1;
	int64_t done = 0;

	while (count < 0 || done < count) {
		uint32_t want = count < 0 || count - done > step ? step : (uint32_t)(count - done);
		ssize_t got = unpack_read(u, in, want * b->record, err);

		if (got < 0)
			return -1;
		b->n = (uint32_t)((size_t)got / b->record);
		if (b->n && add_batch(im, b, name, split, rank, err))
			return -1;
		done += b->n;
		if (b->n < want) {
			size_t rest = (size_t)got % b->record;

			if (count >= 0 || rest)
				return wrong_size(im, name, b->record, count, done, rest, err);
			return 0;
		}
	}
	return expect_end(im, u, name, err);
}

int import_records(struct import *im, struct unpack *u, const char *name,
		   const struct record_shape *shape, int64_t count, int split, uint32_t rank,
		   struct error *err)
{
	struct batch b = {.shape = shape};
	size_t step;
	uint8_t *in;
	int ret;

	b.image = (size_t)shape->height * (size_t)shape->width * (size_t)shape->channels;
	b.record = b.image + (size_t)shape->label_bytes;
	step = b.record < BATCH_BYTES ? BATCH_BYTES / b.record : 1;
	b.in = in = xmalloc(step * b.record);
	b.out = xmalloc(step * b.image);
	ret = read_batches(im, u, name, &b, in, count, split, rank, err);
	free(in);
	free(b.out);
	return ret;
}
