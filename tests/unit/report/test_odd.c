/* A chart is drawn whatever its data are: some hundred charts with odd numbers, labels and sizes,
 * in every format. Each file is complete and prints no nan or inf. The charts are the same in every
 * run. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/plot/chart.h"
#include "core/plot/page.h"
#include "core/plot/svg.h"
#include "tests/check.h"

enum { CHARTS = 600, GROUPS = 200 };

struct dice {
	uint64_t state;
};

/* Knuth's MMIX generator: its upper bits. */
static unsigned roll(struct dice *d, unsigned sides)
{
	d->state = d->state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(d->state >> 33) % sides;
}

static double any_number(struct dice *d)
{
	static const double odd[] = {
	    0,         -0.0,     1,        -1,       NAN,       INFINITY,
	    -INFINITY, 1e300,    -1e300,   DBL_MAX,  -DBL_MAX,  DBL_MIN,
	    5e-324,    -5e-324,  1e-300,   1e-310,   12345.678, 1 + DBL_EPSILON,
	    1e15,      1e15 + 1, 99999999, -0.00001, 1e7,       100};
	enum { N = sizeof odd / sizeof *odd };

	switch (roll(d, 4)) {
	case 0:
		return odd[roll(d, N)];
	case 1:
		return pow(10, (double)roll(d, 640) - 330);
	default:
		return (double)roll(d, 2000) / 100 - 5;
	}
}

/* Numbers of one kind: equal, not finite, denormal, nearly flat, or any. */
static double number_like(struct dice *d, unsigned kind)
{
	switch (kind) {
	case 0:
		return 7;
	case 1:
		return roll(d, 2) ? (double)NAN : INFINITY;
	case 2:
		return roll(d, 9) * 5e-324;
	case 3:
		return 5 + 1e-12 * roll(d, 9);
	case 4:
		return (roll(d, 2) ? 1 : -1) * (DBL_MAX / (1 + roll(d, 9)));
	case 5:
		return roll(d, 1000) / 10.0;
	default:
		return any_number(d);
	}
}

static const char *any_label(struct dice *d, char *room, size_t size)
{
	static const char *const odd[] = {
	    "",
	    "vicreg lambda=25 mu=10",
	    "</text><script>alert(1)</script>&amp;\"'",
	    "\xE2\x80\xAE\xE2\x81\xA6turned\xE2\x80\xAC",
	    "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \xD8\xB3\xD9\x84\xD8\xA7\xD9\x85",
	    "\xE8\xA1\xA8\xE7\xA4\xBA \xF0\x9F\x98\x80 e\xCC\x81\xCC\x81\xCC\x81",
	    "\xFF\xC0\x80\xED\xA0\x80\xF8",
	    "\x1b[31m\x07\x7f\xC2\x9B",
	    "a\nb\tc",
	    " ",
	    "%s%n%d",
	    "\xEF\xBF\xBE\xEF\xBB\xBF",
	};
	enum { N = sizeof odd / sizeof *odd };
	unsigned k = roll(d, N + 2);

	if (k < N)
		return odd[k];
	memset(room, k == N ? 'm' : ' ', size - 1);
	for (size_t i = 0; k > N && i < size - 1; i += 1 + roll(d, 12))
		room[i] = 'x';
	room[roll(d, 8) ? roll(d, 80) : size - 1] = 0;
	return room;
}

static int any_count(struct dice *d)
{
	static const int usual[] = {0, 1, 2, 3, 8, 9, 20};

	return roll(d, 100) ? usual[roll(d, sizeof usual / sizeof *usual)] : GROUPS;
}

static void any_axes(struct dice *d, struct chart *c, char *room, size_t size)
{
	int n = c->kind == CHART_BARS    ? 1
		: c->kind == CHART_LINES ? 2
		: c->kind == CHART_HEAT  ? 3
					 : 1 + (int)roll(d, 9);

	for (int i = 0; i < n; i++) {
		int words = c->kind == CHART_PARALLEL && !roll(d, 3);

		chart_add_axis(c, any_label(d, room, size), roll(d, 3) == 0);
		c->axis[i].zero = roll(d, 2) == 0;
		for (int k = words ? (int)roll(d, 20) : 0; k > 0; k--)
			chart_category(c, i, any_label(d, room, size));
	}
}

