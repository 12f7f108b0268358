#include "core/plot/page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/mark.h"
#include "core/plot/cairolib.h"

enum { DOTS_MAX = 1 << 26, SIDE_MAX = 30000 };
static const double PDF_SCALE = 0.75; /* points of 1/72 inch to the px */

struct page {
	struct cairolib lib;
	struct page_look look;
	cairo_surface_t *surface;
	cairo_t *cr;
	cairo_font_face_t *plain, *bold; /* bold may be the same */
	struct strbuf file;              /* as cairo writes it, without the mark */
};

/* ---- fonts ---- */

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
		if (fs_exists(at[i], NULL) > 0)
			return at[i];
	return NULL;
}

/* The name of the bold font beside a font: X-Bold.ttf beside X.ttf or X-Regular.ttf. */
static void bold_file(const char *font, struct strbuf *out)
{
	const char *slash = strrchr(font, '/'), *dot = strrchr(font, '.');
	size_t n = dot && (!slash || dot > slash) ? (size_t)(dot - font) : strlen(font), stem = n;

	if (n > 8 && !memcmp(font + n - 8, "-Regular", 8))
		stem = n - 8;
	strbuf_add(out, font, stem);
	strbuf_adds(out, "-Bold");
	strbuf_adds(out, font + n);
}

/* A FreeType library with one open face. */
struct face {
	__typeof__(FT_Done_FreeType) *done;
	FT_Library library;
};

static void face_free(void *self)
{
	struct face *f = self;

	f->done(f->library);
	free(f);
}

/* NULL on failure. cairo caches fonts, and frees the face when it drops the font. */
static cairo_font_face_t *open_face(const struct cairolib *lib, const char *file)
{
	static const cairo_user_data_key_t key;
	struct face *f = xcalloc(1, sizeof *f);
	cairo_font_face_t *font = NULL;
	FT_Face face;

	f->done = lib->done_freetype;
	if (lib->init_freetype(&f->library)) {
		free(f);
		return NULL;
	}
	if (!lib->new_face(f->library, file, 0, &face))
		font = lib->ft_font_face_create_for_ft_face(face, 0);
	if (font && !lib->font_face_set_user_data(font, &key, f, face_free))
		return font;
	if (font)
		lib->font_face_destroy(font);
	face_free(f);
	return NULL;
}

static int open_fonts(struct page *p, struct error *err)
{
	struct strbuf bold = STRBUF_INIT;
	const char *font = find_font();

	if (!font)
		return error_set(
		    err, ERR_FAILED,
		    "PNG and PDF: no font found: install DejaVu Sans (fonts-dejavu-core), or "
		    "name a font file in SSL_FONT");
	p->plain = open_face(&p->lib, font);
	if (!p->plain)
		return error_set(err, ERR_FAILED,
				 "PNG and PDF: %s: not a font that FreeType can read", font);
	bold_file(font, &bold);
	p->bold = fs_exists(bold.buf, NULL) > 0 ? open_face(&p->lib, bold.buf) : NULL;
	strbuf_release(&bold);
	return 0;
}

/* Shapes and widths as in the font, independent of the system's settings. */
static void set_font_options(struct page *p)
{
	cairo_font_options_t *o = p->lib.font_options_create();

	p->lib.font_options_set_antialias(o, CAIRO_ANTIALIAS_GRAY);
	p->lib.font_options_set_hint_style(o, CAIRO_HINT_STYLE_NONE);
	p->lib.font_options_set_hint_metrics(o, CAIRO_HINT_METRICS_OFF);
	p->lib.set_font_options(p->cr, o);
	p->lib.font_options_destroy(o);
}

/* ---- the canvas ---- */

static void set_ink(struct page *p, struct ink i)
{
	uint32_t rgb = ink_rgb(i, p->look.dark);

	p->lib.set_source_rgba(p->cr, (rgb >> 16) / 255.0, (rgb >> 8 & 255) / 255.0,
			       (rgb & 255) / 255.0, i.alpha);
}

static void path(struct page *p, const double *xy, int n)
{
	p->lib.new_path(p->cr);
	p->lib.move_to(p->cr, xy[0], xy[1]);
	for (int i = 1; i < n; i++)
		p->lib.line_to(p->cr, xy[2 * i], xy[2 * i + 1]);
}

static void page_line(void *self, const double *xy, int n, double width, double dash, struct ink i)
{
	struct page *p = self;

	set_ink(p, i);
	p->lib.set_line_width(p->cr, width);
	p->lib.set_dash(p->cr, &dash, dash > 0, 0);
	path(p, xy, n);
	p->lib.stroke(p->cr);
}

static void page_area(void *self, const double *xy, int n, struct ink i)
{
	struct page *p = self;

	set_ink(p, i);
	path(p, xy, n);
	p->lib.close_path(p->cr);
	p->lib.fill(p->cr);
}

static void page_rect(void *self, double x, double y, double w, double h, struct ink i,
		      const char *tip)
{
	struct page *p = self;

	(void)tip;
	set_ink(p, i);
	p->lib.new_path(p->cr);
	p->lib.rectangle(p->cr, x, y, w, h);
	p->lib.fill(p->cr);
}

