/* Inside core/data: the description of a format of images, for the table in image.c. */
#ifndef SSL_DATA_IMAGE_FORMAT_H
#define SSL_DATA_IMAGE_FORMAT_H

#include "core/data/image.h"

struct image_format {
	const char *name;       /* "JPEG" */
	const char *extensions; /* ".jpg .jpeg" */
	int certain;            /* no other kind of file begins with the same bytes */
	/* True if the n bytes begin as a file of this format does. */
	int (*begins)(const uint8_t *data, size_t n);
	/* Sets width and height as stored, and the orientation (0: unknown). The caller checks
	 * limits. */
	int (*probe)(const uint8_t *data, size_t n, struct image_info *info, struct error *err);
	/* Decodes into rgb, of the size that probe() set; the caller applies the orientation. */
	int (*decode)(const uint8_t *data, size_t n, const struct image_info *info, uint8_t *rgb,
		      struct image_found *found, struct error *err);
};

/* For formats that are not supported: true if the extension (".heic") is one of images; the name of
 * the format that begins with the bytes ("HEIF"), or NULL. */
int image_is_other_extension(const char *extension);
const char *image_other_name(const uint8_t *data, size_t n);

/* True if one of the words in `list` (".jpg .jpeg") is the extension; case is ignored. */
int image_extension_in(const char *list, const char *extension);

/* Converts n pixels of CMYK to RGB. 255 is full ink or, with `inverted`, no ink. */
void image_cmyk(const uint8_t *cmyk, uint8_t *rgb, size_t n, int inverted);

/* A grey value of more than 8 bits, cut off at 255 as in Pillow's convert("RGB"). */
uint8_t image_wide(double v, struct image_found *found);

#endif
