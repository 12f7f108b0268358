/* The rows of a query as a table. */
#ifndef SSL_REPORT_ROWS_H
#define SSL_REPORT_ROWS_H

#include "core/report/human.h"
#include "core/report/table.h"
#include "core/store/query/query.h"

struct rows {
	struct table *table;
	int human;             /* values as people read them; 0: exact */
	enum human_kind *kind; /* of each column */
	int columns, at;
	struct strbuf text;
};

/* human is asked for, and the format is one that people read. */
void rows_init(struct rows *r, int human, enum table_format format);
void rows_release(struct rows *r);

/* Fills r->table. */
struct query_sink rows_sink(struct rows *r);

#endif
