/*
 * SVG text. The same drawing gives the same bytes: numbers have at most two digits after the point,
 * and nothing depends on the clock, the locale or an address. Colours are classes of one style sheet,
 * which follows prefers-color-scheme. Text is escaped; a character that XML cannot hold is shown as
 * U+FFFD.
 */
#ifndef SSL_PLOT_SVG_H
#define SSL_PLOT_SVG_H

#include "core/base/strbuf.h"
#include "core/plot/canvas.h"

/* Appends the rules of the classes; `scope` (".chart ") is put before each selector. */
void svg_style(const char *scope, struct strbuf *out);

enum svg_kind {
	SVG_FILE,   /* a document: its own style sheet, its paper and the mark of ssl (mark.h) */
	SVG_INLINE, /* an element of a page that has the style sheet */
};
/* Appends to *out, which must outlive the canvas, up to svg_end(), which takes the same kind. `about`:
 * the text for screen readers; class: of the element, NULL: none. */
struct canvas svg_begin(struct strbuf *out, double width, double height, enum svg_kind kind,
			const char *class, const char *about);
void svg_end(struct canvas *c, enum svg_kind kind);

#endif
