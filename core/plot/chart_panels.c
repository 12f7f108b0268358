/* Charts side by side, for what has no axis in common. */
#include <math.h>

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

double chart_panels_height(const struct chart *c, double width)
{
	int columns = columns_of(c, width);
	double height = 0;

	for (int i = 0; i < c->n_panels; i += columns)
		height += row_height(c, i, columns, width);
	return height;
}

/* Where the picture's height is given, all rows share it as they would have liked it. */
void chart_draw_panels(const struct chart *c, struct canvas *canvas)
{
	struct box room = chart_frame(c, canvas);
	int columns = columns_of(c, canvas->width);
	double width = canvas->width / columns, y = room.y,
	       all = chart_panels_height(c, canvas->width);

	for (int i = 0; i < c->n_panels; i += columns) {
		double height = room.h * row_height(c, i, columns, canvas->width) / fmax(all, 1);

		for (int k = i; k < i + columns && k < c->n_panels; k++) {
			struct canvas part = canvas_part(canvas, width * (k - i), y, width, height);

			chart_draw(c->panel[k], &part);
		}
		y += height;
	}
}
