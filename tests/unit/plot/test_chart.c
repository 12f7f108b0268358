/* Axes have round ticks that cover the values; SVG is escaped, finite and reproducible; a chart in
 * a terminal shows its data; colours have enough contrast. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/utf8.h"
#include "core/plot/chart.h"
#include "core/plot/svg.h"
#include "tests/check.h"

static void ticks_are(double lo, double hi, int log, int widen, const char *want)
{
	char got[400] = "";
	struct axis a;

	axis_set(&a, lo, hi, log, 6, widen);
	for (int i = 0; i < a.n; i++)
		snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", i ? " " : "",
			 a.label[i]);
	if (strcmp(got, want))
		fprintf(stderr, "\n  %g .. %g: wanted %s, got %s\n", lo, hi, want, got);
	CU_ASSERT_STRING_EQUAL(got, want);
}

static void test_ticks(void)
{
	ticks_are(0, 1, 0, 1, "0.0 0.2 0.4 0.6 0.8 1.0");
	ticks_are(3, 97, 0, 1, "0 20 40 60 80 100");
	ticks_are(3, 97, 0, 0, "20 40 60 80");
	ticks_are(-0.02, 0.03, 0, 1, "-0.02 -0.01 0.00 0.01 0.02 0.03");
	ticks_are(0, 120000, 0, 1, "0 50,000 100,000 150,000");
	ticks_are(1e-5, 1, 1, 1, "1e-05 1e-04 0.001 0.01 0.1 1");
	ticks_are(1, 25, 1, 0, "1 2 5 10 20");
	ticks_are(0, 10, 1, 1, "0 2 4 6 8 10"); /* 0 has no logarithm: linear */
	ticks_are(7, 7, 0, 0, "6.5 7.0 7.5");
	ticks_are(1, 1.00000004, 0, 0, "1 1.00000001 1.00000002 1.00000003 1.00000004");
	ticks_are(-1e308, 1e308, 0, 1, "-1e+300 -5e+299 0 5e+299 1e+300");
	ticks_are(0, 5e-324, 0, 1, "-1.0 -0.5 0.0 0.5 1.0");
}

/* For any values the axis is valid: rising, with ticks inside it. */
static void test_axis_holds(void)
{
	static const double value[] = {
	    0,   1,        -1,        1e-300,  1e300,    -1e300, 1e-12,  12345.678,
	    NAN, INFINITY, -INFINITY, 1.7e308, -1.7e308, 5e-324, 1e-310, 12345.6780001};
	enum { N = sizeof value / sizeof *value };
	struct axis a;

	for (int i = 0; i < N; i++)
		for (int k = 0; k < N; k++)
			for (int how = 0; how < 4; how++) {
				axis_set(&a, value[i], value[k], how & 1, 7, how >> 1);
				CU_ASSERT(isfinite(a.lo) && isfinite(a.hi) && a.lo < a.hi);
				CU_ASSERT(a.n <= AXIS_TICKS);
				for (int t = 0; t < a.n; t++) {
					double at = axis_at(&a, a.tick[t]);

					if (!(at > -1e-6 && at < 1 + 1e-6))
						fprintf(stderr, "\n  %g .. %g, %d: %g at %g\n",
							value[i], value[k], how, a.tick[t], at);
					CU_ASSERT(at > -1e-6 && at < 1 + 1e-6);
					CU_ASSERT(!t || a.tick[t] > a.tick[t - 1]);
					CU_ASSERT(strlen(a.label[t]) > 0);
				}
			}
}

static struct chart *some_chart(void)
{
	struct chart *c = chart_new(CHART_LINES, "a <title> & \"more\"");
	struct chart_series *s;

	chart_add_axis(c, "x", 0);
	chart_add_axis(c, "y", 0);
	s = chart_add_series(c, "first</text>", 5);
	for (int i = 0; i < 5; i++) {
		s->x[i] = i;
		s->y[i] = i == 2 ? (double)NAN : i * i;
		s->lo[i] = s->y[i] - 1;
		s->hi[i] = s->y[i] + 1;
	}
	s->y[4] = INFINITY;
	chart_add_series(c, "second\x01\xFF", 1);
	return c;
}

static void draw(struct strbuf *out)
{
	struct chart *c = some_chart();
	struct canvas canvas = svg_begin(out, 400, chart_height(c, 400), SVG_FILE, NULL, c->title);

	chart_draw(c, &canvas);
	svg_end(&canvas, SVG_FILE);
	chart_free(c);
}

