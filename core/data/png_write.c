#include "core/data/png_write.h"

#include <png.h>
#include <setjmp.h>

static void take(png_structp png, png_bytep data, size_t n)
{
	strbuf_add(png_get_io_ptr(png), data, n);
}

static void flush(png_structp png)
{
	(void)png;
}

static void fail(png_structp png, png_const_charp why)
{
	error_set(png_get_error_ptr(png), ERR_FAILED, "PNG: %s", why);
	png_longjmp(png, 1);
}

static void warn(png_structp png, png_const_charp why)
{
	(void)png;
	(void)why;
}

int png_write(const uint8_t *rgb, int width, int height, struct strbuf *out, struct error *err)
{
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, err, fail, warn);
	png_infop info = png ? png_create_info_struct(png) : NULL;

	if (!info) {
		png_destroy_write_struct(&png, NULL);
		return error_set(err, ERR_FAILED, "PNG: out of memory");
	}
	if (setjmp(png_jmpbuf(png))) {
		png_destroy_write_struct(&png, &info);
		return -1;
	}
	png_set_write_fn(png, out, take, flush);
	png_set_compression_level(png, 6);
	png_set_IHDR(png, info, (png_uint_32)width, (png_uint_32)height, 8, PNG_COLOR_TYPE_RGB,
		     PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_write_info(png, info);
	for (int y = 0; y < height; y++)
		png_write_row(png, rgb + 3 * (size_t)y * (size_t)width);
	png_write_end(png, NULL);
	png_destroy_write_struct(&png, &info);
	return 0;
}
