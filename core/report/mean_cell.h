/*
 * Mean, standard deviation and count in one cell. A query that gives a column NAME and behind it the
 * columns "NAME.sd" and "NAME.n" gives means, their standard deviations and how many values each mean
 * is of. For people these columns become one, "87.25 ± 0.31 (n=3)"; programs get all of them.
 */
#ifndef SSL_REPORT_MEAN_CELL_H
#define SSL_REPORT_MEAN_CELL_H

#include "core/report/rows.h"

/* What has been received of a result. */
struct mean_cells {
	struct rows *rows;
	struct strbuf name; /* of the newest column that is not part of another */
	char *part;         /* of each column: 's' standard deviation, 'n' count, 0 neither */
	int columns, at;    /* at: how many cells came so far */
	struct strbuf text; /* of the cell that is being put together; empty: there is no mean */
};

/* Fills `rows`, which must outlive it. Where rows->human is 0 all columns are passed on as they are. */
void mean_cells_init(struct mean_cells *m, struct rows *rows);
void mean_cells_release(struct mean_cells *m);
struct query_sink mean_cells_sink(struct mean_cells *m);

#endif
