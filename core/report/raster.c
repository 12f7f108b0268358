#include "core/report/raster.h"

#include <freetype/freetype.h>
#include <freetype/ftoutln.h>
#include <freetype/ftstroke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/data/png_write.h"
#include "core/base/utf8.h"

enum { DOTS_MAX = 1 << 26, CHUNK = 4000 /* points of one outline, which counts in 16 bits */ };

struct raster {
	FT_Library library;
	FT_Face face;
	FT_Stroker stroker;
	int width, height, dark; /* dots */
	double scale;
	uint8_t *rgb;
	uint32_t now; /* what spans are filled with */
	double alpha;
};

static const char *find_font(void)
{
	static const char *const at[] = {
	    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
	    "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
	    "/usr/share/fonts/dejavu/DejaVuSans.ttf",
	    "/usr/share/fonts/TTF/DejaVuSans.ttf",
	    "/usr/local/share/fonts/dejavu/DejaVuSans.ttf",
	    "/opt/homebrew/share/fonts/DejaVuSans.ttf",
	    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
	    "/System/Library/Fonts/Supplemental/Arial.ttf",
	};
	const char *own = getenv("SSL_FONT");

	if (own && *own)
		return own;
	for (size_t i = 0; i < sizeof at / sizeof *at; i++)
		if (fs_exists(at[i]))
			return at[i];
	return NULL;
}

static int open_font(struct raster *r, struct error *err)
{
	const char *font = find_font();

	if (!font)
		return error_set(err, ERR_FAILED,
				 "PNG: no font found: install DejaVu Sans (fonts-dejavu-core), or "
				 "name a font file in SSL_FONT");
	if (FT_Init_FreeType(&r->library) || FT_New_Face(r->library, font, 0, &r->face) ||
	    FT_Stroker_New(r->library, &r->stroker))
		return error_set(err, ERR_FAILED, "PNG: %s: not a font that FreeType can read",
				 font);
	return 0;
}

static void spans(int y, int n, const FT_Span *span, void *self)
{
	struct raster *r = self;

	for (int i = 0; i < n; i++) {
		double a = r->alpha * span[i].coverage / 255;
		uint8_t *p = r->rgb + 3 * ((size_t)y * (size_t)r->width + (size_t)span[i].x);

		for (int x = 0; x < span[i].len; x++)
			for (int c = 0; c < 3; c++, p++)
				*p = (uint8_t)lround(
				    *p + a * ((r->now >> (16 - 8 * c) & 255) - (double)*p));
	}
}

static void fill(struct raster *r, FT_Outline *outline, struct ink i)
{
	FT_Raster_Params params = {.flags = FT_RASTER_FLAG_AA | FT_RASTER_FLAG_DIRECT |
					    FT_RASTER_FLAG_CLIP,
				   .gray_spans = spans,
				   .user = r,
				   .clip_box = {0, 0, r->width, r->height}};

	r->now = ink_rgb(i, r->dark);
	r->alpha = i.alpha;
	if (FT_Outline_Render(r->library, outline, &params))
		BUG("FreeType could not fill an outline of %d points", outline->n_points);
}

/* 26.6 fixed point, inside what FreeType can hold. */
static FT_Pos dots(const struct raster *r, double v)
{
	return lround(fmin(fmax(v * r->scale, -8000), 8000) * 64);
}

static void raster_area(void *self, const double *xy, int n, struct ink i)
{
	struct raster *r = self;
	FT_Outline o;

	if (n < 3 || n > 2 * CHUNK || FT_Outline_New(r->library, (FT_UInt)n, 1, &o))
		return;
	for (int k = 0; k < n; k++) {
		o.points[k] = (FT_Vector){dots(r, xy[2 * k]), dots(r, xy[2 * k + 1])};
		o.tags[k] = FT_CURVE_TAG_ON;
	}
	o.contours[0] = (short)(n - 1);
	fill(r, &o, i);
	FT_Outline_Done(r->library, &o);
}

/* Do all points fall on one dot? FreeType's stroker cannot end such a path: it crashes. */
static int is_point(const struct raster *r, const double *xy, int n)
{
	for (int k = 1; k < n; k++)
		if (dots(r, xy[2 * k]) != dots(r, xy[0]) ||
		    dots(r, xy[2 * k + 1]) != dots(r, xy[1]))
			return 0;
	return 1;
}

/* One unbroken stroke of at most CHUNK points. */
static void stroke(struct raster *r, const double *xy, int n, double width, struct ink i)
{
	FT_Vector at = {dots(r, xy[0]), dots(r, xy[1])};
	FT_UInt points, contours;
	FT_Outline o;

	if (is_point(r, xy, n))
		return;
	FT_Stroker_Rewind(r->stroker);
	FT_Stroker_Set(r->stroker, lround(width * r->scale * 32), FT_STROKER_LINECAP_BUTT,
		       FT_STROKER_LINEJOIN_ROUND, 0);
	if (FT_Stroker_BeginSubPath(r->stroker, &at, 1))
		return;
	for (int k = 1; k < n; k++) {
		at = (FT_Vector){dots(r, xy[2 * k]), dots(r, xy[2 * k + 1])};
		if (FT_Stroker_LineTo(r->stroker, &at))
			return;
	}
	if (FT_Stroker_EndSubPath(r->stroker) ||
	    FT_Stroker_GetCounts(r->stroker, &points, &contours) || points > 32000 ||
	    FT_Outline_New(r->library, points, (FT_Int)contours, &o))
		return;
	o.n_points = o.n_contours = 0;
	FT_Stroker_Export(r->stroker, &o);
	fill(r, &o, i);
	o.n_points = (short)points;
	o.n_contours = (short)contours;
	FT_Outline_Done(r->library, &o);
}

