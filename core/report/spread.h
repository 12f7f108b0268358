/*
 * A column NAME that is followed by a column "NAME.sd" holds means and standard deviations, and a
 * column "NAME.n" behind these how many values each mean is of. People read all in one cell,
 * "87.25 ± 0.31 (n=3)"; programs get the columns.
 */
#ifndef SSL_REPORT_SPREAD_H
#define SSL_REPORT_SPREAD_H

#include "core/report/rows.h"

struct spread {
	struct rows *rows;
	struct strbuf name; /* of the last column that is a mean, or by itself */
	char *part;         /* of each column: 's' standard deviation, 'n' count, 0 neither */
	int columns, at;
	struct strbuf mean; /* of the cell before; empty: it was no number */
};

/* Fills the rows, which must outlive it. When rows->human is 0 the columns pass as they are. */
void spread_init(struct spread *s, struct rows *rows);
void spread_release(struct spread *s);
struct query_sink spread_sink(struct spread *s);

/* Appends "87.25 ± 0.31"; a sd that is not a number is left out. */
void spread_text(double mean, double sd, enum human_kind kind, struct strbuf *out);

#endif
