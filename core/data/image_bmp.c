/*
 * BMP, as Windows and OS/2 write it: 1 to 32 bits, palettes, bit masks, run lengths. It is read
 * without a library, since the format is little more than a header and rows of pixels, and the
 * libraries in Debian are large toolkits or do not support run lengths. Every access is checked
 * against the size of the file.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/data/image_format.h"

enum { FILE_HEADER = 14, RAW = 0, RLE8 = 1, RLE4 = 2, MASKS = 3 };

struct bmp {
	const uint8_t *data;
	size_t n;
	size_t at; /* offset of the pixels, or of the next byte to read */
	int width, height, top_down;
	int bits, compression;
	uint32_t mask[3]; /* of red, green and blue */
	uint8_t palette[256][3];
	int grey; /* the palette holds only greys in order */
};

static uint32_t little(const uint8_t *p, int size)
{
	uint32_t v = 0;

	while (size--)
		v = v << 8 | p[size];
	return v;
}

static int refuse(const char *what, struct error *err)
{
	return error_set(err, ERR_FAILED, "not a BMP that can be read: %s", what);
}

static int bmp_begins(const uint8_t *data, size_t n)
{
	return n >= FILE_HEADER + 4 && data[0] == 'B' && data[1] == 'M';
}

/* Reads the size and kind of pixels from the header, which has `size` bytes. */
static int read_shape(struct bmp *b, uint32_t size, struct error *err)
{
	const uint8_t *h = b->data + FILE_HEADER;
	int32_t height;

	if (size == 12) {
		b->width = (int)little(h + 4, 2);
		b->height = (int)little(h + 6, 2);
		b->bits = (int)little(h + 10, 2);
		return 0;
	}
	b->width = (int32_t)little(h + 4, 4);
	height = (int32_t)little(h + 8, 4);
	if (height == INT32_MIN)
		return refuse("its height is invalid", err);
	b->top_down = height < 0;
	b->height = height < 0 ? -height : height;
	b->bits = (int)little(h + 14, 2);
	b->compression = (int)little(h + 16, 4);
	return 0;
}

/* Sets the masks of colours of 16 bits and more; `at` is the end of the header. */
static int read_masks(struct bmp *b, uint32_t size, size_t at, struct error *err)
{
	static const uint32_t usual[3] = {0xff0000, 0xff00, 0xff}, of_16[3] = {0x7c00, 0x3e0, 0x1f};

	memcpy(b->mask, b->bits == 16 ? of_16 : usual, sizeof usual);
	if (b->compression != MASKS)
		return 0;
	if (size >= 52)
		at = FILE_HEADER + 40;
	if (b->n < at + 12)
		return refuse("truncated", err);
	for (int i = 0; i < 3; i++)
		b->mask[i] = little(b->data + at + 4 * (size_t)i, 4);
	if (!b->mask[0] && !b->mask[1] && !b->mask[2] && b->bits == 32)
		memcpy(b->mask, usual, sizeof usual);
	for (int i = 0; i < 3; i++) {
		uint32_t m = b->mask[i];

		while (m && !(m & 1))
			m >>= 1;
		if (!m || m & (m + 1) || m > 0xffff)
			return refuse("unusual masks of its colours", err);
	}
	return 0;
}

/* Reads up to 256 colours of `size` bytes each. Indices beyond them are black. */
static int read_palette(struct bmp *b, uint32_t colours, size_t at, size_t size, struct error *err)
{
	uint32_t n = colours < 256 ? colours : 256;

	if ((b->n - at) / size < n)
		return refuse("truncated", err);
	b->grey = 1;
	for (uint32_t i = 0; i < n; i++)
		for (int k = 0; k < 3; k++)
			b->palette[i][k] = b->data[at + i * size + 2 - (size_t)k];
	for (uint32_t i = 0; i < n; i++)
		for (int k = 0; k < 3; k++)
			b->grey &= b->palette[i][k] == (n == 2 && i ? 255 : i);
	return 0;
}

