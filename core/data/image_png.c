/* PNG, through libpng. Of an animation (APNG), the image that readers without animation show. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "core/data/image_format.h"
#include "core/data/image_orientation.h"

enum { SIGNATURE = 8, CHUNK = 12 /* length, name, checksum */ };

struct png_reader {
	const uint8_t *data;
	size_t n, at;
	png_structp png;
	png_infop info;
	uint8_t *wide; /* rows of 16-bit grey */
	png_bytep *row;
	jmp_buf jump;
	char msg[128];
};

static void png_read_bytes(png_structp png, png_bytep out, size_t n)
{
	struct png_reader *r = png_get_io_ptr(png);

	if (n > r->n - r->at)
		png_error(png, "the file ends too early");
	memcpy(out, r->data + r->at, n);
	r->at += n;
}

_Noreturn static void png_fail(png_structp png, png_const_charp why)
{
	struct png_reader *r = png_get_error_ptr(png);

	snprintf(r->msg, sizeof r->msg, "%s", why);
	longjmp(r->jump, 1);
}

static void png_warn(png_structp png, png_const_charp why)
{
	(void)png;
	(void)why; /* about ancillary chunks: wrong pixels are an error */
}

static void png_release(struct png_reader *r)
{
	png_destroy_read_struct(&r->png, &r->info, NULL);
	free(r->row);
	free(r->wide);
}

static uint32_t big32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Checks the lengths of the chunks before the image, or of all: libpng allocates the length that a
 * chunk claims, which may be gigabytes, before it reads the chunk. */
static void check_lengths(struct png_reader *r, int all)
{
	for (size_t at = SIGNATURE; at + CHUNK <= r->n;) {
		size_t length = big32(r->data + at);

		if (!memcmp(r->data + at + 4, "IEND", 4) ||
		    (!all && !memcmp(r->data + at + 4, "IDAT", 4)))
			return;
		if (length > r->n - at - CHUNK)
			png_error(r->png, "the file ends too early");
		at += CHUNK + length;
	}
}

static void png_begin(struct png_reader *r, int all)
{
	r->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, r, png_fail, png_warn);
	r->info = r->png ? png_create_info_struct(r->png) : NULL;
	if (!r->info) {
		snprintf(r->msg, sizeof r->msg, "out of memory");
		longjmp(r->jump, 1);
	}
	png_set_read_fn(r->png, r, png_read_bytes);
	png_set_user_limits(r->png, IMAGE_SIDE_MAX, IMAGE_SIDE_MAX);
	png_set_chunk_cache_max(r->png, 64);
	png_set_chunk_malloc_max(r->png, 8 << 20);
	png_set_crc_action(r->png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
	check_lengths(r, all);
	png_read_info(r->png, r->info);
}

/* Reads chunks that libpng does not provide before decoding: EXIF data with the orientation, which
 * may follow the image, and the number of images of an animation. */