static void test_svg(void)
{
	struct strbuf a = STRBUF_INIT, b = STRBUF_INIT;

	draw(&a);
	draw(&b);
	CU_ASSERT_STRING_EQUAL(a.buf, b.buf);
	CU_ASSERT_PTR_NOT_NULL(strstr(a.buf, "a &lt;title&gt; &amp; &quot;more&quot;"));
	CU_ASSERT_PTR_NOT_NULL(strstr(a.buf, "first&lt;/text&gt;"));
	CU_ASSERT_PTR_NOT_NULL(strstr(a.buf, "second\xEF\xBF\xBD\xEF\xBF\xBD"));
	CU_ASSERT_PTR_NULL(strstr(a.buf, "nan"));
	CU_ASSERT_PTR_NULL(strstr(a.buf, "inf"));
	strbuf_release(&a);
	strbuf_release(&b);
}

/* A title that is too wide for one line is wrapped, and the chart grows accordingly. */
static void test_title(void)
{
	struct chart *one = chart_new(CHART_HEAT, "short");
	struct chart *two = chart_new(CHART_HEAT, "val.knn.top1 by vicreg.lambda and vicreg.mu");
	struct strbuf out = STRBUF_INIT;
	struct canvas canvas;

	for (int i = 0; i < 3; i++) {
		chart_add_axis(one, "a", 0);
		chart_add_axis(two, "a", 0);
	}
	CU_ASSERT(chart_height(two, 900) == chart_height(one, 900));
	CU_ASSERT(chart_height(two, 260) > chart_height(one, 260));
	canvas = svg_begin(&out, 260, chart_height(two, 260), SVG_FILE, NULL, "x");
	chart_draw(two, &canvas);
	svg_end(&canvas, SVG_FILE);
	CU_ASSERT_PTR_NOT_NULL(strstr(out.buf, "vicreg.lambda"));
	CU_ASSERT_PTR_NOT_NULL(strstr(out.buf, "vicreg.mu<"));
	CU_ASSERT_PTR_NULL(strstr(out.buf, "\xE2\x80\xA6"));
	strbuf_release(&out);
	chart_free(one);
	chart_free(two);
}

/* The names of five axes on a narrow chart: long ones in the middle are complete. */
static void test_axis_names(void)
{
	static const char *const name[] = {"method",        "barlow.lambda", "byol.tau",
					   "vicreg.lambda", "vicreg.mu",     "test.knn.top1"};
	struct chart *c = chart_new(CHART_PARALLEL, "x");
	struct strbuf out = STRBUF_INIT;
	struct canvas canvas;

	for (int i = 0; i < 6; i++)
		chart_add_axis(c, name[i], 0);
	chart_add_series(c, "run", 6);
	canvas = svg_begin(&out, 360, chart_height(c, 360), SVG_FILE, NULL, "x");
	chart_draw(c, &canvas);
	svg_end(&canvas, SVG_FILE);
	for (int i = 0; i < 6; i++)
		CU_ASSERT_PTR_NOT_NULL(strstr(out.buf, name[i]));
	strbuf_release(&out);
	chart_free(c);
}

/* Two seeds of one value and two far apart: the interval of the first has no length, that of the
 * second would leave the bars no room, and is cut at the frame. */
static void test_intervals(void)
{
	struct chart *c = chart_new(CHART_BARS, "x");
	struct strbuf out = STRBUF_INIT;
	struct chart_series *s;
	struct canvas canvas;

	chart_add_axis(c, "percent", 0);
	c->axis[0].zero = 1;
	s = chart_add_series(c, "equal", 1);
	s->y[0] = s->lo[0] = s->hi[0] = 11;
	s = chart_add_series(c, "apart", 1);
	s->y[0] = 16;
	s->lo[0] = -73;
	s->hi[0] = 106;
	canvas = svg_begin(&out, 360, chart_height(c, 360), SVG_FILE, NULL, "x");
	chart_draw(c, &canvas);
	svg_end(&canvas, SVG_FILE);
	CU_ASSERT(chart_cuts_intervals(c));
	CU_ASSERT_PTR_NULL(strstr(out.buf, ">-"));
	CU_ASSERT_PTR_NOT_NULL(strstr(out.buf, ">30<"));
	CU_ASSERT_PTR_NULL(strstr(out.buf, ">100<"));
	strbuf_release(&out);
	chart_free(c);
}

static int count(const char *s, const char *part)
{
	int n = 0;

	for (; (s = strstr(s, part)); s++)
		n++;
	return n;
}

