#include "core/data/image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/data/image_format.h"
#include "core/data/image_turn.h"

/* In the order in which they are tried: what begins with few bytes that tell comes last. */
static const struct image_format *const formats[] = {
    &image_jpeg, &image_png, &image_webp, &image_tiff, &image_gif, &image_bmp, &image_pnm,
};
enum { FORMATS = sizeof formats / sizeof *formats };
_Static_assert(sizeof formats / sizeof *formats <= IMAGE_FORMATS_MAX, "room for all formats");

const char *image_format_name(int format)
{
	return format >= 0 && format < FORMATS ? formats[format]->name : NULL;
}

void image_format_list(char *out, size_t n)
{
	size_t at = 0;

	*out = 0;
	for (int i = 0; i < FORMATS && at < n; i++) {
		int got = snprintf(out + at, n - at, "%s%s",
				   !i                 ? ""
				   : i == FORMATS - 1 ? " and "
						      : ", ",
				   formats[i]->name);

		at += got > 0 ? (size_t)got : 0;
	}
}

int image_has_extension(const char *list, const char *extension)
{
	size_t len = strlen(extension);

	for (const char *p = list; *p;) {
		size_t n = strcspn(p, " ");

		if (n == len && !strncasecmp(p, extension, n))
			return 1;
		p += n + strspn(p + n, " ");
	}
	return 0;
}

int image_claims(const char *name)
{
	const char *slash = strrchr(name, '/'), *dot = strrchr(slash ? slash : name, '.');

	if (!dot || !dot[1])
		return 0;
	for (int i = 0; i < FORMATS; i++)
		if (image_has_extension(formats[i]->extensions, dot))
			return 1;
	return image_other_claims(dot);
}

int image_begins(const uint8_t *data, size_t n)
{
	for (int i = 0; i < FORMATS; i++)
		if (formats[i]->sure && formats[i]->begins(data, n))
			return 1;
	return 0;
}

static int format_of(const uint8_t *data, size_t n, struct error *err)
{
	const char *other = image_other_name(data, n);

	for (int i = 0; i < FORMATS; i++)
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
	if (got.turn < 1)
		got.turn = 1;
	side = got.width;
	if (got.turn >= 5) {
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
	if (info->turn == 1)
		return f->decode(data, n, info, rgb, found, err);
	if (info->turn >= 5) {
		raw.width = info->height;
		raw.height = info->width;
	}
	whole = xmalloc((size_t)raw.width * (size_t)raw.height * 3);
	ret = f->decode(data, n, &raw, whole, found, err);
	if (!ret)
		turn_pixels(whole, raw.height, raw.width, raw.turn, rgb);
	free(whole);
	return ret;
}

void image_cmyk(const uint8_t *cmyk, uint8_t *rgb, size_t n, int inverted)
{
	for (size_t i = 0; i < n; i++, cmyk += 4, rgb += 3)
		for (int k = 0; k < 3; k++) {
			int light = inverted ? cmyk[k] : 255 - cmyk[k];
			int key = inverted ? cmyk[3] : 255 - cmyk[3];

			rgb[k] = (uint8_t)((light * key + 127) / 255);
		}
}

uint8_t image_wide(double v, struct image_found *found)
{
	if (v > 255) {
		found->wide = 1;
		return 255;
	}
	return v > 0 ? (uint8_t)v : 0; /* not a number: 0 */
}
