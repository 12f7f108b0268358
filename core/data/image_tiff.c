/*
 * TIFF and BigTIFF, through libtiff: strips or tiles, planes together or apart, in any compression
 * that libtiff was built with. Grey of 1 to 32 bits or floating point, palettes, RGB and CMYK of 8
 * or 16 bits, YCbCr. Of several pages the first. Messages of libtiff become part of the error and
 * are never printed.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tiffio.h>

#include "core/data/image_format.h"
#include "core/data/image_orientation.h"

enum {
	SAMPLES_MAX = 8,
	BLOCK_MAX = 1 << 29, /* bytes of a strip or tile, decoded */
	LIBTIFF_MAX = 1 << 30
};

enum pixels { GREY, PALETTE, RGB, CMYK, OTHER };

struct tiff {
	const uint8_t *data;
	uint64_t n, at;
	TIFF *t;
	int decoding; /* warnings are errors */
	int failed;
	char msg[160]; /* the first message */
	uint32_t width, height;
	uint16_t bits, samples, photometric, planar, format, compression;
	int alpha; /* the sample by which the colours are multiplied, or -1 */
	enum pixels pixels;
	const uint16_t *map[3]; /* the palette */
};

/* A strip or a tile. */
struct block {
	uint8_t *buf[SAMPLES_MAX]; /* one, or one for each sample */
	uint32_t x, y, width, height;
	size_t stride;
};

/* reading memory */

static tmsize_t tiff_read(thandle_t h, void *out, tmsize_t want)
{
	struct tiff *f = h;
	uint64_t left = f->at < f->n ? f->n - f->at : 0;
	uint64_t n = want < 0 ? 0 : (uint64_t)want < left ? (uint64_t)want : left;

	memcpy(out, f->data + f->at, n);
	f->at += n;
	return (tmsize_t)n;
}

static tmsize_t tiff_write(thandle_t h, void *data, tmsize_t n)
{
	(void)h;
	(void)data;
	(void)n;
	return -1;
}

static toff_t tiff_seek(thandle_t h, toff_t to, int from)
{
	struct tiff *f = h;
	uint64_t base = from == SEEK_CUR ? f->at : from == SEEK_END ? f->n : 0;

	if (base + to > f->n) /* unsigned: a negative offset wraps around */
		f->at = f->n;
	else
		f->at = base + to;
	return f->at;
}

static toff_t tiff_size(thandle_t h)
{
	return ((struct tiff *)h)->n;
}

static int tiff_done(thandle_t h)
{
	(void)h;
	return 0;
}

static int save_message(struct tiff *f, const char *fmt, va_list ap)
{
	if (!*f->msg)
		vsnprintf(f->msg, sizeof f->msg, fmt, ap);
	for (char *p = f->msg; *p; p++)
		if ((unsigned char)*p < ' ' || (unsigned char)*p > '~')
			*p = '?';
	return 1;
}

static int tiff_error(TIFF *t, void *user, const char *module, const char *fmt, va_list ap)
{
	struct tiff *f = user;

	(void)t;
	(void)module;
	f->failed = 1;
	return save_message(f, fmt, ap);
}

/* For JPEG and fax data libtiff reports missing data as a mere warning. */
static int tiff_warning(TIFF *t, void *user, const char *module, const char *fmt, va_list ap)
{
	struct tiff *f = user;

	(void)t;
	if (!f->decoding || !module ||
	    (strncmp(module, "JPEG", 4) != 0 && strncmp(module, "Fax", 3) != 0))
		return 1;
	f->failed = 1;
	return save_message(f, fmt, ap);
}

static int tiff_open(struct tiff *f, const uint8_t *data, size_t n)
{
	TIFFOpenOptions *o = TIFFOpenOptionsAlloc();

	*f = (struct tiff){.data = data, .n = n, .alpha = -1};
	if (!o)
		return -1;
	TIFFOpenOptionsSetErrorHandlerExtR(o, tiff_error, f);
	TIFFOpenOptionsSetWarningHandlerExtR(o, tiff_warning, f);
	TIFFOpenOptionsSetMaxSingleMemAlloc(o, LIBTIFF_MAX);
	f->t = TIFFClientOpenExt("TIFF", "rm", f, tiff_read, tiff_write, tiff_seek, tiff_done,
				 tiff_size, NULL, NULL, o);
	TIFFOpenOptionsFree(o);
	return f->t ? 0 : -1;
}

static int refuse(struct tiff *f, const char *what, struct error *err)
{
	error_set(err, ERR_FAILED, "%s: %s", what, *f->msg ? f->msg : "truncated or damaged");
	if (f->t)
		TIFFClose(f->t);
	return -1;
}

/* the kind of pixels */

