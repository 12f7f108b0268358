/*
 * A document in one file: HTML that needs no script and no other file (pictures are inline SVG, in
 * one size for wide pages and one for narrow ones; it is well-formed XML too), or Markdown (pictures
 * are text). Text from outside is escaped. Both hold the mark of ssl (mark.h).
 */
#ifndef SSL_REPORT_DOC_H
#define SSL_REPORT_DOC_H

#include "core/base/strbuf.h"
#include "core/plot/chart.h"
#include "core/report/table.h"

struct doc {
	struct strbuf *out;
	int html;
	int figures, sections;
};

/* Appends to *out, which must outlive the document, up to doc_end(). */
void doc_begin(struct doc *d, struct strbuf *out, int html, const char *title);
void doc_end(struct doc *d);

/* A heading of a section, with an anchor in HTML; and one within a section. */
void doc_section(struct doc *d, const char *title);
void doc_heading(struct doc *d, const char *title);
void doc_paragraph(struct doc *d, const char *text);
/* Lists with an item per line. */
void doc_list(struct doc *d, const char *lines);
void doc_warnings(struct doc *d, const char *lines);
/* Print the table or chart, which the caller keeps; an empty one is left out. */
void doc_table(struct doc *d, const struct table *t);
void doc_chart(struct doc *d, const struct chart *c);
/* A command or a file, verbatim; HTML wraps long lines. */
void doc_code(struct doc *d, const char *language, const char *text);

/* Facts printed side by side: "66" "runs". */
struct doc_fact {
	const char *value, *name;
};
void doc_facts(struct doc *d, const struct doc_fact *fact, int n);

#endif
