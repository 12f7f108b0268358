/*
 * Images from memory to 8-bit RGB: JPEG, PNG, GIF, BMP, TIFF, WebP and PNM. What a file is, its
 * bytes tell, never its name. The pixels are those of Pillow's
 * ImageOps.exif_transpose(image).convert("RGB"), on which most training code is built: grey is
 * repeated, transparency dropped, palettes looked up, CMYK converted, gamma and colour profiles
 * ignored, and the image turned as its orientation (EXIF, XMP) says. Of colours of 16 bits the
 * high 8 are kept. Grey of more than 8 bits is not scaled but cut off at 255, as there (`wide`).
 * Of several images in a file (an animation, pages) the first is taken.
 *
 * A format is one file (image_NAME.c, the only one that includes its library) and one line in image.c.
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
	int width, height; /* as decoded: turned */
	int format;        /* number of the format, for image_format_name() */
	int turn;          /* EXIF orientation, 1 (as it is) to 8 */
};

/* What decoding found. */
struct image_found {
	int grey;    /* no colour channels, and no palette but shades of grey */
	int several; /* the file holds more images than the first */
	int wide;    /* grey of more than 8 bits, of which some was above 255 and became 255 */
};

/* Reads no more than it must. ERR_FAILED when it is of no format that is read, or larger than the
 * limits above. Messages lack the file's name, for the caller to put in front. */
int image_probe(const uint8_t *data, size_t n, struct image_info *info, struct error *err);

/* Decodes into rgb (height x width x 3 as probed). ERR_FAILED when anything is wrong or missing: no
 * half images. May be called from any thread. */
int image_decode(const uint8_t *data, size_t n, const struct image_info *info, uint8_t *rgb,
		 struct image_found *found, struct error *err);

/* "JPEG"; NULL for a number beyond the last. */
const char *image_format_name(int format);

/* The formats' names: "JPEG, PNG and GIF". */
void image_format_list(char *out, size_t n);

/* Whether the first bytes of a file (IMAGE_BEGIN, or all) are surely an image's. */
enum { IMAGE_BEGIN = 16 };
int image_begins(const uint8_t *data, size_t n);

/* Whether the extension of a file's name is one of images, of formats that are read or not. */
int image_claims(const char *name);

#endif
