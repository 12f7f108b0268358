/*
 * The mark inside a file that says that ssl made it from its store, so that it can be made again: a
 * comment in SVG, PDF and Markdown, <meta name="generator"> in HTML, the chunk tEXt "Software" in PNG.
 * A file is recognised by its mark, never by its name (OUTPUT_REMAKE in output.h).
 */
#ifndef SSL_BASE_MARK_H
#define SSL_BASE_MARK_H

#include "core/base/strbuf.h"

/* Append the mark: right before </svg>; as a line of <head>; as the first line of Markdown. */
void mark_svg(struct strbuf *out);
void mark_html(struct strbuf *out);
void mark_markdown(struct strbuf *out);

/* Append a whole PNG or PDF file with its mark: behind the header (IHDR); before "startxref", which
 * moves nothing that the file refers to. A file without that place is appended as it is. */
void mark_png(const struct strbuf *file, struct strbuf *out);
void mark_pdf(const struct strbuf *file, struct strbuf *out);

/* Bytes at either end of a file; of a short file the whole, twice. */
enum { MARK_HEAD = 256, MARK_TAIL = 128 };
struct mark_ends {
	char head[MARK_HEAD], tail[MARK_TAIL];
	size_t n_head, n_tail;
};
/* True if a file with these ends has one of the marks. */
int mark_is_in(const struct mark_ends *e);

#endif
