/*
 * Decodes images in memory to 8-bit RGB: JPEG, PNG, GIF, BMP, TIFF, WebP and PNM. The format
 * follows from the bytes, never from the name. The pixels are those of Pillow's
 * ImageOps.exif_transpose(image).convert("RGB"), which most training code uses: grey is repeated,
 * transparency dropped, palettes are looked up, CMYK is converted, gamma and colour profiles are
 * ignored, and the image is turned and mirrored as its orientation (EXIF, XMP) requires. Colours of
 * 16 bits keep their high 8 bits. Grey of more than 8 bits is not scaled: values above 255 become
 * 255, as in Pillow. If a file holds several images (an animation, pages), the first is decoded.
 *
 * A format is one file, image_NAME.c, which alone includes its library, and one line in image.c.
 */
#ifndef SSL_DATA_IMAGE_H
#define SSL_DATA_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

enum {
	IMAGE_SIDE_MAX = 32768,
	IMAGE_PIXELS_MAX = 1 << 26, /* 64 million: 192 MB decoded */
	IMAGE_FORMATS_MAX = 16,
};

struct image_info {
	int width, height; /* of the decoded image, after its orientation is applied */
	int format;        /* number of the format, for image_format_name() */
	int orientation;   /* of EXIF: 1 (unchanged) to 8 */
};

/* What image_decode() found. */
struct image_found {
	int grey;    /* no colour channels; a palette, if any, holds only greys in order */
	int several; /* the file holds more than one image */
	int wide;    /* grey of more than 8 bits, and some value above 255 became 255 */
};

/* Reads only as much as needed. ERR_FAILED if the format is not supported, or the image is larger
 * than the limits above. The messages do not name the file; the caller adds its name. */
int image_probe(const uint8_t *data, size_t n, struct image_info *info, struct error *err);

/* Decodes into rgb (height x width x 3, as probed). ERR_FAILED if any data is wrong or missing:
 * there are no partial images. May be called from any thread. */
int image_decode(const uint8_t *data, size_t n, const struct image_info *info, uint8_t *rgb,
		 struct image_found *found, struct error *err);

/* "JPEG"; NULL for a number beyond the last. */
const char *image_format_name(int format);

/* The names of all formats: "JPEG, PNG and GIF". */
void image_format_list(char *out, size_t n);

/* True if the first bytes of a file (IMAGE_BEGIN of them, or the whole file) can only be those
 * of an image. */
enum { IMAGE_BEGIN = 16 };
int image_is_certain(const uint8_t *data, size_t n);

/* True if the extension of a file's name is one of images, whether or not the format is
 * supported. */
int image_has_name(const char *name);

#endif
