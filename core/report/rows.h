/* The rows of a query as a table. */
#ifndef SSL_REPORT_ROWS_H
#define SSL_REPORT_ROWS_H

#include "core/report/human.h"
#include "core/report/table.h"
#include "core/store/query/query.h"

struct rows {
	struct table *table;
	int human;       /* values as people read them; 0: exact */
	enum unit *unit; /* of each column */
	int columns, at; /* at: how many cells there are so far */
	struct strbuf text;
};

/* human: 1 for a query of this program, whose columns have units; it has an effect where the format
 * is one that people read. 0 for a user's SQL and for exact values. */
void rows_init(struct rows *r, int human, enum table_format format);
void rows_release(struct rows *r);

/* The unit of the column that the next cell belongs to. */
enum unit rows_next_unit(const struct rows *r);

/* Fills r->table. */
struct query_sink rows_sink(struct rows *r);

#endif