static void heat_sides(struct dice *d, struct chart *c)
{
	char name[16];

	for (int axis = 0; axis < 2; axis++)
		for (int k = (int)roll(d, 40); k > 0; k--) {
			snprintf(name, sizeof name, "%d", k);
			chart_category(c, axis, name);
		}
}

static struct chart *any_chart(struct dice *d)
{
	static const int points[] = {0, 1, 2, 40};
	char room[5000];
	struct chart *c = chart_new((enum chart_kind)roll(d, 4), any_label(d, room, sizeof room));
	unsigned kind = roll(d, 12);
	int n = any_count(d);

	any_axes(d, c, room, sizeof room);
	if (c->kind == CHART_HEAT) {
		heat_sides(d, c);
		n = c->axis[1].n_categories;
	}
	chart_note(c, any_label(d, room, sizeof room));
	c->floor = roll(d, 2) ? any_number(d) : (double)NAN;
	c->low_is_good = roll(d, 2) == 0;
	c->seed_sd = roll(d, 2) ? any_number(d) : (double)NAN;
	for (int i = 0; i < n; i++) {
		int count = c->kind == CHART_PARALLEL ? c->n_axes
			    : c->kind == CHART_HEAT   ? c->axis[0].n_categories
			    : c->kind == CHART_BARS   ? 1 + (int)roll(d, 4)
						      : points[roll(d, 4)];
		struct chart_series *s =
		    chart_add_series(c, any_label(d, room, sizeof room), count);

		for (int k = 0; k < count; k++) {
			s->x[k] = roll(d, 9) ? k : any_number(d);
			s->y[k] = number_like(d, kind);
			s->lo[k] = roll(d, 3) ? s->y[k] - 1 : any_number(d);
			s->hi[k] = roll(d, 3) ? s->y[k] : any_number(d);
		}
		if (roll(d, 40) == 0)
			chart_add_mark(c, any_number(d), any_label(d, room, sizeof room));
		s->gain = roll(d, 4) ? (double)NAN : any_number(d);
		if (roll(d, 5) == 0)
			s->colour = (int)roll(d, 10) - 2;
	}
	return c;
}

static struct chart *any_panels(struct dice *d)
{
	struct chart *c = chart_new(CHART_PANELS, "panels");

	for (int i = (int)roll(d, 9); i > 0; i--)
		chart_add_panel(c, any_chart(d));
	return c;
}

static double any_width(struct dice *d)
{
	static const double odd[] = {1, 2, 40, 240, 360, 720, 1280, 10000};

	return roll(d, 3) ? odd[roll(d, 8)] : 1 + (double)roll(d, 10000);
}

static int is_clean(const char *s)
{
	while (((unsigned char)*s >= 0x20 && *s != 0x7F) || *s == '\n')
		s++;
	return !*s;
}

static void svg_is_whole(const struct chart *c, double width, double height)
{
	static const char *const wrong[] = {"\"nan", "\"inf",   "\"-nan",    "\"-inf",    " nan",
					    " inf",  "=\"-0\"", "width=\"-", "height=\"-"};
	struct strbuf out = STRBUF_INIT;
	struct canvas canvas = svg_begin(&out, width, height, SVG_FILE, NULL, "x");
	const char *at;

	chart_draw(c, &canvas);
	svg_end(&canvas, SVG_FILE);
	CU_ASSERT(out.len > 8 && !strcmp(out.buf + out.len - 7, "</svg>\n"));
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if ((at = strstr(out.buf, wrong[i]))) {
			fprintf(stderr, "\n  %.90s\n", at - 40);
			CU_FAIL("a number that is none");
		}
	CU_ASSERT(is_clean(out.buf));
	strbuf_release(&out);
}

/* A picture is drawn, or refused as too large. */
static void page_is_whole(const struct chart *c, double width, double height, enum page_kind kind)
{
	const struct page_look look = {kind, width, height, 0.5, 0, c->title};
	struct strbuf out = STRBUF_INIT;
	struct page *page = NULL;
	struct canvas canvas;
	struct error err;

	if (page_begin(&page, &canvas, &look, &err)) {
		if (err.code != ERR_USAGE)
			fprintf(stderr, "\n  %g x %g: %s\n", width, height, err.msg);
		CU_ASSERT_EQUAL(err.code, ERR_USAGE);
		CU_ASSERT(width * height > 1e6 || height > 1e4);
		return;
	}
	chart_draw(c, &canvas);
	if (page_end(page, &out, &err))
		fprintf(stderr, "\n  %g x %g: %s\n", width, height, err.msg);
	if (kind == PAGE_PNG)
		CU_ASSERT(out.len > 50 && !memcmp(out.buf + out.len - 8, "IEND", 4));
	if (kind == PAGE_PDF)
		CU_ASSERT(out.len > 50 && !strcmp(out.buf + out.len - 6, "%%EOF\n"));
	page_free(page);
	strbuf_release(&out);
}

