#include "core/data/image.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>
#include <png.h>

/* libjpeg */

enum { SCANS_MAX = 200 }; /* a progressive file of endless scans takes for ever */

struct jpeg_errors {
	struct jpeg_error_mgr base; /* first: libjpeg hands us a pointer to it */
	jmp_buf jump;
	char msg[JMSG_LENGTH_MAX];
};

_Noreturn static void jpeg_fail(j_common_ptr c)
{
	struct jpeg_errors *e = (struct jpeg_errors *)c->err;

	c->err->format_message(c, e->msg);
	longjmp(e->jump, 1);
}

/* A warning is data that is wrong or missing, save for a few that lose nothing. */
static void jpeg_message(j_common_ptr c, int level)
{
	switch (c->err->msg_code) {
	case JWRN_EXTRANEOUS_DATA:
	case JWRN_ADOBE_XFORM:
	case JWRN_JFIF_MAJOR:
	case JWRN_BOGUS_PROGRESSION:
		return;
	default:
		if (level < 0)
			jpeg_fail(c);
	}
}

static void jpeg_progress(j_common_ptr c)
{
	if (((j_decompress_ptr)c)->input_scan_number > SCANS_MAX)
		ERREXIT(c, JERR_BAD_PROGRESSION);
}

/* Adobe writes its CMYK inverted: 255 is no ink. */
static void rgb_of_cmyk(const uint8_t *cmyk, uint8_t *rgb, int n, int inverted)
{
	for (int i = 0; i < n; i++, cmyk += 4, rgb += 3)
		for (int k = 0; k < 3; k++) {
			int light = inverted ? cmyk[k] : 255 - cmyk[k];
			int key = inverted ? cmyk[3] : 255 - cmyk[3];

			rgb[k] = (uint8_t)((light * key + 127) / 255);
		}
}

static void jpeg_rows(struct jpeg_decompress_struct *c, uint8_t *rgb)
{
	JSAMPARRAY row = NULL;

	if (c->out_color_space == JCS_CMYK)
		row = c->mem->alloc_sarray((j_common_ptr)c, JPOOL_IMAGE, c->output_width * 4, 1);
	while (c->output_scanline < c->output_height) {
		JSAMPROW to = rgb + (size_t)c->output_scanline * c->output_width * 3;

		if (row) {
			jpeg_read_scanlines(c, row, 1);
			rgb_of_cmyk(row[0], to, (int)c->output_width, c->saw_Adobe_marker);
		} else {
			jpeg_read_scanlines(c, &to, 1);
		}
	}
}

static void jpeg_begin(struct jpeg_decompress_struct *c, struct jpeg_errors *e, const uint8_t *data,
		       size_t n)
{
	c->err = jpeg_std_error(&e->base);
	e->base.error_exit = jpeg_fail;
	e->base.emit_message = jpeg_message;
	jpeg_create_decompress(c);
	jpeg_mem_src(c, data, (unsigned long)n);
	jpeg_read_header(c, TRUE);
}

static int jpeg_probe(const uint8_t *data, size_t n, struct image_info *info, struct error *err)
{
	struct jpeg_decompress_struct c = {0};
	struct jpeg_errors e = {0};

	if (setjmp(e.jump)) {
		jpeg_destroy_decompress(&c);
		return error_set(err, ERR_FAILED, "not a JPEG that can be read: %s", e.msg);
	}
	jpeg_begin(&c, &e, data, n);
	info->width = (int)c.image_width;
	info->height = (int)c.image_height;
	jpeg_destroy_decompress(&c);
	return 0;
}

static int jpeg_decode(const uint8_t *data, size_t n, const struct image_info *info, uint8_t *rgb,
		       int *grey, struct error *err)
{
	struct jpeg_decompress_struct c = {0};
	struct jpeg_progress_mgr progress = {0};
	struct jpeg_errors e = {0};

	if (setjmp(e.jump)) {
		jpeg_destroy_decompress(&c);
		return error_set(err, ERR_FAILED, "does not decode: %s", e.msg);
	}
	jpeg_begin(&c, &e, data, n);
	progress.progress_monitor = jpeg_progress;
	c.progress = &progress;
	c.dct_method = JDCT_ISLOW; /* the same bytes with and without SIMD */
	c.out_color_space = c.num_components == 4 ? JCS_CMYK : JCS_RGB;
	*grey = c.num_components == 1;
	jpeg_start_decompress(&c);
	if ((int)c.output_width != info->width || (int)c.output_height != info->height)
		ERREXIT(&c, JERR_BAD_LENGTH);
	jpeg_rows(&c, rgb);
	jpeg_finish_decompress(&c);
	jpeg_destroy_decompress(&c);
	return 0;
}