static void scan_chunks(const uint8_t *data, size_t n, int *orientation, int *several)
{
	for (size_t at = SIGNATURE; n - at >= CHUNK;) {
		size_t length = big32(data + at);
		const uint8_t *body = data + at + 8;

		if (length > n - at - CHUNK)
			return;
		if (!memcmp(data + at + 4, "eXIf", 4))
			*orientation = orientation_of_exif(body, length);
		if (!memcmp(data + at + 4, "acTL", 4) && length >= 8)
			*several = big32(body) > 1;
		at += CHUNK + length;
	}
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* EXIF data as some programs write it: three lines of heading, then hexadecimal digits. */
static int orientation_of_raw_profile(const char *text)
{
	size_t n = 0, size = strlen(text) / 2 + 1;
	uint8_t *bytes;
	int high = -1, orientation;

	for (int lines = 0; lines < 3; lines++) {
		text = strchr(text, '\n');
		if (!text)
			return 0;
		text++;
	}
	bytes = xmalloc(size);
	for (; *text && n < size; text++) {
		int d = hex_digit(*text);

		if (d < 0)
			continue;
		if (high >= 0)
			bytes[n++] = (uint8_t)(high << 4 | d);
		high = high < 0 ? d : -1;
	}
	orientation = orientation_of_exif(bytes, n);
	free(bytes);
	return orientation;
}

/* Reads the orientation in the texts before the image. */
static void scan_texts(struct png_reader *r, int *by_profile, int *by_xmp)
{
	png_textp text;
	int n = 0;

	png_get_text(r->png, r->info, &text, &n);
	for (int i = 0; i < n; i++) {
		size_t length = text[i].compression > 0 ? text[i].itxt_length : text[i].text_length;

		if (!strcmp(text[i].key, "Raw profile type exif"))
			*by_profile = orientation_of_raw_profile(text[i].text);
		if (!strcmp(text[i].key, "XML:com.adobe.xmp"))
			*by_xmp = orientation_of_xmp((const uint8_t *)text[i].text, length);
	}
}

static int png_begins(const uint8_t *data, size_t n)
{
	return n >= SIGNATURE && !png_sig_cmp(data, 0, SIGNATURE);
}

static int png_probe(const uint8_t *data, size_t n, struct image_info *info, struct error *err)
{
	struct png_reader r = {.data = data, .n = n};
	int by_text[2] = {0, 0}, several; /* an array, which longjmp() does not clobber */

	if (setjmp(r.jump)) {
		png_release(&r);
		return error_set(err, ERR_FAILED, "not a PNG that can be read: %s", r.msg);
	}
	png_begin(&r, 0);
	info->width = (int)png_get_image_width(r.png, r.info);
	info->height = (int)png_get_image_height(r.png, r.info);
	scan_texts(&r, &by_text[0], &by_text[1]);
	png_release(&r);
	scan_chunks(data, n, &info->orientation, &several);
	if (!info->orientation)
		info->orientation = by_text[0] ? by_text[0] : by_text[1];
	return 0;
}

/* Asks for 8-bit RGB, except for grey of 16 bits, which is not converted. */
static void png_to_rgb(struct png_reader *r, int wide)
{
	png_set_expand(r->png); /* palette, few bits, transparent colour */
	png_set_strip_alpha(r->png);
	if (!wide) {
		png_set_strip_16(r->png);
		png_set_gray_to_rgb(r->png);
	}
	png_set_interlace_handling(r->png);
	png_read_update_info(r->png, r->info);
}

/* Points the rows to rgb, or to r->wide. */
static void place_rows(struct png_reader *r, const struct image_info *info, int wide, uint8_t *rgb)
{
	size_t stride = (size_t)info->width * (wide ? 2 : 3);
	uint8_t *to = rgb;

	if (png_get_rowbytes(r->png, r->info) != stride ||
	    (int)png_get_image_height(r->png, r->info) != info->height)
		png_error(r->png, "its size changed");
	if (wide)
		to = r->wide = xmalloc((size_t)info->height * stride);
	for (int y = 0; y < info->height; y++)
		r->row[y] = to + (size_t)y * stride;
}

static void narrow(const uint8_t *wide, size_t n, uint8_t *rgb, struct image_found *found)
{
	for (size_t i = 0; i < n; i++)
		memset(rgb + 3 * i, image_wide(wide[2 * i] << 8 | wide[2 * i + 1], found), 3);
}

static int png_decode(const uint8_t *data, size_t n, const struct image_info *info, uint8_t *rgb,
		      struct image_found *found, struct error *err)
{
	struct png_reader r = {.data = data, .n = n};
	size_t pixels = (size_t)info->width * (size_t)info->height;
	int wide, orientation;

	r.row = xmalloc((size_t)info->height * sizeof *r.row);
	if (setjmp(r.jump)) {
		png_release(&r);
		return error_set(err, ERR_FAILED, "does not decode: %s", r.msg);
	}
	png_begin(&r, 1);
	found->grey = !(png_get_color_type(r.png, r.info) & PNG_COLOR_MASK_COLOR);
	wide = png_get_color_type(r.png, r.info) == PNG_COLOR_TYPE_GRAY &&
	       png_get_bit_depth(r.png, r.info) == 16;
	png_to_rgb(&r, wide);
	place_rows(&r, info, wide, rgb);
	png_read_image(r.png, r.row);
	png_read_end(r.png, NULL);
	if (r.wide)
		narrow(r.wide, pixels, rgb, found);
	png_release(&r);
	scan_chunks(data, n, &orientation, &found->several);
	return 0;
}

const struct image_format image_png = {
    .name = "PNG",
    .extensions = ".png .apng",
    .certain = 1,
    .begins = png_begins,
    .probe = png_probe,
    .decode = png_decode,
};
