/* Which runs a command is about: refs, or an expression over v_run. Shared by plot, report. */
#ifndef SSL_CMDS_SELECT_H
#define SSL_CMDS_SELECT_H

#include "cmds/cmd.h"
#include "core/store/selection.h"

/* The runs of the refs and those for which `where` holds; without either all, or with `newest` the
 * newest. ERR_NOT_FOUND when there is none. */
int select_runs(struct cmd_ctx *ctx, char **ref, int n, const char *where, int newest,
		struct selection *out, struct error *err);

#endif
