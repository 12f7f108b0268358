/*
 * PNM: PBM, PGM and PPM (P1 to P6), and PAM (P7). It is read without a library, since the format is
 * only a header and values, and the libraries in Debian are large toolkits (ImageMagick,
 * GDK-PixBuf) or end the program at an error (libnetpbm). Values of another scale than 255 are
 * scaled and rounded; grey with a scale above 255 is scaled to 65535 and is wide (image.h).
 */
#include <math.h>
#include <string.h>

#include "core/data/image_format.h"

enum { DIGITS_MAX = 10, VALUE_MAX = 65535, TOKEN_MAX = 32 };

struct pnm {
	const uint8_t *data;
	size_t n, at;
	int kind; /* '1' to '7' */
	int width, height, depth, max;
};

static int is_space(int c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The next byte that is not in a comment (from # to the end of the line); -1 at the end. */
static int next_byte(struct pnm *p)
{
	if (p->at < p->n && p->data[p->at] == '#')
		while (p->at < p->n && p->data[p->at] != '\n' && p->data[p->at] != '\r')
			p->at++;
	return p->at < p->n ? p->data[p->at++] : -1;
}

/* Reads the next number and the byte after it. -1 if there is none or it is too large. */
static int next_number(struct pnm *p)
{
	long v = 0;
	int c, digits = 0;

	do
		c = next_byte(p);
	while (is_space(c));
	for (; c >= '0' && c <= '9' && digits <= DIGITS_MAX; c = next_byte(p), digits++)
		v = 10 * v + c - '0';
	if (!digits || digits > DIGITS_MAX || v > IMAGE_PIXELS_MAX || (c >= 0 && !is_space(c)))
		return -1;
	return (int)v;
}

static int pnm_begins(const uint8_t *data, size_t n)
{
	return n >= 3 && data[0] == 'P' && data[1] >= '1' && data[1] <= '7' &&
	       (is_space(data[2]) || data[2] == '#');
}

/* Reads a line of PAM's header: a word, and a number (0: none). 1; 0 at ENDHDR; -1 on error. */
static int pam_line(struct pnm *p, char word[TOKEN_MAX], int *value)
{
	size_t k = 0, i = 0;
	char line[128];

	do {
		for (k = 0; p->at < p->n && p->data[p->at] != '\n' && k + 1 < sizeof line; p->at++)
			line[k++] = (char)p->data[p->at];
		if (p->at == p->n || p->data[p->at] != '\n')
			return -1;
		p->at++;
	} while (!k || line[0] == '#');
	line[k] = 0;
	while (i < k && i + 1 < TOKEN_MAX && !is_space((unsigned char)line[i])) {
		word[i] = line[i];
		i++;
	}
	word[i] = 0;
	*value = 0;
	while (is_space((unsigned char)line[i]))
		i++;
	for (; line[i] >= '0' && line[i] <= '9' && *value <= IMAGE_PIXELS_MAX; i++)
		*value = 10 * *value + line[i] - '0';
	return strcmp(word, "ENDHDR") != 0;
}

static int pam_header(struct pnm *p)
{
	char word[TOKEN_MAX];
	int r, value;

	if (p->at < p->n && p->data[p->at] == '\r')
		p->at++;
	if (p->at < p->n && p->data[p->at] == '\n')
		p->at++;
	while ((r = pam_line(p, word, &value)) == 1) {
		if (!strcmp(word, "WIDTH"))
			p->width = value;
		else if (!strcmp(word, "HEIGHT"))
			p->height = value;
		else if (!strcmp(word, "DEPTH"))
			p->depth = value;
		else if (!strcmp(word, "MAXVAL"))
			p->max = value;
	}
	return r < 0 || p->depth < 1 || p->depth > 4 ? -1 : 0;
}

static int read_header(struct pnm *p)
{
	p->kind = p->data[1];
	p->at = 2;
	p->max = 1;
	if (p->kind == '7')
		return pam_header(p) || p->max < 1 || p->max > VALUE_MAX ? -1 : 0;
	p->depth = p->kind == '3' || p->kind == '6' ? 3 : 1;
	p->width = next_number(p);
	p->height = next_number(p);
	if (p->kind != '1' && p->kind != '4')
		p->max = next_number(p);
	return p->width < 0 || p->height < 0 || p->max < 1 || p->max > VALUE_MAX ? -1 : 0;
}

static int is_bitmap(const struct pnm *p)
{
	return p->kind == '1' || p->kind == '4';
}

static int pnm_probe(const uint8_t *data, size_t n, struct image_info *info, struct error *err)
{
	struct pnm p = {data, n, .at = 0};

	if (read_header(&p))
		return error_set(err, ERR_FAILED,
				 "not a PNM that can be read: its header is invalid");
	info->width = p.width;
	info->height = p.height;
	return 0;
}

/* The next value of an image that is stored as text; -1 on error. */
static int text_value(struct pnm *p)
{
	int c, v;

	if (p->kind != '1') {
		v = next_number(p);
		return v > p->max ? -1 : v;
	}
	do
		c = next_byte(p);
	while (is_space(c));
	return c == '0' || c == '1' ? c - '0' : -1;
}

/* The next value of the image, -1 on error. In a bitmap, x determines the bit of the byte. */
static int next_value(struct pnm *p, int x)
{
	int v;

	if (p->kind <= '3')
		return text_value(p);
	if (p->kind == '4') {
		v = p->at < p->n ? p->data[p->at] >> (7 - x % 8) & 1 : -1;
		p->at += x % 8 == 7 || x == p->width - 1;
		return v;
	}
	if (p->n - p->at < (p->max > 255 ? 2U : 1U))
		return -1;
	v = p->data[p->at++];
	return p->max > 255 ? v << 8 | p->data[p->at++] : v;
}

/* Scales to 255; rounds half to even. */
static uint8_t scaled(const struct pnm *p, int v, struct image_found *found)
{
	if (is_bitmap(p))
		return v ? 0 : 255;
	if (p->max == 255 && p->kind != '7')
		return (uint8_t)v;
	if (p->max > 255 && p->depth < 3)
		return image_wide(nearbyint((double)v / p->max * 65535), found);
	return (uint8_t)fmin(255, nearbyint((double)v / p->max * 255));
}

/* True if another image follows. */
static int has_another(const struct pnm *p)
{
	size_t at = p->at;

	while (at < p->n && is_space(p->data[at]))
		at++;
	return pnm_begins(p->data + at, p->n - at);
}

static int read_pixels(struct pnm *p, uint8_t *rgb, struct image_found *found)
{
	for (int y = 0; y < p->height; y++)
		for (int x = 0; x < p->width; x++, rgb += 3) {
			for (int k = 0; k < p->depth; k++) {
				int v = next_value(p, x);

				if (v < 0)
					return -1;
				if (k < (p->depth < 3 ? 1 : 3))
					rgb[k] = scaled(p, v, found);
			}
			if (p->depth < 3)
				rgb[1] = rgb[2] = rgb[0];
		}
	return 0;
}

static int pnm_decode(const uint8_t *data, size_t n, const struct image_info *info, uint8_t *rgb,
		      struct image_found *found, struct error *err)
{
	struct pnm p = {data, n, .at = 0};

	if (read_header(&p) || p.width != info->width || p.height != info->height ||
	    read_pixels(&p, rgb, found))
		return error_set(err, ERR_FAILED, "does not decode: a value is missing or invalid");
	found->grey = p.depth < 3;
	found->several = has_another(&p);
	return 0;
}

const struct image_format image_pnm = {
    .name = "PNM",
    .extensions = ".pnm .pbm .pgm .ppm .pam",
    .begins = pnm_begins,
    .probe = pnm_probe,
    .decode = pnm_decode,
};