static void find_alpha(struct tiff *f)
{
	uint16_t extras = 0, *kind = NULL;

	if (TIFFGetField(f->t, TIFFTAG_EXTRASAMPLES, &extras, &kind) && extras &&
	    extras < f->samples && kind[0] == EXTRASAMPLE_ASSOCALPHA)
		f->alpha = f->samples - extras;
}

static int is_grey(const struct tiff *f)
{
	int whole = f->format == SAMPLEFORMAT_UINT || f->format == SAMPLEFORMAT_INT;

	if (f->photometric > PHOTOMETRIC_MINISBLACK &&
	    (f->photometric != PHOTOMETRIC_YCBCR || f->samples > 1))
		return 0;
	if (f->format == SAMPLEFORMAT_IEEEFP)
		return f->bits == 32;
	return whole && (f->bits == 1 || f->bits == 2 || f->bits == 4 || f->bits == 8 ||
			 f->bits == 12 || f->bits == 16 || f->bits == 32);
}

/* Sets f->pixels. -1 if the kind is not supported. */
static int find_pixels(struct tiff *f)
{
	int colours = f->format == SAMPLEFORMAT_UINT && (f->bits == 8 || f->bits == 16);

	f->pixels = OTHER;
	if (f->samples < 1 || f->samples > SAMPLES_MAX)
		return -1;
	if (is_grey(f))
		f->pixels = GREY;
	else if (f->photometric == PHOTOMETRIC_RGB && colours && f->samples >= 3)
		f->pixels = RGB;
	else if (f->photometric == PHOTOMETRIC_SEPARATED && colours && f->samples >= 4)
		f->pixels = CMYK;
	else if (f->photometric == PHOTOMETRIC_PALETTE && f->bits >= 1 && f->bits <= 8 &&
		 !(f->bits & (f->bits - 1)))
		f->pixels = TIFFGetField(f->t, TIFFTAG_COLORMAP, &f->map[0], &f->map[1], &f->map[2])
				? PALETTE
				: OTHER;
	else if (f->photometric == PHOTOMETRIC_YCBCR && f->bits == 8 && f->samples == 3)
		return 0;
	return f->pixels == OTHER ? -1 : 0;
}

static int read_tags(struct tiff *f)
{
	uint32_t kind = 0;

	if (!TIFFGetField(f->t, TIFFTAG_IMAGEWIDTH, &f->width) ||
	    !TIFFGetField(f->t, TIFFTAG_IMAGELENGTH, &f->height))
		return -1;
	TIFFGetFieldDefaulted(f->t, TIFFTAG_BITSPERSAMPLE, &f->bits);
	TIFFGetFieldDefaulted(f->t, TIFFTAG_SAMPLESPERPIXEL, &f->samples);
	TIFFGetFieldDefaulted(f->t, TIFFTAG_SAMPLEFORMAT, &f->format);
	TIFFGetFieldDefaulted(f->t, TIFFTAG_PLANARCONFIG, &f->planar);
	TIFFGetFieldDefaulted(f->t, TIFFTAG_COMPRESSION, &f->compression);
	if (f->format == SAMPLEFORMAT_VOID)
		f->format = SAMPLEFORMAT_UINT;
	TIFFGetField(f->t, TIFFTAG_PHOTOMETRIC, &f->photometric);
	if (f->compression == COMPRESSION_OJPEG)
		f->photometric = PHOTOMETRIC_YCBCR;
	find_alpha(f);
	TIFFGetField(f->t, TIFFTAG_SUBFILETYPE, &kind);
	if (kind & FILETYPE_REDUCEDIMAGE) {
		snprintf(f->msg, sizeof f->msg,
			 "its first image is a thumbnail, as in raw files of cameras");
		return -1;
	}
	if (!find_pixels(f))
		return 0;
	snprintf(f->msg, sizeof f->msg, "%d samples of %d bits (photometric %d, format %d)",
		 f->samples, f->bits, f->photometric, f->format);
	return -1;
}

static int tiff_begins(const uint8_t *data, size_t n)
{
	return n >= 8 && (!memcmp(data, "II*\0", 4) || !memcmp(data, "MM\0*", 4) ||
			  !memcmp(data, "II+\0", 4) || !memcmp(data, "MM\0+", 4));
}

static int tiff_probe(const uint8_t *data, size_t n, struct image_info *info, struct error *err)
{
	uint16_t orientation = 0;
	uint32_t length = 0;
	void *xmp = NULL;
	struct tiff f;

	if (tiff_open(&f, data, n) || read_tags(&f))
		return refuse(&f, "not a TIFF that can be read", err);
	if (TIFFGetField(f.t, TIFFTAG_ORIENTATION, &orientation))
		info->orientation = orientation <= 8 ? orientation : 1;
	else if (TIFFGetField(f.t, TIFFTAG_XMLPACKET, &length, &xmp))
		info->orientation = orientation_of_xmp(xmp, length);
	info->width = f.width > IMAGE_SIDE_MAX ? IMAGE_SIDE_MAX + 1 : (int)f.width;
	info->height = f.height > IMAGE_SIDE_MAX ? IMAGE_SIDE_MAX + 1 : (int)f.height;
	TIFFClose(f.t);
	return 0;
}

