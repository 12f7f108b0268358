/* What `ssl run` and `ssl resume` share: signals, progress, and the call of run_execute(). */
#ifndef SSL_CMDS_EXECUTE_H
#define SSL_CMDS_EXECUTE_H

#include "cmds/cmd.h"
#include "core/run/run.h"

/* Executes r (recipe and opts filled) on ctx->store and releases it. */
int cmd_execute_run(struct cmd_ctx *ctx, struct run *r, struct error *err);

#endif