/* Pieces of `dash` px, every other one drawn. */
static void dashed(struct raster *r, const double *xy, int n, double width, double dash,
		   struct ink i)
{
	double left = dash, piece[2 * 64];
	int on = 1, have = 1;

	memcpy(piece, xy, 2 * sizeof *piece);
	for (int k = 1; k < n; k++) {
		double x = xy[2 * k - 2], y = xy[2 * k - 1];
		double length = hypot(xy[2 * k] - x, xy[2 * k + 1] - y);

		for (double done = 0; done < length;) {
			double step = fmin(left, length - done);
			double part = length > 0 ? (done + step) / length : 1;

			piece[2 * have] = x + part * (xy[2 * k] - x);
			piece[2 * have + 1] = y + part * (xy[2 * k + 1] - y);
			have++;
			done += step;
			left -= step;
			if (left > 1e-9 && have < 63)
				continue;
			if (on)
				stroke(r, piece, have, width, i);
			memmove(piece, piece + 2 * (have - 1), 2 * sizeof *piece);
			have = 1;
			if (left <= 1e-9) {
				on = !on;
				left = dash;
			}
		}
	}
	if (on && have > 1)
		stroke(r, piece, have, width, i);
}

static void raster_line(void *self, const double *xy, int n, double width, double dash,
			struct ink i)
{
	if (dash > 0) {
		dashed(self, xy, n, width, dash, i);
		return;
	}
	for (int k = 0; k < n - 1; k += CHUNK - 1)
		stroke(self, xy + 2 * k, n - k < CHUNK ? n - k : CHUNK, width, i);
}

static void raster_rect(void *self, double x, double y, double w, double h, struct ink i,
			const char *tip)
{
	double xy[] = {x, y, x + w, y, x + w, y + h, x, y + h};

	(void)tip;
	raster_area(self, xy, 4, i);
}

static void raster_dot(void *self, double x, double y, double radius, struct ink i, const char *tip)
{
	enum { SIDES = 32 };
	double xy[2 * SIDES], step = 2 * acos(-1.0) / SIDES;

	(void)tip;
	for (int k = 0; k < SIDES; k++) {
		xy[2 * k] = x + radius * cos(k * step);
		xy[2 * k + 1] = y + radius * sin(k * step);
	}
	raster_area(self, xy, SIDES, i);
}

/* Sets the text from the left of *x on, or (draw 0) only adds up its width in dots. */
static double set(struct raster *r, double x, double y, const char *s, struct text_style t,
		  int draw)
{
	/* glyphs are drawn with y upwards */
	FT_Matrix flip = {0x10000, 0, 0, -0x10000}, turn = {0, -0x10000, -0x10000, 0};
	double width = 0;
	uint32_t c;

	FT_Set_Char_Size(r->face, 0, lround(t.size * r->scale * 64), 72, 72);
	for (; *s; s += utf8_next(s, &c)) {
		FT_Outline *o = &r->face->glyph->outline;

		utf8_next(s, &c);
		if (FT_Load_Char(r->face, c, FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP))
			continue;
		if (draw && r->face->glyph->format == FT_GLYPH_FORMAT_OUTLINE) {
			if (t.bold)
				FT_Outline_Embolden(o, lround(t.size * r->scale * 64 / 28));
			FT_Outline_Transform(o, t.upright ? &turn : &flip);
			FT_Outline_Translate(o, dots(r, x) + (t.upright ? 0 : lround(width * 64)),
					     dots(r, y) - (t.upright ? lround(width * 64) : 0));
			fill(r, o, t.ink);
		}
		width += (double)r->face->glyph->linearHoriAdvance / 65536;
	}
	return width;
}

static void raster_text(void *self, double x, double y, const char *s, struct text_style t)
{
	struct raster *r = self;
	double width = set(r, x, y, s, t, 0) / r->scale;
	double back = t.anchor == TEXT_END ? width : t.anchor == TEXT_MIDDLE ? width / 2 : 0;

	if (t.upright)
		y += back;
	else
		x -= back;
	set(r, x, y, s, t, 1);
}

int raster_begin(struct raster **out, struct canvas *canvas, double width, double height,
		 double scale, int dark, struct error *err)
{
	struct raster *r = xcalloc(1, sizeof *r);
	uint32_t paper = ink_rgb(ink(INK_PAPER), dark);

	r->scale = scale;
	r->dark = dark;
	r->width = (int)ceil(width * scale);
	r->height = (int)ceil(height * scale);
	if ((double)r->width * r->height > DOTS_MAX || r->width > 8000 || r->height > 8000) {
		free(r);
		return error_set(err, ERR_USAGE, "PNG: %g x %g px is too large", width, height);
	}
	if (open_font(r, err)) {
		raster_free(r);
		return -1;
	}
	r->rgb = xmalloc(3 * (size_t)r->width * (size_t)r->height);
	for (size_t i = 0; i < 3 * (size_t)r->width * (size_t)r->height; i++)
		r->rgb[i] = (uint8_t)(paper >> (16 - 8 * (i % 3)) & 255);
	*canvas = (struct canvas){r,           width,       height,     raster_line,
				  raster_area, raster_rect, raster_dot, raster_text};
	*out = r;
	return 0;
}

int raster_png(const struct raster *r, struct strbuf *out, struct error *err)
{
	return png_write(r->rgb, r->width, r->height, out, err);
}

void raster_free(struct raster *r)
{
	if (!r)
		return;
	if (r->stroker)
		FT_Stroker_Done(r->stroker);
	if (r->face)
		FT_Done_Face(r->face);
	if (r->library)
		FT_Done_FreeType(r->library);
	free(r->rgb);
	free(r);
}
