/*
 * A report on a set of runs in one file, for a reader who has only this file: summary, comparison,
 * pictures, effects of hyperparameters, failures, the recipe, the machines, and the commands and SQL
 * that make each table again.
 */
#ifndef SSL_REPORT_REPORT_H
#define SSL_REPORT_REPORT_H

#include "core/report/doc.h"
#include "core/store/query/selection.h"

struct report {
	const char *title;
	const char *metric;  /* by which runs are compared */
	const char *chosen;  /* how the runs were chosen, for the summary: "sweep weights", "-w ..." */
	const char *command; /* the command that makes this report again */
	int html;
	/* Appends the recipe (canonical JSON) as a user would write it. */
	int (*recipe)(const char *json, struct strbuf *out, struct error *err);
};

/* Appends the document. */
int report_make(struct store *s, const struct selection *sel, const struct report *r,
		struct strbuf *out, struct error *err);

#endif
