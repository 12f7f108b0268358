/* What `ssl eval` prints: a line an evaluation, a line a class, or the confusion matrix. */
#ifndef SSL_CMDS_EVALTABLE_H
#define SSL_CMDS_EVALTABLE_H

#include "core/report/table.h"
#include "core/run/evaluate.h"

enum eval_view { VIEW_SUMMARY, VIEW_CLASS, VIEW_CONFUSION };

/* Of which run and state the results are. */
struct eval_table {
	enum eval_view view;
	const char *run;
	long epoch;
	struct table *table;
};

/* Fills t->table with the columns; the confusion matrix has one for each class of d. */
void eval_table_init(struct eval_table *t, const struct dataset *d);

/* The row of one result, or its rows. */
void eval_table_add(struct eval_table *t, const struct evaluator *e, const struct eval_result *r);

#endif
