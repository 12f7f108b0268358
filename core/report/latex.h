/* Text and numbers in LaTeX: every name is printed as it is. */
#ifndef SSL_REPORT_LATEX_H
#define SSL_REPORT_LATEX_H

#include "core/base/strbuf.h"

/* Appends raw as plain text, which may also begin a row of a table or an argument. Line ends become
 * spaces, control characters are made visible, Greek letters are set in mathematics. */
void latex_escape(const char *raw, struct strbuf *out);

/* Appends, as comments, what a document needs to compile this text: the package booktabs and, for names
 * that are not ASCII, another program than pdflatex. */
void latex_needs(const char *text, struct strbuf *out);

/* Appends raw as part of the name in \label: small letters and digits, with hyphens between. */
void latex_label(const char *raw, struct strbuf *out);

/* Appends v with this many digits after the point (negative: four significant ones) and a proper minus
 * sign. plus: with a sign if it is positive. NaN: a dash. */
void latex_number(double v, int digits, int plus, struct strbuf *out);

#endif
