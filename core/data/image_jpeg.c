/* JPEG, through libjpeg(-turbo). */
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

#include "core/data/image_format.h"
#include "core/data/image_orientation.h"

enum { SCANS_MAX = 200 }; /* of a progressive file: decoding takes time for each */

struct jpeg_errors {
	struct jpeg_error_mgr base; /* first, since libjpeg passes a pointer to it */
	jmp_buf jump;
	char msg[JMSG_LENGTH_MAX];
};

_Noreturn static void jpeg_fail(j_common_ptr c)
{
	struct jpeg_errors *e = (struct jpeg_errors *)c->err;

	c->err->format_message(c, e->msg);
	longjmp(e->jump, 1);
}

/* A warning means wrong or missing data and is an error, except for a few harmless ones. */
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

/* All programs store CMYK inverted (255 is no ink), with or without Adobe's marker. */
static void jpeg_rows(struct jpeg_decompress_struct *c, uint8_t *rgb)
{
	JSAMPARRAY row = NULL;

	if (c->out_color_space == JCS_CMYK)
		row = c->mem->alloc_sarray((j_common_ptr)c, JPOOL_IMAGE, c->output_width * 4, 1);
	while (c->output_scanline < c->output_height) {
		JSAMPROW to = rgb + (size_t)c->output_scanline * c->output_width * 3;

		if (row) {
			jpeg_read_scanlines(c, row, 1);
			image_cmyk(row[0], to, c->output_width, 1);
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
	jpeg_save_markers(c, JPEG_APP0 + 1, 0xffff);
	jpeg_read_header(c, TRUE);
}

/* The orientation in the markers before the image, from EXIF or else from XMP. */
static int jpeg_orientation(const struct jpeg_decompress_struct *c)
{
	static const char xmp[] =
	    "http://ns.adobe.com/xap/1.0/"; /* a NUL ends it in the file too */
	int by_exif = 0, by_xmp = 0;

	for (jpeg_saved_marker_ptr m = c->marker_list; m; m = m->next) {
		if (m->marker != JPEG_APP0 + 1)
			continue;
		if (!by_exif && m->data_length > 6 && !memcmp(m->data, "Exif\0\0", 6))
			by_exif = orientation_of_exif(m->data, m->data_length);
		if (m->data_length > sizeof xmp && !memcmp(m->data, xmp, sizeof xmp))
			by_xmp =
			    orientation_of_xmp(m->data + sizeof xmp, m->data_length - sizeof xmp);
	}
	return by_exif ? by_exif : by_xmp;
}

static int jpeg_begins(const uint8_t *data, size_t n)
{
	return n >= 3 && data[0] == 0xff && data[1] == 0xd8 && data[2] == 0xff;
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
	info->orientation = jpeg_orientation(&c);
	jpeg_destroy_decompress(&c);
	return 0;
}

static int jpeg_decode(const uint8_t *data, size_t n, const struct image_info *info, uint8_t *rgb,
		       struct image_found *found, struct error *err)
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
	c.dct_method = JDCT_ISLOW; /* gives the same bytes with and without SIMD */
	c.out_color_space = c.num_components == 4 ? JCS_CMYK : JCS_RGB;
	found->grey = c.num_components == 1;
	jpeg_start_decompress(&c);
	if ((int)c.output_width != info->width || (int)c.output_height != info->height)
		ERREXIT(&c, JERR_BAD_LENGTH);
	jpeg_rows(&c, rgb);
	jpeg_finish_decompress(&c);
	jpeg_destroy_decompress(&c);
	return 0;
}

const struct image_format image_jpeg = {
    .name = "JPEG",
    .extensions = ".jpg .jpeg .jpe .jfif .jif .mpo",
    .certain = 1,
    .begins = jpeg_begins,
    .probe = jpeg_probe,
    .decode = jpeg_decode,
};
