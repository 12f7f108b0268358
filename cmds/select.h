/* Which runs a command is about: refs, sweeps, or an expression over v_run. Shared by plot, report
 * and export. */
#ifndef SSL_CMDS_SELECT_H
#define SSL_CMDS_SELECT_H

#include "cmds/cmd.h"
#include "core/store/selection.h"

struct select {
	char **ref; /* of runs, or names of sweeps */
	int n;
	const char *where; /* -w, or NULL */
	const char *sweep; /* --sweep, or NULL */
	int newest;        /* without any: the newest run, not all */
	int plans;         /* sweeps themselves are wanted too: without any, all of them */
	char objective[128]; /* out: of a sweep, "" none */
};

/* The runs of all of these, each once. ERR_NOT_FOUND when there is none. */
int select_runs(struct cmd_ctx *ctx, struct select *what, struct selection *out, struct error *err);

/* The metric by which runs are compared where none was asked for: `usual`, or, where none of the
 * runs has it because nothing could be evaluated (images without labels), the rank of the features,
 * which needs no labels; a line on stderr then says so. */
#define SELECT_UNLABELED "collapse.h.rankme"
const char *select_metric(struct cmd_ctx *ctx, const struct selection *sel, const char *usual);
void select_report_unlabeled(const char *usual);

#endif
