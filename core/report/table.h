/*
 * A table of cells for people and for programs: the one way in which commands print rows. Cells
 * keep their type, so that JSON has numbers and a table aligns them.
 */
#ifndef SSL_REPORT_TABLE_H
#define SSL_REPORT_TABLE_H

#include <stdint.h>
#include <stdio.h>

#include "core/base/error.h"

enum table_format {
	TABLE_TEXT, /* aligned columns, a header line */
	TABLE_CSV,  /* RFC 4180 */
	TABLE_TSV,
	TABLE_JSON,  /* one array of objects */
	TABLE_JSONL, /* one object a line */
	TABLE_MD,
	TABLE_LATEX, /* booktabs */
	TABLE_HTML,
};

/* ERR_USAGE with the list of names if there is none such. */
int table_format_parse(const char *name, enum table_format *out, struct error *err);

/* Formats that people read: the others get every digit, and nothing but the table. */
int table_is_for_people(enum table_format format);

struct table;

struct table *table_new(void);
void table_free(struct table *t);

/* Columns first, then cells row by row, left to right. The header's text is copied. */
void table_column(struct table *t, const char *name);
/* The column that was added last is of the less important ones: see table_print(). */
void table_minor(struct table *t);
void table_text(struct table *t, const char *s); /* NULL: null */
void table_int(struct table *t, int64_t v);
/* digits after the point where people read (table, md, latex, html), or one of: */
enum {
	TABLE_SHORTEST = -1, /* as many as it takes to read the same number back */
	TABLE_SIX = -2,      /* six significant ones */
};
void table_real(struct table *t, double v, int digits);
void table_null(struct table *t);

int table_rows(const struct table *t);

/*
 * Aligned text for a terminal (TABLE_TEXT, see terminal_columns()) is never wider than that. What is
 * too wide loses, until it fits: columns in which no row has a value, from the right; those that
 * table_minor() marked, from the right; all others, from the right, but the first. A text is cut to
 * no fewer than 24 columns, which two dots at its end show, before a column is dropped. Below the
 * table a line names what was dropped. Elsewhere nothing is ever left out.
 */
void table_print(const struct table *t, enum table_format format, FILE *out);

#endif
