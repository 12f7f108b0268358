/*
 * One file that says what a set of runs showed, for someone who has only this file: summary,
 * comparison, pictures, effects of hyperparameters, what went wrong, the recipe, where it was
 * computed, and the commands and SQL by which each table is made again.
 */
#ifndef SSL_REPORT_REPORT_H
#define SSL_REPORT_REPORT_H

#include "core/report/doc.h"
#include "core/store/query/selection.h"

struct report {
	const char *title;
	const char *metric; /* that runs are compared by */
	const char *chosen;  /* "sweep weights", "-w ..."; how the runs were chosen, for the lead */
	const char *command; /* that makes this report again */
	int html;
	/* Appends the recipe (canonical JSON) as a user would write it. */
	int (*recipe)(const char *json, struct strbuf *out, struct error *err);
};

/* Appends the document. */
int report_make(struct store *s, const struct selection *sel, const struct report *r,
		struct strbuf *out, struct error *err);

#endif
