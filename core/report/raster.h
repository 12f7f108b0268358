/*
 * A picture in memory, drawn with FreeType (this folder is its only door), which fills and strokes
 * paths with smooth edges and sets text; and PNG. The font is DejaVu Sans or the file that
 * $SSL_FONT names: the same font gives the same bytes.
 */
#ifndef SSL_REPORT_RASTER_H
#define SSL_REPORT_RASTER_H

#include "core/base/error.h"
#include "core/base/strbuf.h"
#include "core/report/canvas.h"

struct raster;

/* width x height px of the drawing, `scale` dots each. ERR_FAILED when no font is found; ERR_USAGE
 * for a picture of more than 64 million dots. */
int raster_begin(struct raster **out, struct canvas *canvas, double width, double height,
		 double scale, int dark, struct error *err);

/* Appends the PNG. */
int raster_png(const struct raster *r, struct strbuf *out, struct error *err);
void raster_free(struct raster *r);

#endif
