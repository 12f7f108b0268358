/* Photographs that a test makes: JPEG files of different sizes with smooth colours and fine noise, each
 * determined by its number. */
#ifndef SSL_TESTS_DATA_PHOTOS_H
#define SSL_TESTS_DATA_PHOTOS_H

#include "core/base/rng.h"
#include "tests/unit/data/files.h"

#include <jpeglib.h>

enum { PHOTO_MAX = 96 }; /* pixels a side */

static inline uint8_t photo_value(int x, int y, int c, const uint32_t k[8])
{
	int wave = (x * (int)(k[c] % 5) + y * (int)(k[c + 1] % 7)) % 200;

	return (uint8_t)(20 + (wave < 100 ? wave : 200 - wave) + (int)((x * 7919u + y * 104729u + k[5]) % 23) +
			 (int)(k[c + 2] % 90));
}

/* Writes photograph number i at DIR/name. */
static inline void photos_put(struct files *f, const char *name, uint32_t i)
{
	struct jpeg_compress_struct c;
	struct jpeg_error_mgr e;
	unsigned char *out = NULL;
	unsigned long n = 0;
	uint8_t row[PHOTO_MAX * 3], *rows[] = {row};
	uint32_t k[8];
	struct rng r;

	rng_init(&r, 5, RNG_ORDER, 0, i);
	for (int j = 0; j < 8; j++)
		k[j] = rng_u32(&r) >> 8;
	c.err = jpeg_std_error(&e);
	jpeg_create_compress(&c);
	jpeg_mem_dest(&c, &out, &n);
	c.image_width = 24 + k[6] % (PHOTO_MAX - 24);
	c.image_height = 24 + k[7] % (PHOTO_MAX - 24);
	c.input_components = 3;
	c.in_color_space = JCS_RGB;
	jpeg_set_defaults(&c);
	jpeg_set_quality(&c, 90, TRUE);
	jpeg_start_compress(&c, TRUE);
	for (int y = 0; y < (int)c.image_height; y++) {
		for (int x = 0; x < (int)c.image_width; x++)
			for (int j = 0; j < 3; j++)
				row[3 * x + j] = photo_value(x, y, j, k);
		jpeg_write_scanlines(&c, rows, 1);
	}
	jpeg_finish_compress(&c);
	files_put(f, name, out, n);
	jpeg_destroy_compress(&c);
	free(out);
}

#endif
