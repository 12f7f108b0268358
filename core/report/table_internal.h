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
	uint64_t minor; /* a bit for each of the first TABLE_MINOR columns */
};
enum { TABLE_MINOR = 64 };

/* Sets *out to the cell as plain text, which the formats then escape. rounded: to the cell's digits. */
void table_cell(const struct table *t, const struct cell *c, int rounded, struct strbuf *out);

/* A flag for each column, which the caller frees: 1 if it has numbers only and is aligned right. */
char *table_number_columns(const struct table *t);

/* TABLE_TEXT. */
void table_print_text(const struct table *t, FILE *out);

#endif