/* Thirty columns on a narrow chart have as many names as there is room for. Of thirty curves eight
 * have a colour, each its own, and the legend gives the number of grey ones. */
static void test_crowd(void)
{
	struct chart *heat = chart_new(CHART_HEAT, "x"), *lines = chart_new(CHART_LINES, "x");
	struct strbuf a = STRBUF_INIT, b = STRBUF_INIT;
	struct chart_series *row;
	struct canvas canvas;
	char name[32];

	for (int i = 0; i < 3; i++) {
		chart_add_axis(heat, "a", 0);
		chart_add_axis(lines, "a", 0);
	}
	chart_category(heat, 1, "row");
	for (int i = 0; i < 30; i++) {
		snprintf(name, sizeof name, "n.%d", 100 + i);
		chart_category(heat, 0, name);
		row = chart_add_series(lines, name, 1);
		row->x[0] = row->y[0] = i;
	}
	row = chart_add_series(heat, "row", 30);
	row->y[0] = 1;
	canvas = svg_begin(&a, 360, chart_height(heat, 360), SVG_FILE, NULL, "x");
	chart_draw(heat, &canvas);
	svg_end(&canvas, SVG_FILE);
	canvas = svg_begin(&b, 360, chart_height(lines, 360), SVG_FILE, NULL, "x");
	chart_draw(lines, &canvas);
	svg_end(&canvas, SVG_FILE);
	CU_ASSERT(count(a.buf, ">n.1") >= 5 && count(a.buf, ">n.1") <= 15);
	CU_ASSERT_PTR_NOT_NULL(strstr(b.buf, ">22 others<"));
	for (int i = 0; i < 30; i++) {
		CU_ASSERT_EQUAL(lines->series[i].colour, i < PALETTE ? i : CHART_GREY);
		CU_ASSERT_EQUAL(heat->axis[0].n_categories, 30);
	}
	strbuf_release(&a);
	strbuf_release(&b);
	chart_free(heat);
	chart_free(lines);
}

static void draw_svg(const struct chart *c, double width, struct strbuf *out)
{
	struct canvas canvas = svg_begin(out, width, chart_height(c, width), SVG_INLINE, NULL, "x");

	chart_draw(c, &canvas);
	svg_end(&canvas, SVG_INLINE);
}

/* A threshold far from all curves is within the picture and labelled. */
static void test_marks(void)
{
	struct chart *c = some_chart();
	struct strbuf out = STRBUF_INIT;

	chart_add_mark(c, -40, "guard.collapse_std = -40");
	draw_svg(c, 400, &out);
	CU_ASSERT_PTR_NOT_NULL(strstr(out.buf, ">guard.collapse_std = -40<"));
	CU_ASSERT_PTR_NOT_NULL(strstr(out.buf, ">-40<"));
	strbuf_clear(&out);
	chart_term(c, &(struct term_look){80, 12, 0, 0}, &out);
	CU_ASSERT_PTR_NOT_NULL(strstr(out.buf, "guard.collapse_std"));
	strbuf_release(&out);
	chart_free(c);
}

/* The label of a line avoids curves: here it is below the line, since a curve is just above. */
static void test_mark_names(void)
{
	struct chart *c = chart_new(CHART_LINES, "x");
	struct strbuf out = STRBUF_INIT;
	struct chart_series *s;
	double line = 0, name = 0;
	const char *at;

	chart_add_axis(c, "epoch", 0);
	chart_add_axis(c, "y", 0);
	s = chart_add_series(c, "a", 50);
	for (int i = 0; i < s->n; i++) {
		s->x[i] = i;
		s->y[i] = i % 2 ? 5.1 : 5.4;
	}
	s->y[0] = 10;
	s->y[1] = 0;
	c->floor = 5;
	draw_svg(c, 500, &out);
	at = strstr(out.buf, ">untrained<");
	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	while (strncmp(at, " y=\"", 4) != 0)
		at--;
	name = strtod(at + 4, NULL);
	at = strstr(out.buf, "stroke-dasharray");
	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	at = strstr(at, "d=\"M");
	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	line = strtod(strchr(at + 4, ' '), NULL);
	CU_ASSERT(line > 0 && name > line && name < line + 20);
	strbuf_release(&out);
	chart_free(c);
}

/* The values of bars have the same digits; a group without a value shows the reason; the dashed
 * line has a name. */
