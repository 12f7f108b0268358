/* Which runs a command is about: refs, sweeps, or an expression over v_run, and the metric by which
 * it compares them. Shared by plot, report, sweep show, best and export. */
#ifndef SSL_CMDS_SELECT_H
#define SSL_CMDS_SELECT_H

#include "cmds/cmd.h"
#include "core/store/query/metric_choice.h"

struct select {
	char **ref; /* of runs, or names of sweeps */
	int n;
	const char *where; /* -w, or NULL */
	const char *sweep; /* --sweep, or NULL */
	int newest;        /* without any: the newest run, not all */
	int plans;         /* sweeps themselves are wanted too: without any, all of them */
};

/* The runs of all of these, each once. ERR_NOT_FOUND when there is none. */
int select_runs(struct cmd_ctx *ctx, struct select *what, struct selection *out, struct error *err);

/* Says on stderr why metric_choose() took this metric, where there is something to explain. For the
 * end: an error is one line. option: what would have named another ("--metric"); NULL: one was
 * named. */
void select_explain(const struct metric_choice *choice, const char *option);

#endif
