/*
 * JPEG and PNG from memory to 8-bit RGB, whatever is inside: grey is repeated, transparency
 * dropped, 16 bits rounded to 8, palettes looked up, CMYK converted. What kind it is, the bytes
 * tell, not the name. The orientation that a camera notes (EXIF) is ignored. This folder is the
 * only door to libjpeg and libpng.
 */
#ifndef SSL_DATA_IMAGE_H
#define SSL_DATA_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

enum {
	IMAGE_SIDE_MAX = 32768,
	IMAGE_PIXELS_MAX = 1 << 26, /* 64 million: 192 MB decoded */
};

struct image_info {
	int width, height;
	int is_png;
};

/* Reads only the beginning. ERR_FAILED when it is neither JPEG nor PNG, or larger than the limits
 * above. Messages lack the file's name, for the caller to put in front. */
int image_probe(const uint8_t *data, size_t n, struct image_info *info, struct error *err);

/* Decodes into rgb (height x width x 3 as probed); *grey = 1 when the image has no colour channels.
 * ERR_FAILED when anything is wrong or missing: no half images. May be called from any thread. */
int image_decode(const uint8_t *data, size_t n, const struct image_info *info, uint8_t *rgb,
		 int *grey, struct error *err);

#endif