static void test_values(void)
{
	struct chart *c = chart_new(CHART_BARS, "x");
	struct strbuf out = STRBUF_INIT;

	chart_add_axis(c, "top1, %", 0);
	chart_add_series(c, "a", 1)->y[0] = 28.7;
	chart_add_series(c, "b", 1)->y[0] = 8.3333;
	chart_add_series(c, "c", 1)->lost = xstrdup("3 collapsed");
	c->floor = 12;
	for (int width = 300; width < 800; width += 400) {
		draw_svg(c, width, &out);
		CU_ASSERT_PTR_NOT_NULL(strstr(out.buf, ">28.70<"));
		CU_ASSERT_PTR_NOT_NULL(strstr(out.buf, ">8.33<"));
		CU_ASSERT_PTR_NOT_NULL(strstr(out.buf, ">3 collapsed<"));
		CU_ASSERT_PTR_NOT_NULL(strstr(out.buf, ">untrained<"));
		strbuf_clear(&out);
	}
	strbuf_release(&out);
	chart_free(c);
	CU_ASSERT_EQUAL(axis_digits((const double[]){3, 25}, 2), 0);
	CU_ASSERT_EQUAL(axis_digits((const double[]){3.5, 0.25, NAN}, 3), 3);
	CU_ASSERT_EQUAL(axis_digits((const double[]){30, 0.001}, 2), AXIS_EACH);
	CU_ASSERT_EQUAL(axis_digits((const double[]){1e-9}, 1), AXIS_EACH);
	CU_ASSERT_EQUAL(axis_digits(NULL, 0), AXIS_EACH);
}

/* A cell whose runs have no value differs from one without runs. */
static void test_heat_cells(void)
{
	struct chart *c = chart_new(CHART_HEAT, "x");
	struct strbuf out = STRBUF_INIT;
	struct chart_series *s;

	for (int i = 0; i < 3; i++)
		chart_add_axis(c, "a", 0);
	for (int i = 0; i < 3; i++)
		chart_category(c, 0, &"xyz"[i]);
	chart_category(c, 1, "r");
	s = chart_add_series(c, "r", 3);
	s->y[0] = 9;
	s->hi[1] = 3;
	draw_svg(c, 500, &out);
	CU_ASSERT_EQUAL(count(out.buf, "\xC3\x97"), 1);
	CU_ASSERT_EQUAL(count(out.buf, "\xC2\xB7"), 1);
	strbuf_clear(&out);
	chart_term(c, &(struct term_look){80, 16, 0, 0}, &out);
	CU_ASSERT_EQUAL(count(out.buf, "\xC3\x97"), 1);
	strbuf_release(&out);
	chart_free(c);
}

/* Panels have their own axes, and all text is within the picture. */
static void test_panels(void)
{
	struct chart *c = chart_new(CHART_PANELS, "losses");
	struct strbuf out = STRBUF_INIT;

	CU_ASSERT(chart_is_empty(c));
	for (int i = 0; i < 3; i++) {
		struct chart *panel = some_chart();

		panel->series[0].y[0] = pow(10, 3.0 * i);
		chart_add_panel(c, panel);
	}
	CU_ASSERT(!chart_is_empty(c));
	CU_ASSERT(chart_height(c, 360) > 2.5 * chart_height(c, 1200));
	draw_svg(c, 720, &out);
	CU_ASSERT_EQUAL(count(out.buf, "a &lt;title&gt;"), 3);
	CU_ASSERT_PTR_NOT_NULL(strstr(out.buf, ">1,000,000<"));
	strbuf_clear(&out);
	chart_term(c, &(struct term_look){80, 16, 0, 0}, &out);
	CU_ASSERT_EQUAL(count(out.buf, "a <title>"), 3);
	strbuf_release(&out);
	chart_free(c);
}

/* Both ends of an axis are labelled, whatever its ticks are, and there is a colour scale. */
static void test_parallel(void)
{
	struct chart *c = chart_new(CHART_PARALLEL, "x");
	struct strbuf out = STRBUF_INIT;

	chart_add_axis(c, "optim.lr", 0);
	chart_add_axis(c, "top1, %", 0);
	for (int i = 0; i < 20; i++) {
		struct chart_series *s = chart_add_series(c, "r", 2);

		s->y[0] = 0.0137 + i * 0.0911;
		s->y[1] = 31.27 + i * 2.113;
	}
	draw_svg(c, 500, &out);
	CU_ASSERT_PTR_NOT_NULL(strstr(out.buf, ">0.0137<"));
	CU_ASSERT_PTR_NOT_NULL(strstr(out.buf, ">1.745<"));
	CU_ASSERT_EQUAL(count(out.buf, ">31.27<"), 2); /* at the axis and at the scale */
	CU_ASSERT_EQUAL(count(out.buf, ">71.42<"), 2);
	strbuf_release(&out);
	chart_free(c);
}

