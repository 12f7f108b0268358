/*
 * GIF, through giflib: the first image, at its place on the canvas. The rest of the canvas has the
 * index of the transparent colour, or 0. Colours are those of the image's palette or else of the
 * file's. If the palette holds all greys in order, or there is none, the image is grey.
 */
#include <stdlib.h>
#include <string.h>

#include <gif_lib.h>

#include "core/data/image_format.h"

struct gif {
	const uint8_t *data;
	size_t n, at;
	GifFileType *file;
	int transparent; /* index, or -1 */
};

static int gif_read_bytes(GifFileType *file, GifByteType *out, int want)
{
	struct gif *g = file->UserData;
	size_t left = g->n - g->at, n = (size_t)want < left ? (size_t)want : left;

	memcpy(out, g->data + g->at, n);
	g->at += n;
	return (int)n;
}

static int gif_begins(const uint8_t *data, size_t n)
{
	return n >= 6 && (!memcmp(data, "GIF87a", 6) || !memcmp(data, "GIF89a", 6));
}

static int gif_open(struct gif *g, const uint8_t *data, size_t n)
{
	*g = (struct gif){.data = data, .n = n, .transparent = -1};
	g->file = DGifOpen(g, gif_read_bytes, NULL);
	return g->file ? 0 : -1;
}

static void gif_close(struct gif *g)
{
	if (g->file)
		DGifCloseFile(g->file, NULL);
}

static int read_extension(struct gif *g)
{
	GifByteType *block;
	int code;

	if (DGifGetExtension(g->file, &code, &block) == GIF_ERROR)
		return -1;
	if (block && code == GRAPHICS_EXT_FUNC_CODE && block[0] == 4 && block[1] & 1)
		g->transparent = block[4];
	while (block)
		if (DGifGetExtensionNext(g->file, &block) == GIF_ERROR)
			return -1;
	return 0;
}

/* Advances to the next image: 1, with its place and palette in g->file->Image; 0 at the end; -1. A
 * file that ends where a block could begin lacks only its last byte, which is accepted. */
static int next_image(struct gif *g)
{
	GifRecordType type;

	for (;;) {
		if (g->at == g->n)
			return 0;
		if (DGifGetRecordType(g->file, &type) == GIF_ERROR)
			return -1;
		if (type == IMAGE_DESC_RECORD_TYPE)
			return DGifGetImageDesc(g->file) == GIF_ERROR ? -1 : 1;
		if (type == TERMINATE_RECORD_TYPE)
			return 0;
		if (type == EXTENSION_RECORD_TYPE && read_extension(g))
			return -1;
	}
}

static int failed(struct gif *g, const char *what, struct error *err)
{
	const char *why = g->file && g->file->Error ? GifErrorString(g->file->Error) : NULL;

	error_set(err, ERR_FAILED, "%s: %s", what, why ? why : "cut short or damaged");
	gif_close(g);
	return -1;
}

/* The canvas, widened where the first image goes beyond it. */
static void canvas(const struct gif *g, int *width, int *height)
{
	const GifImageDesc *d = &g->file->Image;

	*width = g->file->SWidth > d->Left + d->Width ? g->file->SWidth : d->Left + d->Width;
	*height = g->file->SHeight > d->Top + d->Height ? g->file->SHeight : d->Top + d->Height;
}

static int gif_probe(const uint8_t *data, size_t n, struct image_info *info, struct error *err)
{
	struct gif g;

	if (gif_open(&g, data, n) || next_image(&g) != 1)
		return failed(&g, "not a GIF that can be read", err);
	canvas(&g, &info->width, &info->height);
	gif_close(&g);
	return 0;
}

struct colours {
	uint8_t of[256][3];
	int grey;
};

/* An index beyond the palette is black; without a palette it is the grey value. */
static void look_up(const ColorMapObject *map, struct colours *c)
{
	memset(c, 0, sizeof *c);
	c->grey = 1;
	for (int i = 0; map && i < map->ColorCount && i < 256; i++) {
		const GifColorType *from = &map->Colors[i];

		c->grey &= from->Red == i && from->Green == i && from->Blue == i;
		c->of[i][0] = from->Red;
		c->of[i][1] = from->Green;
		c->of[i][2] = from->Blue;
	}
	for (int i = 0; c->grey && i < 256; i++)
		memset(c->of[i], i, 3);
}

static int read_row(struct gif *g, const struct colours *c, uint8_t *row, uint8_t *rgb)
{
	int width = g->file->Image.Width;

	if (DGifGetLine(g->file, row, width) == GIF_ERROR)
		return -1;
	for (int x = 0; x < width; x++)
		memcpy(rgb + 3 * x, c->of[row[x]], 3);
	return 0;
}

/* Reads the rows, in the order of the file, to their places in rgb. */
static int read_rows(struct gif *g, const struct colours *c, size_t stride, uint8_t *rgb)
{
	static const int first[] = {0, 4, 2, 1}, step[] = {8, 8, 4, 2};
	const GifImageDesc *d = &g->file->Image;
	uint8_t *row = xmalloc((size_t)d->Width);
	int passes = d->Interlace ? 4 : 1, ret = 0;

	rgb += (size_t)d->Top * stride + 3 * (size_t)d->Left;
	for (int p = 0; p < passes; p++)
		for (int y = first[p]; y < d->Height && !ret; y += passes == 1 ? 1 : step[p])
			ret = read_row(g, c, row, rgb + (size_t)y * stride);
	free(row);
	return ret;
}

static int gif_decode(const uint8_t *data, size_t n, const struct image_info *info, uint8_t *rgb,
		      struct image_found *found, struct error *err)
{
	size_t stride = 3 * (size_t)info->width;
	int width, height, fill, more;
	struct colours c;
	struct gif g;

	if (gif_open(&g, data, n) || next_image(&g) != 1)
		return failed(&g, "does not decode", err);
	canvas(&g, &width, &height);
	if (g.file->Image.Width < 1 || g.file->Image.Height < 1 || width != info->width ||
	    height != info->height)
		return failed(&g, "does not decode", err);
	look_up(g.file->Image.ColorMap ? g.file->Image.ColorMap : g.file->SColorMap, &c);
	fill = g.transparent < 0 ? 0 : g.transparent;
	for (size_t i = 0; i < (size_t)width * (size_t)height; i++)
		memcpy(rgb + 3 * i, c.of[fill], 3);
	if (read_rows(&g, &c, stride, rgb) || (more = next_image(&g)) < 0)
		return failed(&g, "does not decode", err);
	found->grey = c.grey;
	found->several = more;
	gif_close(&g);
	return 0;
}

const struct image_format image_gif = {
    .name = "GIF",
    .extensions = ".gif",
    .certain = 1,
    .begins = gif_begins,
    .probe = gif_probe,
    .decode = gif_decode,
};
