/* Images of every format, decoded and scaled as `ssl data add` does. */
#include <stdlib.h>
#include <string.h>

#include "core/data/image.h"
#include "core/data/resize.h"
#include "tests/fuzz/fuzz.h"

enum { SIDE = 8, PIXELS = 1 << 20 };

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_begin();
	return 0;
}

static void decode(const uint8_t *data, size_t size, const struct image_info *info)
{
	size_t bytes = (size_t)info->width * (size_t)info->height * 3;
	uint8_t *rgb = xmalloc(bytes), small[SIDE * SIDE * 3];
	struct image_found found;
	struct error err = {0};

	memset(rgb, 1, bytes < 4096 ? bytes : 4096);
	if (image_decode(data, size, info, rgb, &found, &err))
		fuzz_check_error(&err);
	else if (bytes <= PIXELS * 3)
		resize_square(rgb, info->height, info->width, 3, small, SIDE);
	free(rgb);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image_info info;
	struct error err = {0};

	image_is_certain(data, size < IMAGE_BEGIN ? size : IMAGE_BEGIN);
	if (image_probe(data, size, &info, &err)) {
		fuzz_check_error(&err);
		return 0;
	}
	FUZZ_CHECK(info.width > 0 && info.height > 0 && image_format_name(info.format));
	FUZZ_CHECK(info.width <= IMAGE_PIXELS_MAX / info.height);
	decode(data, size, &info);
	return 0;
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t crc(const uint8_t *p, size_t n)
{
	uint32_t c = ~0u;

	for (size_t i = 0; i < n; i++) {
		c ^= p[i];
		for (int k = 0; k < 8; k++)
			c = c & 1 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
	}
	return ~c;
}

/* Makes the checksum of every chunk of a PNG right again. */
static void mend_png(uint8_t *data, size_t size)
{
	for (size_t at = 8; at + 12 <= size;) {
		size_t n = be32(data + at);
		uint32_t sum;

		if (n > size - at - 12)
			return;
		sum = crc(data + at + 4, n + 4);
		for (int i = 0; i < 4; i++)
			data[at + 8 + n + (size_t)i] = (uint8_t)(sum >> (24 - 8 * i));
		at += 12 + n;
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	size = LLVMFuzzerMutate(data, size, max_size);
	if (size > 8 && !memcmp(data, "\x89PNG", 4) && seed % 8)
		mend_png(data, size);
	return size;
}