/* Cells that differ by less than the seeds do not have the whole range of colours. */
static void test_heat_range(void)
{
	struct chart *c = chart_new(CHART_HEAT, "x");
	struct chart_series *s;
	double lo, hi;

	for (int i = 0; i < 3; i++)
		chart_add_axis(c, "a", 0);
	s = chart_add_series(c, "row", 2);
	s->y[0] = 70;
	s->y[1] = 71;
	chart_heat_range(c, &lo, &hi);
	CU_ASSERT(lo == 70 && hi == 71);
	c->seed_sd = 2;
	chart_heat_range(c, &lo, &hi);
	CU_ASSERT_DOUBLE_EQUAL(lo, 66.5, 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(hi, 74.5, 1e-9);
	c->seed_sd = 0.1;
	chart_heat_range(c, &lo, &hi);
	CU_ASSERT(lo == 70 && hi == 71);
	chart_free(c);
}

static void escapes(const char *s, const char *want)
{
	struct strbuf out = STRBUF_INIT;

	utf8_xml(s, &out);
	CU_ASSERT_STRING_EQUAL(out.buf, want);
	strbuf_release(&out);
}

static void test_escape(void)
{
	escapes("<a href='x'>&\"", "&lt;a href=&#39;x&#39;&gt;&amp;&quot;");
	escapes("\xCE\xBB \xF0\x9F\x98\x80\n", "\xCE\xBB \xF0\x9F\x98\x80\n");
	escapes("\x1b[0m\xC0\x80", "\xEF\xBF\xBD[0m\xEF\xBF\xBD\xEF\xBF\xBD");
	escapes("\xE2\x80\xAEx", "\xEF\xBF\xBDx"); /* turns the text around it */
	escapes("\xEF\xBF\xBE", "\xEF\xBF\xBD");   /* U+FFFE: no XML character */
}

static void test_fit(void)
{
	char out[100];

	text_fit("short", 12, 200, out, sizeof out);
	CU_ASSERT_STRING_EQUAL(out, "short");
	text_fit("vicreg.lambda=25 vicreg.mu=10", 12, 80, out, sizeof out);
	CU_ASSERT(text_width(out, 12) <= 80);
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "\xE2\x80\xA6"));
	CU_ASSERT_EQUAL(strncmp(out, "vic", 3), 0);
}

/* A colour in OKLab (Ottosson 2020) as dichromats see it (Machado, Oliveira and Fernandes 2009,
 * full severity); the last kind is full colour vision. */
static void seen(uint32_t rgb, int eye, double lab[3])
{
	static const double sight[4][9] = {{0.152286, 1.052583, -0.204868, 0.114503, 0.786281,
					    0.099216, -0.003882, -0.048116, 1.051998},
					   {0.367322, 0.860646, -0.227968, 0.280085, 0.672501,
					    0.047413, -0.011820, 0.042940, 0.968881},
					   {1.255528, -0.076749, -0.178779, -0.078411, 0.930809,
					    0.147602, 0.004733, 0.691367, 0.303900},
					   {1, 0, 0, 0, 1, 0, 0, 0, 1}};
	static const double cone[9] = {0.4122214708, 0.5363325363, 0.0514459929,
				       0.2119034982, 0.6806995451, 0.1073969566,
				       0.0883024619, 0.2817188376, 0.6299787005};
	static const double lms[9] = {0.2104542553, 0.7936177850,  -0.0040720468,
				      1.9779984951, -2.4285922050, 0.4505937099,
				      0.0259040371, 0.7827717662,  -0.8086757660};
	double linear[3], dim[3], root[3];

	for (int c = 0; c < 3; c++) {
		double v = (rgb >> (16 - 8 * c) & 255) / 255.0;

		linear[c] = v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
	}
	for (int r = 0; r < 3; r++) {
		dim[r] = 0;
		for (int c = 0; c < 3; c++)
			dim[r] += sight[eye][3 * r + c] * linear[c];
		dim[r] = fmin(fmax(dim[r], 0), 1);
	}
	for (int r = 0; r < 3; r++)
		root[r] = cbrt(cone[3 * r] * dim[0] + cone[3 * r + 1] * dim[1] +
			       cone[3 * r + 2] * dim[2]);
	for (int r = 0; r < 3; r++)
		lab[r] = lms[3 * r] * root[0] + lms[3 * r + 1] * root[1] + lms[3 * r + 2] * root[2];
}

