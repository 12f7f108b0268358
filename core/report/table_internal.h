/* What a table holds, for table.c, table_print.c and table_text.c only. */
#ifndef SSL_REPORT_TABLE_INTERNAL_H
#define SSL_REPORT_TABLE_INTERNAL_H

#include "core/base/strbuf.h"
#include "core/report/table.h"

enum cell_kind { CELL_NULL, CELL_TEXT, CELL_INT, CELL_REAL };

struct cell {
	enum cell_kind kind;
	int digits;
	union {
		size_t text; /* where it starts in table.text */
		int64_t i;
		double d;
	} v;
};

struct table {
	struct cell *cell; /* the header first, as text */
	size_t n, cap;
	int columns;
	struct strbuf text;
	uint64_t minor; /* a bit a column, of the first TABLE_MINOR */
};
enum { TABLE_MINOR = 64 };

/* The cell as plain text: what every format but JSON then escapes. Clears *out first. */
void table_cell(const struct table *t, const struct cell *c, int rounded, struct strbuf *out);

/* A flag a column, which the caller frees: all that it has are numbers, so that they stand at the
 * right. */
char *table_number_columns(const struct table *t);

/* TABLE_TEXT. */
void table_print_text(const struct table *t, FILE *out);

#endif