static void page_dot(void *self, double x, double y, double r, struct ink i, const char *tip)
{
	struct page *p = self;

	(void)tip;
	set_ink(p, i);
	p->lib.new_path(p->cr);
	p->lib.arc(p->cr, x, y, r, 0, 2 * acos(-1.0));
	p->lib.fill(p->cr);
}

static void page_text(void *self, double x, double y, const char *s, struct text_style t)
{
	struct page *p = self;
	cairo_text_extents_t e;
	double back;

	p->lib.save(p->cr);
	set_ink(p, t.ink);
	p->lib.set_font_face(p->cr, t.bold && p->bold ? p->bold : p->plain);
	p->lib.set_font_size(p->cr, t.size);
	p->lib.text_extents(p->cr, s, &e);
	back = t.anchor == TEXT_END ? e.x_advance : t.anchor == TEXT_MIDDLE ? e.x_advance / 2 : 0;
	p->lib.translate(p->cr, x, y);
	if (t.upright)
		p->lib.rotate(p->cr, -acos(-1.0) / 2);
	p->lib.move_to(p->cr, -back, 0);
	p->lib.show_text(p->cr, s);
	p->lib.restore(p->cr);
}

/* ---- the file ---- */

static cairo_status_t append(void *out, const unsigned char *data, unsigned int n)
{
	strbuf_add(out, data, n);
	return CAIRO_STATUS_SUCCESS;
}

/* The metadata of a PDF name its title and creator, but not when it was made. The mark of ssl is a
 * comment of its own, since newer versions of cairo compress the metadata. */
static cairo_surface_t *open_pdf(struct page *p)
{
	cairo_surface_t *s = p->lib.pdf_surface_create_for_stream(
	    append, &p->file, p->look.width * PDF_SCALE, p->look.height * PDF_SCALE);
	struct strbuf title = STRBUF_INIT;

	text_clean(p->look.title, &title);
	p->lib.pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATE_DATE, "");
	p->lib.pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_TITLE, title.buf);
	p->lib.pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATOR, "ssl");
	strbuf_release(&title);
	return s;
}

static int cairo_error(struct page *p, cairo_status_t status, struct error *err)
{
	return error_set(err, ERR_FAILED, "%s: cairo: %s", p->look.kind == PAGE_PDF ? "PDF" : "PNG",
			 p->lib.status_to_string(status));
}

static int is_too_large(const struct page_look *look)
{
	double w = ceil(look->width * look->scale), h = ceil(look->height * look->scale);

	return !(w >= 1 && h >= 1 && w <= SIDE_MAX && h <= SIDE_MAX && w * h <= DOTS_MAX);
}

static int open_surface(struct page *p, struct error *err)
{
	int pdf = p->look.kind == PAGE_PDF;
	double scale = pdf ? PDF_SCALE : p->look.scale;
	cairo_status_t status;

	p->surface =
	    pdf ? open_pdf(p)
		: p->lib.image_surface_create(CAIRO_FORMAT_RGB24, (int)ceil(p->look.width * scale),
					      (int)ceil(p->look.height * scale));
	status = p->lib.surface_status(p->surface);
	if (status)
		return cairo_error(p, status, err);
	p->cr = p->lib.create(p->surface);
	p->lib.scale(p->cr, scale, scale);
	p->lib.set_line_join(p->cr, CAIRO_LINE_JOIN_ROUND);
	set_font_options(p);
	if (pdf && !p->look.dark) /* it takes the paper of the page around it */
		return 0;
	set_ink(p, ink(INK_PAPER));
	p->lib.paint(p->cr);
	return 0;
}

int page_begin(struct page **out, struct canvas *canvas, const struct page_look *look,
	       struct error *err)
{
	static const struct canvas_ops ops = {page_line, page_area, page_rect, page_dot, page_text};
	struct page *p = xcalloc(1, sizeof *p);

	p->look = *look;
	p->file = (struct strbuf)STRBUF_INIT;
	if (is_too_large(look)) {
		free(p);
		return error_set(err, ERR_USAGE, "a picture of %.0f x %.0f px is too large",
				 look->width, look->height);
	}
	if (cairolib_load(&p->lib, err)) {
		free(p);
		return -1;
	}
	if (open_fonts(p, err) || open_surface(p, err)) {
		page_free(p);
		return -1;
	}
	*canvas = (struct canvas){&ops, p, look->width, look->height, 0, 0};
	*out = p;
	return 0;
}

int page_end(struct page *p, struct strbuf *out, struct error *err)
{
	cairo_status_t status = p->lib.status(p->cr);

	if (!status && p->look.kind == PAGE_PNG)
		status = p->lib.surface_write_to_png_stream(p->surface, append, &p->file);
	if (!status) {
		p->lib.surface_finish(p->surface);
		status = p->lib.surface_status(p->surface);
	}
	if (status)
		return cairo_error(p, status, err);
	if (p->look.kind == PAGE_PNG)
		mark_png(&p->file, out);
	else
		mark_pdf(&p->file, out);
	return 0;
}

void page_free(struct page *p)
{
	if (!p)
		return;
	if (p->cr)
		p->lib.destroy(p->cr);
	if (p->surface)
		p->lib.surface_destroy(p->surface);
	if (p->plain)
		p->lib.font_face_destroy(p->plain);
	if (p->bold)
		p->lib.font_face_destroy(p->bold);
	strbuf_release(&p->file);
	free(p);
}
