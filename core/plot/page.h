/*
 * A canvas that cairo writes as a PNG picture or as a PDF document with real text. The font is DejaVu
 * Sans or the file that $SSL_FONT names. The same font and the same version of cairo give the same
 * bytes.
 */
#ifndef SSL_PLOT_PAGE_H
#define SSL_PLOT_PAGE_H

#include "core/base/error.h"
#include "core/base/strbuf.h"
#include "core/plot/canvas.h"

enum page_kind { PAGE_PNG, PAGE_PDF };

struct page_look {
	enum page_kind kind;
	double width, height; /* px; a PDF has 96 to the inch */
	double scale;         /* PNG: dots to the px */
	int dark;
	const char *title; /* in the metadata of a PDF */
};

struct page;

/* ERR_FAILED if there is no cairo or no font; ERR_USAGE for a picture of more than 64 million dots, or
 * with a side of more than 30,000. */
int page_begin(struct page **out, struct canvas *canvas, const struct page_look *look,
	       struct error *err);

/* Appends the file, with the mark of ssl (mark.h). Nothing can be drawn afterwards. */
int page_end(struct page *p, struct strbuf *out, struct error *err);
void page_free(struct page *p);

#endif
