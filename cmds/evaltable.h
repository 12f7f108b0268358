/* The output of `ssl eval`: a row per evaluation, a row per class, or the confusion matrix. */
#ifndef SSL_CMDS_EVALTABLE_H
#define SSL_CMDS_EVALTABLE_H

#include "core/report/table.h"
#include "core/run/evaluate.h"

enum eval_view { VIEW_SUMMARY, VIEW_CLASS, VIEW_CONFUSION };

/* The table, and the run and epoch of its results. */
struct eval_table {
	enum eval_view view;
	const char *run;
	long epoch;
	struct table *table;
};

/* Makes t->table with its columns; the confusion matrix has one for each class of d. */
void eval_table_init(struct eval_table *t, const struct dataset *d);

/* Adds the row or the rows of a result. */
void eval_table_add(struct eval_table *t, const struct evaluator *e, const struct eval_result *r);

#endif