static int is_readable(const struct bmp *b)
{
	switch (b->compression) {
	case RAW:
		return b->bits == 1 || b->bits == 4 || b->bits == 8 || b->bits == 16 ||
		       b->bits == 24 || b->bits == 32;
	case RLE8:
		return b->bits == 8;
	case RLE4:
		return b->bits == 4;
	case MASKS:
		return b->bits == 16 || b->bits == 24 || b->bits == 32;
	default:
		return 0;
	}
}

static int read_header(struct bmp *b, struct error *err)
{
	uint32_t size = little(b->data + FILE_HEADER, 4), colours = 0;
	size_t after = FILE_HEADER + (size_t)size, entry = size == 12 ? 3 : 4;

	if (size != 12 && size != 40 && size != 52 && size != 56 && size != 64 && size != 108 &&
	    size != 124)
		return refuse("unknown size of its header", err);
	if (b->n < after)
		return refuse("truncated", err);
	if (read_shape(b, size, err))
		return -1;
	if (!is_readable(b))
		return error_set(err, ERR_FAILED,
				 "not a BMP that can be read: %d bits with compression %d", b->bits,
				 b->compression);
	if (size > 12)
		colours = little(b->data + FILE_HEADER + 32, 4);
	b->at = little(b->data + 10, 4);
	if (b->bits > 8)
		return read_masks(b, size, after, err);
	if (!colours)
		colours = 1U << b->bits;
	if (read_palette(b, colours, after, entry, err))
		return -1;
	if (!b->at || b->at == after) /* some programs write it so */
		b->at = after + entry * (size_t)colours;
	return 0;
}

static int bmp_probe(const uint8_t *data, size_t n, struct image_info *info, struct error *err)
{
	struct bmp b = {.data = data, .n = n};

	if (read_header(&b, err))
		return -1;
	info->width = b.width;
	info->height = b.height;
	return 0;
}

/* The bits of the pixel in a mask, scaled to 0 .. 255. */
static uint8_t masked(uint32_t pixel, uint32_t mask)
{
	while (!(mask & 1)) {
		mask >>= 1;
		pixel >>= 1;
	}
	return (uint8_t)((pixel & mask) * 255 / mask);
}

static void copy_indices(const struct bmp *b, const uint8_t *in, uint8_t *rgb)
{
	for (int x = 0; x < b->width; x++, rgb += 3) {
		int bit = x * b->bits;
		int v = in[bit / 8] >> (8 - b->bits - bit % 8) & ((1 << b->bits) - 1);

		memcpy(rgb, b->palette[v], 3);
	}
}

static void copy_colours(const struct bmp *b, const uint8_t *in, uint8_t *rgb)
{
	int bytes = b->bits / 8;

	for (int x = 0; x < b->width; x++, rgb += 3, in += bytes)
		for (int k = 0; k < 3; k++)
			rgb[k] = masked(little(in, bytes), b->mask[k]);
}

static void copy_row(const struct bmp *b, const uint8_t *in, uint8_t *rgb)
{
	if (b->bits <= 8)
		copy_indices(b, in, rgb);
	else
		copy_colours(b, in, rgb);
}

static uint8_t *row_of(const struct bmp *b, uint8_t *rgb, int y)
{
	return rgb + (size_t)(b->top_down ? y : b->height - 1 - y) * (size_t)b->width * 3;
}

static int read_rows(struct bmp *b, uint8_t *rgb)
{
	size_t stride = ((size_t)b->width * (size_t)b->bits + 31) / 32 * 4;

	if (b->at > b->n)
		return -1;
	for (int y = 0; y < b->height; y++, b->at += stride) {
		size_t used = ((size_t)b->width * (size_t)b->bits + 7) / 8;

		if (b->n - b->at < (y == b->height - 1 ? used : stride))
			return -1;
		copy_row(b, b->data + b->at, row_of(b, rgb, y));
	}
	return 0;
}

/* The output of run lengths: pixels in order, one byte with the index for each. */
struct runs {
	uint8_t *out;
	size_t n, all;
	size_t x; /* column; a run ends with its row */
};

