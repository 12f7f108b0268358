/*
 * Tables of cells for people and for programs: all commands print rows in this way. Cells have a type,
 * so that JSON has numbers and aligned text puts them at the right.
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

/* ERR_USAGE with the list of names if there is no such format. */
int table_format_parse(const char *name, enum table_format *out, struct error *err);

/* True for formats that people read. The others have all digits, and nothing but the table. */
int table_is_for_people(enum table_format format);

struct table;

struct table *table_new(void);
void table_free(struct table *t);

/* Add the columns first, then the cells row by row, from left to right. Text is copied. */
void table_column(struct table *t, const char *name);
/* Marks the column that was added last as less important: see table_print(). */
void table_minor(struct table *t);
void table_text(struct table *t, const char *s); /* NULL: null */
void table_int(struct table *t, int64_t v);
/* digits: after the point, in formats for people; or one of: */
enum {
	TABLE_SHORTEST = -1, /* as many as are needed to read the same number back */
	TABLE_SIX = -2,      /* six significant digits */
};
void table_real(struct table *t, double v, int digits);
void table_null(struct table *t);

int table_rows(const struct table *t);

/*
 * Aligned text (TABLE_TEXT) is never wider than the terminal (terminal_columns()). A table that is too
 * wide loses columns until it fits: first columns without a value, then those marked by table_minor(),
 * then the others except the first, each time from the right. Before a column is dropped, texts are cut
 * to no less than 24 characters; two dots mark the cut. A line below the table names the dropped
 * columns. Other formats, and text that goes to no terminal, are complete.
 */
void table_print(const struct table *t, enum table_format format, FILE *out);

#endif
