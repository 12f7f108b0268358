/* Text in LaTeX, so that every name is printed as it is. */
#ifndef SSL_REPORT_LATEX_H
#define SSL_REPORT_LATEX_H

#include "core/base/strbuf.h"

/* Appends raw so that it is plain text also where a row of a table or an argument begins. Line ends
 * become spaces; control characters are shown; Greek letters are those of mathematics. */
void latex_escape(const char *raw, struct strbuf *out);

/* Appends, as comments, what a document needs so that this text compiles: the package booktabs, and
 * where names hold more than ASCII, another program than pdflatex. */
void latex_needs(const char *text, struct strbuf *out);

/* Appends raw as part of the name in \label: small letters and digits, with hyphens between. */
void latex_label(const char *raw, struct strbuf *out);

/* Appends v with this many digits after the point, with a minus sign that is one. plus: a sign also
 * where v is positive. NaN: a dash. */
void latex_number(double v, int digits, int plus, struct strbuf *out);

#endif
