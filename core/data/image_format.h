/* What image.c knows of a format. Internal to core/data. */
#ifndef SSL_DATA_IMAGE_FORMAT_H
#define SSL_DATA_IMAGE_FORMAT_H

#include "core/data/image.h"

struct image_format {
	const char *name;       /* "JPEG" */
	const char *extensions; /* ".jpg .jpeg" */
	int sure;               /* its first bytes are those of nothing else */
	/* Whether the bytes (of any number) begin as this format does. */
	int (*begins)(const uint8_t *data, size_t n);
	/* Width and height as the file has them, and turn (or 0); limits are the caller's. */
	int (*probe)(const uint8_t *data, size_t n, struct image_info *info, struct error *err);
	/* Into rgb, of the size that probe() gave (turn is the caller's). */
	int (*decode)(const uint8_t *data, size_t n, const struct image_info *info, uint8_t *rgb,
		      struct image_found *found, struct error *err);
};

/* Of formats that are not read: whether names with this extension (".heic") claim to be images, and
 * the name of what begins so ("HEIF"), or NULL. */
int image_other_claims(const char *extension);
const char *image_other_name(const uint8_t *data, size_t n);

/* True when one of the words in `list` (".jpg .jpeg") is the extension, in any case. */
int image_has_extension(const char *list, const char *extension);

/* n pixels of CMYK to RGB; 255 is all ink, or with `inverted` no ink. */
void image_cmyk(const uint8_t *cmyk, uint8_t *rgb, size_t n, int inverted);

/* A value of wide grey (more than 8 bits) as Pillow's convert("RGB") has it: what does not fit is
 * cut off. */
uint8_t image_wide(double v, struct image_found *found);

#endif