static void append_run(const struct bmp *b, struct runs *r, size_t count, uint8_t value)
{
	size_t room = r->x < (size_t)b->width ? (size_t)b->width - r->x : 0;

	if (count > room)
		count = room;
	if (count > r->all - r->n)
		count = r->all - r->n;
	for (size_t i = 0; i < count; i++)
		r->out[r->n++] =
		    b->compression == RLE8 ? value : (i % 2 ? value & 15 : (uint8_t)(value >> 4));
	r->x += count;
}

/* Appends `count` pixels that are stored as such, and skips a byte that pads them to an even
 * number. */
static int append_pixels(struct bmp *b, struct runs *r, size_t count)
{
	size_t n = count < r->all - r->n ? count : r->all - r->n;
	size_t bytes = b->compression == RLE8 ? n : (n + 1) / 2;

	if (b->n - b->at < bytes)
		return -1;
	for (size_t i = 0; i < n; i++) {
		uint8_t v = b->data[b->at + (b->compression == RLE8 ? i : i / 2)];

		r->out[r->n++] = b->compression == RLE8 ? v : (i % 2 ? v & 15 : (uint8_t)(v >> 4));
	}
	r->x += count;
	b->at += bytes;
	b->at += b->at % 2;
	return 0;
}

static void skip(struct runs *r, size_t count)
{
	if (count > r->all - r->n)
		count = r->all - r->n;
	memset(r->out + r->n, 0, count);
	r->n += count;
}

/* Interprets the code after a zero byte. 1 at the end of the image, 0 otherwise, -1 on error. */
static int escape(struct bmp *b, struct runs *r, uint8_t code)
{
	size_t width = (size_t)b->width;

	switch (code) {
	case 0:
		skip(r, (width - r->n % width) % width);
		r->x = 0;
		return 0;
	case 1:
		skip(r, r->all);
		return 1;
	case 2:
		if (b->n - b->at < 2)
			return -1;
		skip(r, b->data[b->at] + b->data[b->at + 1] * width);
		r->x = r->n % width;
		b->at += 2;
		return 0;
	default:
		return append_pixels(b, r, code);
	}
}

static int read_runs(struct bmp *b, struct runs *r)
{
	int done = 0;

	while (!done && r->n < r->all) {
		uint8_t count, value;

		if (b->at > b->n || b->n - b->at < 2)
			return -1;
		count = b->data[b->at++];
		value = b->data[b->at++];
		if (count)
			append_run(b, r, count, value);
		else
			done = escape(b, r, value);
	}
	return done < 0 ? -1 : 0;
}

/* Converts one row of indices to colours of the palette. */
static void colour_row(const struct bmp *b, const uint8_t *index, uint8_t *rgb)
{
	for (int x = 0; x < b->width; x++) {
		const uint8_t *colour = b->palette[index[x]];

		rgb[3 * x] = colour[0];
		rgb[3 * x + 1] = colour[1];
		rgb[3 * x + 2] = colour[2];
	}
}

static int read_compressed(struct bmp *b, uint8_t *rgb)
{
	size_t width = (size_t)b->width;
	struct runs r = {.all = width * (size_t)b->height};
	int ret;

	r.out = xmalloc(r.all);
	ret = read_runs(b, &r);
	for (int y = 0; y < b->height && !ret; y++)
		colour_row(b, r.out + (size_t)y * width, row_of(b, rgb, y));
	free(r.out);
	return ret;
}

static int bmp_decode(const uint8_t *data, size_t n, const struct image_info *info, uint8_t *rgb,
		      struct image_found *found, struct error *err)
{
	struct bmp b = {.data = data, .n = n};

	if (read_header(&b, err))
		return -1;
	if (b.width != info->width || b.height != info->height ||
	    (b.compression == RLE8 || b.compression == RLE4 ? read_compressed(&b, rgb)
							    : read_rows(&b, rgb)))
		return error_set(err, ERR_FAILED, "does not decode: truncated");
	found->grey = b.bits <= 8 && b.grey;
	return 0;
}

const struct image_format image_bmp = {
    .name = "BMP",
    .extensions = ".bmp .dib .rle",
    .begins = bmp_begins,
    .probe = bmp_probe,
    .decode = bmp_decode,
};