/* pixels */

/* Sample i of a row, as it is stored. */
static double sample(const struct tiff *f, const uint8_t *row, size_t i)
{
	size_t bit = i * f->bits;
	uint32_t v32;
	uint16_t v16;
	float real;

	switch (f->bits) {
	case 8:
		return row[i];
	case 12:
		row += bit / 8;
		return bit % 8 ? (row[0] & 15) << 8 | row[1] : row[0] << 4 | row[1] >> 4;
	case 16:
		memcpy(&v16, row + 2 * i, 2);
		return f->format == SAMPLEFORMAT_INT ? (int16_t)v16 : v16;
	case 32:
		memcpy(&v32, row + 4 * i, 4);
		memcpy(&real, &v32, 4);
		return f->format == SAMPLEFORMAT_IEEEFP ? (double)real : (int32_t)v32;
	default:
		return row[bit / 8] >> (8 - f->bits - bit % 8) & ((1 << f->bits) - 1);
	}
}

/* Sample k of pixel x of row y in the block. */
static double sample_at(const struct tiff *f, const struct block *b, uint32_t x, uint32_t y, int k)
{
	size_t start = y * b->stride;

	if (f->planar == PLANARCONFIG_SEPARATE)
		return sample(f, b->buf[k] + start, x);
	return sample(f, b->buf[0] + start, (size_t)x * f->samples + (size_t)k);
}

/* The high 8 bits of a colour, with the multiplication by alpha undone. */
static uint8_t colour_at(const struct tiff *f, const struct block *b, uint32_t x, uint32_t y, int k)
{
	int shift = f->bits - 8, v = (int)sample_at(f, b, x, y, k) >> shift, a;

	if (f->alpha < 0)
		return (uint8_t)v;
	a = (int)sample_at(f, b, x, y, f->alpha) >> shift;
	v = a ? v * 255 / a : 0;
	return (uint8_t)(v < 255 ? v : 255);
}

static uint8_t grey_at(const struct tiff *f, const struct block *b, uint32_t x, uint32_t y,
		       struct image_found *found)
{
	int v;

	if (f->bits > 8)
		return image_wide(sample_at(f, b, x, y, 0), found);
	v = f->bits == 8 ? colour_at(f, b, x, y, 0)
			 : (int)sample_at(f, b, x, y, 0) * 255 / ((1 << f->bits) - 1);
	return (uint8_t)(f->photometric == PHOTOMETRIC_MINISWHITE ? 255 - v : v);
}

static void copy_pixel(const struct tiff *f, const struct block *b, uint32_t x, uint32_t y,
		       uint8_t *rgb, struct image_found *found)
{
	uint8_t cmyk[4];

	switch (f->pixels) {
	case GREY:
		memset(rgb, grey_at(f, b, x, y, found), 3);
		break;
	case PALETTE:
		for (int k = 0; k < 3; k++)
			rgb[k] = (uint8_t)(f->map[k][(int)sample_at(f, b, x, y, 0)] >> 8);
		break;
	case CMYK:
		for (int k = 0; k < 4; k++)
			cmyk[k] = colour_at(f, b, x, y, k);
		image_cmyk(cmyk, rgb, 1, 0);
		break;
	default:
		for (int k = 0; k < 3; k++)
			rgb[k] = colour_at(f, b, x, y, k);
	}
}

/* Copies the part of the block that lies in the image. */
static void copy_block(const struct tiff *f, const struct block *b, uint8_t *rgb,
		       struct image_found *found)
{
	for (uint32_t y = 0; y < b->height && b->y + y < f->height; y++)
		for (uint32_t x = 0; x < b->width && b->x + x < f->width; x++)
			copy_pixel(f, b, x, y, rgb + 3 * ((size_t)(b->y + y) * f->width + b->x + x),
				   found);
}

static int read_block(struct tiff *f, struct block *b, int plane)
{
	tmsize_t bytes = (tmsize_t)(b->stride * b->height), got;

	if (TIFFIsTiled(f->t))
		got =
		    TIFFReadEncodedTile(f->t, TIFFComputeTile(f->t, b->x, b->y, 0, (uint16_t)plane),
					b->buf[plane], bytes);
	else
		got = TIFFReadEncodedStrip(f->t, TIFFComputeStrip(f->t, b->y, (uint16_t)plane),
					   b->buf[plane], bytes);
	return got == bytes && !f->failed ? 0 : -1;
}

static int planes(const struct tiff *f)
{
	return f->planar == PLANARCONFIG_SEPARATE ? f->samples : 1;
}

