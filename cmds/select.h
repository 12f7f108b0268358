/* The runs that a command works on: refs, sweeps or an expression over v_run; and the metric by which it
 * compares them. Shared by plot, report, sweep show, best and export. */
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
	int plans;         /* sweeps are selected too; without any, all of them */
};

/* Sets *out to the runs of all of these, each once. ERR_NOT_FOUND if there is none. */
int select_runs(struct cmd_ctx *ctx, struct select *what, struct selection *out, struct error *err);

/* Prints to standard error why metric_choose() took this metric, if that needs an explanation. Call it last,
 * since an error has to be the only line there. option: the option that names another metric, "--metric";
 * NULL: the user named one. */
void select_explain(const struct metric_choice *choice, const char *option);

#endif