static double distance(uint32_t a, uint32_t b, int eye)
{
	double p[3], q[3];

	seen(a, eye, p);
	seen(b, eye, q);
	return sqrt((p[0] - q[0]) * (p[0] - q[0]) + (p[1] - q[1]) * (p[1] - q[1]) +
		    (p[2] - q[2]) * (p[2] - q[2]));
}

/* 0.07 is three and a half times the just noticeable difference (0.02); full colour vision has
 * twice that. */
static void test_palette(void)
{
	for (int dark = 0; dark < 2; dark++)
		for (int eye = 0; eye < 4; eye++)
			for (int i = 0; i < PALETTE; i++) {
				uint32_t a = ink_rgb(ink_series(i, 1), dark);
				uint32_t text = ink_rgb(ink(INK_TEXT), dark);
				uint32_t paper = ink_rgb(ink(INK_PAPER), dark);

				CU_ASSERT(distance(a, text, eye) > 0.07);
				CU_ASSERT(distance(a, paper, eye) > 0.2);
				for (int k = 0; k < i; k++) {
					uint32_t b = ink_rgb(ink_series(k, 1), dark);
					double apart = distance(a, b, eye);

					if (apart < (eye == 3 ? 0.14 : 0.07))
						fprintf(stderr, "\n  %06x %06x: %.3f (%d)\n",
							(unsigned)a, (unsigned)b, apart, eye);
					CU_ASSERT(apart > (eye == 3 ? 0.14 : 0.07));
				}
			}
}

static void test_colours(void)
{
	CU_ASSERT_EQUAL(viridis(0), 0x440154);
	CU_ASSERT_EQUAL(viridis(1), 0xFDE725);
	CU_ASSERT_EQUAL(viridis(NAN), 0x440154);
	CU_ASSERT_EQUAL(viridis(7), 0xFDE725);
	CU_ASSERT_EQUAL(ink_on(0x000000).rgb, 0xFFFFFF);
	CU_ASSERT_EQUAL(ink_on(0xFDE725).rgb, 0x000000);
}

static void term_has(struct chart *c, int columns, const char *part)
{
	struct strbuf out = STRBUF_INIT;

	chart_term(c, &(struct term_look){columns, 8, 0, 0}, &out);
	if (!strstr(out.buf, part))
		fprintf(stderr, "\n  wanted %s in\n%s", part, out.buf);
	CU_ASSERT_PTR_NOT_NULL(strstr(out.buf, part));
	CU_ASSERT_PTR_NULL(strchr(out.buf, '\033'));
	strbuf_release(&out);
}

static void test_term(void)
{
	struct chart *c = some_chart(), *bars = chart_new(CHART_BARS, "bars");
	struct chart_series *s;

	term_has(c, 60, "a \xE2\x94\x81\xE2\x94\x81 first</text>");
	term_has(c, 10, "x"); /* as wide as it has to be */
	chart_free(c);
	chart_add_axis(bars, "metric", 0);
	bars->axis[0].zero = 1;
	s = chart_add_series(bars, "\x1b[31mred", 1);
	s->y[0] = 42;
	term_has(bars, 80, "\\x1b[31mred");
	term_has(bars, 80, "42");
	chart_free(bars);
	c = chart_new(CHART_LINES, "empty");
	chart_add_axis(c, "x", 0);
	chart_add_axis(c, "y", 0);
	term_has(c, 80, "no finite value");
	chart_free(c);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"ticks are round", test_ticks},
	    {"an axis for any values", test_axis_holds},
	    {"SVG", test_svg},
	    {"a title of two lines", test_title},
	    {"names of many axes", test_axis_names},
	    {"many columns, many curves", test_crowd},
	    {"intervals of no length, and vast", test_intervals},
	    {"text in XML", test_escape},
	    {"text that must fit", test_fit},
	    {"colours", test_colours},
	    {"colours that every eye tells apart", test_palette},
	    {"thresholds", test_marks},
	    {"names of lines", test_mark_names},
	    {"values", test_values},
	    {"cells of heatmaps", test_heat_cells},
	    {"panels", test_panels},
	    {"ends of parallel axes", test_parallel},
	    {"colours of a heatmap and the differences of seeds", test_heat_range},
	    {"charts in a terminal", test_term},
	    {0}};

	return check_run("report/chart", cases);
}
