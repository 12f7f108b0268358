#include "core/plot/canvas.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/strbuf.h"
#include "core/base/utf8.h"

uint32_t ink_rgb(struct ink i, int dark)
{
	static const uint32_t role[2][INK_SERIES] = {
	    {0, 0x1A1A1A, 0x5F6670, 0xDFE2E6, 0xFFFFFF, 0},
	    {0, 0xECEEF0, 0xA3ABB5, 0x343A42, 0x16191D, 0},
	};
	static const uint32_t series[2][PALETTE] = {
	    {0x0E39DE, 0xDC240B, 0x149075, 0x814A92, 0xCD9438, 0x3BA5FF, 0x77100F, 0x201E66},
	    {0x18B8FF, 0xD25231, 0x2CE981, 0xFF6FD5, 0xC9BB02, 0xECC2F8, 0xD99887, 0x9C54F7},
	};

	if (i.role == INK_RGB)
		return i.rgb;
	if (i.role >=
	    INK_SERIES + PALETTE) /* the part of viridis that has contrast with the paper */
		return viridis((dark ? 0.3 : 0.82) + (dark ? 0.7 : -0.82) *
							 (i.role - INK_SERIES - PALETTE) /
							 (SHADES - 1));
	return i.role >= INK_SERIES ? series[!!dark][(i.role - INK_SERIES) % PALETTE]
				    : role[!!dark][i.role];
}

struct ink ink_scale(double t)
{
	int k = (int)lround(fmin(fmax(t, 0), 1) * (SHADES - 1));

	return ink(INK_SERIES + PALETTE + k);
}

uint32_t viridis(double t)
{
	static const uint8_t knot[][3] = {{68, 1, 84},    {71, 45, 123},  {59, 82, 139},
					  {44, 114, 142}, {33, 145, 140}, {40, 174, 128},
					  {94, 201, 98},  {173, 220, 48}, {253, 231, 37}};
	enum { LAST = sizeof knot / sizeof *knot - 1 };
	double at = t > 0 ? fmin(t, 1) * LAST : 0, part;
	int k = (int)at;
	uint32_t rgb = 0;

	if (k == LAST)
		k--;
	part = at - k;
	for (int c = 0; c < 3; c++)
		rgb =
		    rgb << 8 | (uint32_t)lround(knot[k][c] + part * (knot[k + 1][c] - knot[k][c]));
	return rgb;
}

