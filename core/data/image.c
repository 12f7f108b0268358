#include "core/data/image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/data/image_format.h"
#include "core/data/image_orientation.h"

/* All formats, in the order in which they are tried: those whose first bytes are the least certain
 * come last. A new format needs its file and one line here. */
#define FORMATS(_)                                                                                 \
	_(jpeg)                                                                                    \
	_(png)                                                                                     \
	_(webp)                                                                                    \
	_(tiff)                                                                                    \
	_(gif)                                                                                     \
	_(bmp)                                                                                     \
	_(pnm)

#define DECLARE(name) extern const struct image_format image_##name;
FORMATS(DECLARE)
#undef DECLARE

#define ADDRESS(name) &image_##name,
static const struct image_format *const formats[] = {FORMATS(ADDRESS)};
#undef ADDRESS

enum { COUNT = sizeof formats / sizeof *formats };
_Static_assert(sizeof formats / sizeof *formats <= IMAGE_FORMATS_MAX, "room for all formats");

const char *image_format_name(int format)
{
	return format >= 0 && format < COUNT ? formats[format]->name : NULL;
}

void image_format_list(char *out, size_t n)
{
	size_t at = 0;

	*out = 0;
	for (int i = 0; i < COUNT && at < n; i++) {
		int got = snprintf(out + at, n - at, "%s%s",
				   !i               ? ""
				   : i == COUNT - 1 ? " and "
						    : ", ",
				   formats[i]->name);

		at += got > 0 ? (size_t)got : 0;
	}
}

int image_has_name(const char *name)
{
	const char *slash = strrchr(name, '/'), *dot = strrchr(slash ? slash : name, '.');

	if (!dot || !dot[1])
		return 0;
	for (int i = 0; i < COUNT; i++)
		if (image_extension_in(formats[i]->extensions, dot))
			return 1;
	return image_is_other_extension(dot);
}

int image_is_certain(const uint8_t *data, size_t n)
{
	for (int i = 0; i < COUNT; i++)
		if (formats[i]->certain && formats[i]->begins(data, n))
			return 1;
	return 0;
}

static int format_of(const uint8_t *data, size_t n, struct error *err)
{
	const char *other = image_other_name(data, n);

	for (int i = 0; i < COUNT; i++)
		if (formats[i]->begins(data, n))
			return i;
	if (!n)
		return error_set(err, ERR_FAILED, "empty");
	if (other)
		return error_set(err, ERR_FAILED, "%s, a format that is not read", other);
	return error_set(err, ERR_FAILED, "of no image format that is read");
}

int image_probe(const uint8_t *data, size_t n, struct image_info *info, struct error *err)
{
	struct image_info got = {.format = format_of(data, n, err)};
	int side;

	if (got.format < 0 || formats[got.format]->probe(data, n, &got, err))
		return -1;
	if (got.width < 1 || got.height < 1)
		return error_set(err, ERR_FAILED, "does not decode: %d x %d pixels", got.width,
				 got.height);
	if (got.width > IMAGE_SIDE_MAX || got.height > IMAGE_SIDE_MAX ||
	    got.width > IMAGE_PIXELS_MAX / got.height)
		return error_set(err, ERR_FAILED, "too large: %d x %d pixels", got.width,
				 got.height);
	if (got.orientation < 1)
		got.orientation = 1;
	side = got.width;
	if (got.orientation >= 5) {
		got.width = got.height;
		got.height = side;
	}
	*info = got;
	return 0;
}

int image_decode(const uint8_t *data, size_t n, const struct image_info *info, uint8_t *rgb,
		 struct image_found *found, struct error *err)
{
	const struct image_format *f = formats[info->format];
	struct image_info raw = *info;
	uint8_t *whole;
	int ret;

	*found = (struct image_found){0};
	if (info->orientation == 1)
		return f->decode(data, n, info, rgb, found, err);
	if (info->orientation >= 5) {
		raw.width = info->height;
		raw.height = info->width;
	}
	whole = xmalloc((size_t)raw.width * (size_t)raw.height * 3);
	ret = f->decode(data, n, &raw, whole, found, err);
	if (!ret)
		orient_pixels(whole, raw.height, raw.width, raw.orientation, rgb);
	free(whole);
	return ret;
}
