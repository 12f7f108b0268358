#include "core/plot/svg.h"

#include <stdio.h>
#include <string.h>

#include "core/base/mark.h"
#include "core/base/utf8.h"

/* The name of each role in its classes: l... strokes a line, f... fills anything else. */
static const char *const role_name[] = {"0", "t", "m", "g", "p", ""};

static void add_rules(const char *scope, int dark, struct strbuf *out)
{
	for (int role = INK_TEXT; role < INK_SERIES + PALETTE + SHADES; role++) {
		uint32_t rgb = ink_rgb(ink(role), dark);
		char name[16];

		if (role == INK_RGB)
			continue;
		if (role < INK_SERIES)
			snprintf(name, sizeof name, "%s", role_name[role]);
		else
			snprintf(name, sizeof name, "%d", role - INK_SERIES + 1);
		strbuf_addf(out, "%s.l%s{stroke:#%06x}%s.f%s{fill:#%06x}\n", scope, name,
			    (unsigned)rgb, scope, name, (unsigned)rgb);
	}
}

void svg_style(const char *scope, struct strbuf *out)
{
	add_rules(scope, 0, out);
	strbuf_adds(out, "@media screen and (prefers-color-scheme:dark){\n");
	add_rules(scope, 1, out);
	strbuf_adds(out, "}\n");
}

/* At most two digits after the point, without trailing zeros. */
static void add_number(struct strbuf *out, double v)
{
	char text[48];
	int n;

	n = snprintf(text, sizeof text, "%.2f", v);
	while (text[n - 1] == '0')
		n--;
	if (text[n - 1] == '.')
		n--;
	text[n] = 0;
	strbuf_adds(out, strcmp(text, "-0") ? text : "0");
}

static void add_attribute(struct strbuf *out, const char *name, double v)
{
	strbuf_addf(out, " %s=\"", name);
	add_number(out, v);
	strbuf_addc(out, '"');
}

/* Appends class="f1" or fill="#0a0b0c", and the opacity. */
static void add_colour(struct strbuf *out, const char *what, struct ink i)
{
	if (i.role == INK_RGB)
		strbuf_addf(out, " %s=\"#%06x\"", what, (unsigned)i.rgb);
	else if (i.role < INK_SERIES)
		strbuf_addf(out, " class=\"%c%s\"", *what == 's' ? 'l' : 'f', role_name[i.role]);
	else
		strbuf_addf(out, " class=\"%c%d\"", *what == 's' ? 'l' : 'f',
			    i.role - INK_SERIES + 1);
	if (i.alpha < 1) {
		strbuf_addf(out, " %s-opacity=\"", what);
		add_number(out, i.alpha);
		strbuf_addc(out, '"');
	}
}

static void add_points(struct strbuf *out, const double *xy, int n)
{
	strbuf_adds(out, " d=\"");
	for (int i = 0; i < n; i++) {
		strbuf_adds(out, i == 0 ? "M" : i == 1 ? "L" : " ");
		add_number(out, xy[2 * i]);
		strbuf_addc(out, ' ');
		add_number(out, xy[2 * i + 1]);
	}
}

static void svg_line(void *self, const double *xy, int n, double width, double dash, struct ink i)
{
	struct strbuf *out = self;

	strbuf_adds(out, "<path fill=\"none\"");
	add_colour(out, "stroke", i);
	add_attribute(out, "stroke-width", width);
	if (dash > 0)
		add_attribute(out, "stroke-dasharray", dash);
	add_points(out, xy, n);
	strbuf_adds(out, "\"/>\n");
}

static void svg_area(void *self, const double *xy, int n, struct ink i)
{
	struct strbuf *out = self;

	strbuf_adds(out, "<path");
	add_colour(out, "fill", i);
	add_points(out, xy, n);
	strbuf_adds(out, "Z\"/>\n");
}

static void end_element(struct strbuf *out, const char *name, const char *tip)
{
	if (!tip) {
		strbuf_adds(out, "/>\n");
		return;
	}
	strbuf_adds(out, "><title>");
	utf8_xml(tip, out);
	strbuf_addf(out, "</title></%s>\n", name);
}

static void svg_rect(void *self, double x, double y, double w, double h, struct ink i,
		     const char *tip)
{
	struct strbuf *out = self;

	strbuf_adds(out, "<rect");
	add_colour(out, "fill", i);
	add_attribute(out, "x", x);
	add_attribute(out, "y", y);
	add_attribute(out, "width", w);
	add_attribute(out, "height", h);
	end_element(out, "rect", tip);
}

static void svg_dot(void *self, double x, double y, double r, struct ink i, const char *tip)
{
	struct strbuf *out = self;

	strbuf_adds(out, "<circle");
	add_colour(out, "fill", i);
	add_attribute(out, "cx", x);
	add_attribute(out, "cy", y);
	add_attribute(out, "r", r);
	end_element(out, "circle", tip);
}

static void svg_text(void *self, double x, double y, const char *s, struct text_style t)
{
	static const char *const anchor[] = {"start", "middle", "end"};
	struct strbuf *out = self;

	strbuf_adds(out, "<text");
	add_colour(out, "fill", t.ink);
	add_attribute(out, "font-size", t.size);
	if (t.anchor != TEXT_START)
		strbuf_addf(out, " text-anchor=\"%s\"", anchor[t.anchor]);
	if (t.bold)
		strbuf_adds(out, " font-weight=\"600\"");
	if (t.upright) {
		strbuf_adds(out, " transform=\"translate(");
		add_number(out, x);
		strbuf_addc(out, ' ');
		add_number(out, y);
		strbuf_adds(out, ") rotate(-90)\"");
	} else {
		add_attribute(out, "x", x);
		add_attribute(out, "y", y);
	}
	strbuf_addc(out, '>');
	utf8_xml(s, out);
	strbuf_adds(out, "</text>\n");
}

struct canvas svg_begin(struct strbuf *out, double width, double height, enum svg_kind kind,
			const char *class, const char *about)
{
	static const struct canvas_ops ops = {svg_line, svg_area, svg_rect, svg_dot, svg_text};

	strbuf_adds(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ");
	add_number(out, width);
	strbuf_addc(out, ' ');
	add_number(out, height);
	strbuf_addc(out, '"');
	add_attribute(out, "width", width);
	add_attribute(out, "height", height);
	if (class)
		strbuf_addf(out, " class=\"%s\"", class);
	strbuf_adds(out, " role=\"img\" aria-label=\"");
	utf8_xml(about, out);
	strbuf_adds(out, "\" font-family=\"system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu "
			 "Sans',Arial,sans-serif\" stroke-linejoin=\"round\">\n");
	if (kind == SVG_FILE) {
		strbuf_adds(out, "<title>");
		utf8_xml(about, out);
		strbuf_adds(out, "</title>\n<style>\n");
		svg_style("", out);
		strbuf_adds(out, "</style>\n");
		svg_rect(out, 0, 0, width, height, ink(INK_PAPER), NULL);
	}
	return (struct canvas){&ops, out, width, height, 0, 0};
}

void svg_end(struct canvas *c, enum svg_kind kind)
{
	if (kind == SVG_FILE)
		mark_svg(c->self);
	strbuf_adds(c->self, "</svg>\n");
}