/* libpng */

struct png_reader {
	const uint8_t *data;
	size_t n, at;
	png_structp png;
	png_infop info;
	png_bytep *row;
	jmp_buf jump;
	char msg[128];
};

static void png_take(png_structp png, png_bytep out, size_t n)
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
	(void)why; /* ancillary chunks: pixels that are wrong are an error */
}

static void png_release(struct png_reader *r)
{
	png_destroy_read_struct(&r->png, &r->info, NULL);
	free(r->row);
}

static void png_begin(struct png_reader *r)
{
	r->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, r, png_fail, png_warn);
	r->info = r->png ? png_create_info_struct(r->png) : NULL;
	if (!r->info) {
		snprintf(r->msg, sizeof r->msg, "out of memory");
		longjmp(r->jump, 1);
	}
	png_set_read_fn(r->png, r, png_take);
	png_set_user_limits(r->png, IMAGE_SIDE_MAX, IMAGE_SIDE_MAX);
	png_set_chunk_cache_max(r->png, 64);
	png_set_chunk_malloc_max(r->png, 8 << 20);
	png_read_info(r->png, r->info);
}

static int png_probe(const uint8_t *data, size_t n, struct image_info *info, struct error *err)
{
	struct png_reader r = {.data = data, .n = n};

	if (setjmp(r.jump)) {
		png_release(&r);
		return error_set(err, ERR_FAILED, "not a PNG that can be read: %s", r.msg);
	}
	png_begin(&r);
	info->width = (int)png_get_image_width(r.png, r.info);
	info->height = (int)png_get_image_height(r.png, r.info);
	png_release(&r);
	return 0;
}

/* Everything to 8-bit RGB. */
static void png_to_rgb(struct png_reader *r)
{
	png_set_expand(r->png); /* palette, few bits, transparent colour */
	png_set_scale_16(r->png);
	png_set_strip_alpha(r->png);
	png_set_gray_to_rgb(r->png);
	png_set_interlace_handling(r->png);
	png_read_update_info(r->png, r->info);
}

static int png_decode(const uint8_t *data, size_t n, const struct image_info *info, uint8_t *rgb,
		      int *grey, struct error *err)
{
	struct png_reader r = {.data = data, .n = n};
	size_t stride = (size_t)info->width * 3;

	r.row = xmalloc((size_t)info->height * sizeof *r.row);
	for (int y = 0; y < info->height; y++)
		r.row[y] = rgb + (size_t)y * stride;
	if (setjmp(r.jump)) {
		png_release(&r);
		return error_set(err, ERR_FAILED, "does not decode: %s", r.msg);
	}
	png_begin(&r);
	*grey = !(png_get_color_type(r.png, r.info) & PNG_COLOR_MASK_COLOR);
	png_to_rgb(&r);
	if (png_get_rowbytes(r.png, r.info) != stride ||
	    (int)png_get_image_height(r.png, r.info) != info->height)
		png_error(r.png, "not the size that it began with");
	png_read_image(r.png, r.row);
	png_read_end(r.png, NULL);
	png_release(&r);
	return 0;
}

/* either */

int image_probe(const uint8_t *data, size_t n, struct image_info *info, struct error *err)
{
	struct image_info got = {0};
	int bad;

	if (n >= 8 && !png_sig_cmp(data, 0, 8))
		got.is_png = 1;
	else if (n < 3 || data[0] != 0xff || data[1] != 0xd8 || data[2] != 0xff)
		return error_set(err, ERR_FAILED, n ? "neither JPEG nor PNG inside" : "empty");
	bad = got.is_png ? png_probe(data, n, &got, err) : jpeg_probe(data, n, &got, err);
	if (bad)
		return -1;
	if (got.width < 1 || got.height < 1 || got.width > IMAGE_SIDE_MAX ||
	    got.height > IMAGE_SIDE_MAX || got.width > IMAGE_PIXELS_MAX / got.height)
		return error_set(err, ERR_FAILED, "too large: %d x %d pixels", got.width,
				 got.height);
	*info = got;
	return 0;
}

int image_decode(const uint8_t *data, size_t n, const struct image_info *info, uint8_t *rgb,
		 int *grey, struct error *err)
{
	return info->is_png ? png_decode(data, n, info, rgb, grey, err)
			    : jpeg_decode(data, n, info, rgb, grey, err);
}
