/*
 * A column NAME that is followed by a column "NAME.sd" holds means and standard deviations. People
 * read both in one cell, "87.25 ± 0.31"; programs get two.
 */
#ifndef SSL_REPORT_SPREAD_H
#define SSL_REPORT_SPREAD_H

#include "core/report/rows.h"

struct spread {
	struct rows *rows;
	struct strbuf name; /* of the last column that is no ".sd" */
	char *is_sd;        /* of each column */
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