/* Relative luminance by WCAG 2. At 0.18 white and black have the same contrast. */
static double luminance(uint32_t rgb)
{
	static const double weight[] = {0.2126, 0.7152, 0.0722};
	double sum = 0;

	for (int c = 0; c < 3; c++) {
		double v = (rgb >> (16 - 8 * c) & 255) / 255.0;

		sum += weight[c] * (v <= 0.03928 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
	}
	return sum;
}

struct ink ink_on(uint32_t rgb)
{
	return (struct ink){INK_RGB, luminance(rgb) < 0.18 ? 0xFFFFFF : 0x000000, 1};
}

struct canvas canvas_part(const struct canvas *c, double x, double y, double width, double height)
{
	struct canvas part = *c;

	part.x += x;
	part.y += y;
	part.width = width;
	part.height = height;
	return part;
}

static double limited(double v)
{
	return fmin(fmax(v, -CANVAS_MOST), CANVAS_MOST);
}

static struct ink limited_ink(struct ink i)
{
	i.alpha = fmin(fmax(i.alpha, 0), 1); /* NaN: 0 */
	return i;
}

/* Copies the finite points from `from` on, up to the first that is not finite; returns their
 * number. */
static int placed(const struct canvas *c, const double *xy, int from, int n, double *out)
{
	int k = 0;

	for (int i = from; i < n && isfinite(xy[2 * i]) && isfinite(xy[2 * i + 1]); i++, k++) {
		out[2 * k] = limited(c->x + xy[2 * i]);
		out[2 * k + 1] = limited(c->y + xy[2 * i + 1]);
	}
	return k;
}

void canvas_line(struct canvas *c, const double *xy, int n, double width, double dash, struct ink i)
{
	double *out = xmalloc((size_t)(2 * n + 2) * sizeof *out);
	int k;

	for (int from = 0; from < n; from += k + 1) {
		k = placed(c, xy, from, n, out);
		if (k > 1 && width > 0)
			c->ops->line(c->self, out, k, limited(width), limited(dash),
				     limited_ink(i));
	}
	free(out);
}

void canvas_segment(struct canvas *c, double x0, double y0, double x1, double y1, double width,
		    struct ink i)
{
	double xy[] = {x0, y0, x1, y1};

	canvas_line(c, xy, 2, width, 0, i);
}

void canvas_area(struct canvas *c, const double *xy, int n, struct ink i)
{
	double *out = xmalloc((size_t)(2 * n + 2) * sizeof *out);
	int all = 0, k;

	for (int from = 0; from < n; from += k + 1) {
		k = placed(c, xy, from, n, out + 2 * all);
		all += k;
	}
	if (all > 2)
		c->ops->area(c->self, out, all, limited_ink(i));
	free(out);
}

void canvas_rect(struct canvas *c, double x, double y, double w, double h, struct ink i,
		 const char *tip)
{
	double xy[] = {x, y, x + w, y + h}, at[4];
	struct strbuf shown = STRBUF_INIT;

	text_clean(tip ? tip : "", &shown);
	if (placed(c, xy, 0, 2, at) == 2 && at[2] > at[0] && at[3] > at[1])
		c->ops->rect(c->self, at[0], at[1], at[2] - at[0], at[3] - at[1], limited_ink(i),
			     tip ? shown.buf : NULL);
	strbuf_release(&shown);
}

void canvas_dot(struct canvas *c, double x, double y, double r, struct ink i, const char *tip)
{
	double xy[] = {x, y}, at[2];
	struct strbuf shown = STRBUF_INIT;

	text_clean(tip ? tip : "", &shown);
	if (placed(c, xy, 0, 1, at) && r > 0)
		c->ops->dot(c->self, at[0], at[1], limited(r), limited_ink(i),
			    tip ? shown.buf : NULL);
	strbuf_release(&shown);
}

void canvas_text(struct canvas *c, double x, double y, const char *s, struct text_style style)
{
	double xy[] = {x, y}, at[2];
	struct strbuf shown = STRBUF_INIT;

	text_clean(s, &shown);
	style.size = limited(style.size);
	style.ink = limited_ink(style.ink);
	if (placed(c, xy, 0, 1, at) && shown.len && style.size > 0)
		c->ops->text(c->self, at[0], at[1], shown.buf, style);
	strbuf_release(&shown);
}

void text_clean(const char *s, struct strbuf *out)
{
	uint32_t c;
	int n;

	for (; *s; s += n) {
		n = utf8_next(s, &c);
		if (c == '\n' || c == '\t')
			strbuf_addc(out, ' ');
		else if (utf8_is_undrawable(c))
			strbuf_adds(out, "\xEF\xBF\xBD");
		else
			strbuf_add(out, s, (size_t)n);
	}
}

static double char_width(uint32_t c)
{
	if (c < 0x80 && strchr("iljtf.,:;'|!I()[] ", (int)c))
		return 0.36;
	if (c < 0x80 && strchr("mwMW@%", (int)c))
		return 0.92;
	if (c < 0x80 && strchr("=+<>~", (int)c))
		return 0.84;
	return c >= 0x2E80 ? 1 : c >= 'A' && c <= 'Z' ? 0.70 : 0.61;
}

double text_width(const char *s, double size)
{
	double sum = 0;
	uint32_t c;

	for (; *s; s += utf8_next(s, &c)) {
		utf8_next(s, &c);
		sum += char_width(c);
	}
	return sum * size;
}

/* The number of bytes of s that fit into the width. */
static int bytes_that_fit(const char *s, double size, double width)
{
	int n = 0;
	uint32_t c;

	while (s[n]) {
		int step = utf8_next(s + n, &c);

		width -= char_width(c) * size;
		if (width < 0)
			break;
		n += step;
	}
	return n;
}

void text_fit(const char *s, double size, double width, char *out, int out_size)
{
	int head, tail = (int)strlen(s);
	double room = width - 0.9 * size;

	if (text_width(s, size) <= width || room <= 0) {
		snprintf(out, (size_t)out_size, "%s", s);
		return;
	}
	head = bytes_that_fit(s, size, room * 0.6);
	for (;;) {
		int next = tail - 1;

		while (next > head && (s[next] & 0xC0) == 0x80)
			next--;
		if (next <= head || text_width(s + next, size) > room * 0.4)
			break;
		tail = next;
	}
	snprintf(out, (size_t)out_size, "%.*s\xE2\x80\xA6%s", head, s, s + tail);
}