/* Sets the size of blocks and allocates one; the caller frees b->buf. */
static int start_blocks(struct tiff *f, struct block *b)
{
	uint32_t rows = 0, per_pixel = f->bits * (planes(f) > 1 ? 1U : f->samples);

	b->width = f->width;
	if (TIFFIsTiled(f->t)) {
		TIFFGetField(f->t, TIFFTAG_TILEWIDTH, &b->width);
		TIFFGetField(f->t, TIFFTAG_TILELENGTH, &rows);
		b->stride = (size_t)TIFFTileRowSize(f->t);
	} else {
		TIFFGetFieldDefaulted(f->t, TIFFTAG_ROWSPERSTRIP, &rows);
		b->stride = (size_t)TIFFScanlineSize(f->t);
		if (rows > f->height)
			rows = f->height;
	}
	b->height = rows;
	if (!b->width || !rows || b->stride < ((uint64_t)b->width * per_pixel + 7) / 8 ||
	    b->stride > BLOCK_MAX / rows / (size_t)planes(f))
		return -1;
	for (int k = 0; k < planes(f); k++) {
		b->buf[k] = malloc(b->stride * rows);
		if (!b->buf[k])
			return -1;
	}
	return 0;
}

static int read_blocks(struct tiff *f, struct block *b, uint8_t *rgb, struct image_found *found)
{
	uint32_t rows = b->height;

	for (b->y = 0; b->y < f->height; b->y += rows) {
		if (!TIFFIsTiled(f->t) && rows > f->height - b->y)
			b->height = f->height - b->y;
		for (b->x = 0; b->x < f->width; b->x += b->width) {
			for (int k = 0; k < planes(f); k++)
				if (read_block(f, b, k))
					return -1;
			copy_block(f, b, rgb, found);
		}
	}
	return 0;
}

static int read_image(struct tiff *f, uint8_t *rgb, struct image_found *found)
{
	struct block b = {0};
	int ret = start_blocks(f, &b) || read_blocks(f, &b, rgb, found) ? -1 : 0;

	for (int k = 0; k < SAMPLES_MAX; k++)
		free(b.buf[k]);
	return ret;
}

/* For YCbCr other than in JPEG: libtiff converts it to RGB. */
static int read_rgba(struct tiff *f, uint8_t *rgb)
{
	size_t n = (size_t)f->width * f->height;
	uint32_t *raster = malloc(n * sizeof *raster);
	char why[1024]; /* the size that libtiff requires */
	TIFFRGBAImage image;
	int ok = 0;

	if (raster && TIFFRGBAImageBegin(&image, f->t, 1, why)) {
		image.req_orientation = image.orientation; /* the caller applies it */
		ok = TIFFRGBAImageGet(&image, raster, f->width, f->height) && !f->failed;
		TIFFRGBAImageEnd(&image);
	}
	for (size_t i = 0; i < n && ok; i++) {
		rgb[3 * i] = (uint8_t)TIFFGetR(raster[i]);
		rgb[3 * i + 1] = (uint8_t)TIFFGetG(raster[i]);
		rgb[3 * i + 2] = (uint8_t)TIFFGetB(raster[i]);
	}
	free(raster);
	return ok ? 0 : -1;
}

/* YCbCr in JPEG, which libjpeg converts to RGB. */
static int is_jpeg_ycbcr(const struct tiff *f)
{
	return f->photometric == PHOTOMETRIC_YCBCR && f->samples == 3 &&
	       f->compression == COMPRESSION_JPEG && f->planar == PLANARCONFIG_CONTIG;
}

static int tiff_decode(const uint8_t *data, size_t n, const struct image_info *info, uint8_t *rgb,
		       struct image_found *found, struct error *err)
{
	struct tiff f;
	int bad;

	if (tiff_open(&f, data, n) || read_tags(&f))
		return refuse(&f, "does not decode", err);
	f.decoding = 1;
	f.failed = 0;
	if (f.width != (uint32_t)info->width || f.height != (uint32_t)info->height)
		return refuse(&f, "does not decode", err);
	if (is_jpeg_ycbcr(&f)) {
		TIFFSetField(f.t, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
		f.pixels = RGB;
	}
	bad = f.pixels == OTHER ? read_rgba(&f, rgb) : read_image(&f, rgb, found);
	if (bad)
		return refuse(&f, "does not decode", err);
	found->grey = f.pixels == GREY;
	found->several = !TIFFLastDirectory(f.t);
	TIFFClose(f.t);
	return 0;
}

const struct image_format image_tiff = {
    .name = "TIFF",
    .extensions = ".tif .tiff .btf .tf8",
    .certain = 1,
    .begins = tiff_begins,
    .probe = tiff_probe,
    .decode = tiff_decode,
};