static void text_is_whole(const struct chart *c, struct dice *d)
{
	struct strbuf out = STRBUF_INIT;

	chart_term(c,
		   &(struct term_look){roll(d, 20) ? 1 + (int)roll(d, 200) : 10000,
				       4 + (int)roll(d, 40), 0, (int)roll(d, 2)},
		   &out);
	CU_ASSERT(is_clean(out.buf));
	strbuf_clear(&out);
	chart_term(c, &(struct term_look){80, 16, 1, 0}, &out);
	CU_ASSERT(out.len > 0);
	strbuf_release(&out);
}

static void test_any(void)
{
	struct dice d = {20261128};

	for (int i = 0; i < CHARTS; i++) {
		struct chart *c = roll(&d, 20) ? any_chart(&d) : any_panels(&d);
		double width = any_width(&d), height = chart_height(c, width);

		CU_ASSERT(isfinite(height) && height > 0);
		if (roll(&d, 4) == 0)
			height = 1 + roll(&d, 4000);
		svg_is_whole(c, width, height);
		text_is_whole(c, &d);
		if (i % 10 == 0)
			page_is_whole(c, width, height, PAGE_PNG);
		if (i % 10 == 5)
			page_is_whole(c, width, height, PAGE_PDF);
		chart_free(c);
	}
}

/* Seeds of one recipe that hardly differ, at every width: their band has no area. */
static void test_flat_band(void)
{
	struct chart *c = chart_new(CHART_LINES, "flat");

	chart_add_axis(c, "epoch", 0);
	chart_add_axis(c, "loss", 0);
	for (int i = 0; i < 2; i++) {
		struct chart_series *s = chart_add_series(c, i ? "b" : "a", 1000);

		for (int k = 0; k < s->n; k++) {
			s->x[k] = k;
			s->y[k] = i ? 20 : 5;
			s->lo[k] = s->y[k] - 1e-7 * (k % 2);
			s->hi[k] = s->y[k] + 1e-7 * (k % 3);
		}
	}
	for (double width = 100; width <= 4000; width *= 1.17) {
		page_is_whole(c, width, 300, PAGE_PNG);
		page_is_whole(c, width, 300, PAGE_PDF);
		svg_is_whole(c, width, 300);
	}
	chart_free(c);
}

/* The same drawing gives the same bytes, and a PDF has no date. */
static void test_same(void)
{
	struct dice d = {7};
	struct chart *c = any_chart(&d);

	for (int kind = PAGE_PNG; kind <= PAGE_PDF; kind++) {
		const struct page_look look = {(enum page_kind)kind, 400, 300, 2, 0, c->title};
		struct strbuf out[2] = {STRBUF_INIT, STRBUF_INIT};

		for (int i = 0; i < 2; i++) {
			struct canvas canvas;
			struct page *page;
			struct error err;

			if (page_begin(&page, &canvas, &look, &err))
				continue;
			chart_draw(c, &canvas);
			CU_ASSERT_EQUAL(page_end(page, &out[i], &err), 0);
			page_free(page);
		}
		CU_ASSERT(out[0].len > 100);
		CU_ASSERT_EQUAL(out[0].len, out[1].len);
		CU_ASSERT_EQUAL(memcmp(out[0].buf, out[1].buf, out[0].len), 0);
		CU_ASSERT_PTR_NULL(memmem(out[0].buf, out[0].len, "CreationDate", 12));
		strbuf_release(&out[0]);
		strbuf_release(&out[1]);
	}
	chart_free(c);
}

int main(void)
{
	static const struct check_case cases[] = {{"charts of anything", test_any},
						  {"bands without a width", test_flat_band},
						  {"the same bytes", test_same},
						  {0}};

	return check_run("report/odd", cases);
}
