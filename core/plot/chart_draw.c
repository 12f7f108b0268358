/* The height of each kind of chart, and which function draws it. A chart of panels is laid out
 * here, since its panels are charts. */
#include <math.h>

#include "core/base/error.h"
#include "core/plot/chart_internal.h"

enum { PANEL_LEAST = 340 /* px of width that a panel wants */, COLUMNS_MOST = 3 };

static int columns_of(const struct chart *c, double width)
{
	int n = (int)fmin(fmax(width / PANEL_LEAST, 1), COLUMNS_MOST);

	return n < c->n_panels || !c->n_panels ? n : c->n_panels;
}

/* The height of the row that begins with panel i. */
static double row_height(const struct chart *c, int i, int columns, double width)
{
	double height = 0;

	for (int k = i; k < i + columns && k < c->n_panels; k++)
		height = fmax(height, chart_height(c->panel[k], width / columns));
	return height;
}

static double panels_height(const struct chart *c, double width)
{
	int columns = columns_of(c, width);
	double height = 0;

	for (int i = 0; i < c->n_panels; i += columns)
		height += row_height(c, i, columns, width);
	return height;
}

double chart_height(const struct chart *c, double width)
{
	double rows = c->n_axes > 1 ? c->axis[1].n_categories : 0;
	double text = chart_note_height(c, width) + chart_title_height(c, width);
	struct box legend = {0, 0, width - 70, 0};

	switch (c->kind) {
	case CHART_LINES:
		return fmax(200, fmin(380, width * 0.5)) + 70 + chart_legend(c, NULL, legend) +
		       text;
	case CHART_BARS:
		return 90 + chart_floor_height(c) + 30 * fmax(1, c->n) * (width < 480 ? 1.5 : 1) +
		       text;
	case CHART_HEAT:
		return 138 + fmin(44, fmax(26, 360 / fmax(rows, 1))) * rows + text;
	case CHART_PARALLEL:
		return (width < 480 ? 340 : 420) + text;
	case CHART_PANELS:
		return 42 + panels_height(c, width) + text;
	}
	BUG("no chart kind %d", (int)c->kind);
}

/* The rows share the height of the picture in proportion to what they want, and a panel has of its
 * row's height what it wants itself. */
static void draw_panels(const struct chart *c, struct canvas *canvas)
{
	struct box room = chart_frame(c, canvas);
	int columns = columns_of(c, canvas->width);
	double width = canvas->width / columns, y = room.y, all = panels_height(c, canvas->width);

	for (int i = 0; i < c->n_panels; i += columns) {
		double wanted = row_height(c, i, columns, canvas->width);
		double height = room.h * wanted / fmax(all, 1);

		for (int k = i; k < i + columns && k < c->n_panels; k++) {
			double own = chart_height(c->panel[k], width) / wanted;
			struct canvas part =
			    canvas_part(canvas, width * (k - i), y, width, height * own);

			chart_draw(c->panel[k], &part);
		}
		y += height;
	}
}

void chart_draw(const struct chart *c, struct canvas *canvas)
{
	switch (c->kind) {
	case CHART_LINES:
		chart_draw_lines(c, canvas);
		break;
	case CHART_BARS:
		chart_draw_bars(c, canvas);
		break;
	case CHART_HEAT:
		chart_draw_heat(c, canvas);
		break;
	case CHART_PARALLEL:
		chart_draw_parallel(c, canvas);
		break;
	case CHART_PANELS:
		draw_panels(c, canvas);
		break;
	}
}
