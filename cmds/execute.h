/* What the commands that train share: signals, progress, and the call of run_execute(). */
#ifndef SSL_CMDS_EXECUTE_H
#define SSL_CMDS_EXECUTE_H

#include "cmds/cmd.h"
#include "core/run/run.h"

/* Appends the command as it could be typed again. */
void cmd_join(struct strbuf *out, int argc, char **argv);

/* Checks a recipe that a user gives now against its dataset, and reports what it does on stderr:
 * always with -n, else where a validation split is made by default. Without a store (of -n), that
 * nothing was checked. */
int cmd_check_recipe(struct cmd_ctx *ctx, const struct recipe *rc, struct error *err);

/* Executes r (recipe and opts filled) on ctx->store and releases it; with -n all that it does before the
 * first step. */
int cmd_execute_run(struct cmd_ctx *ctx, struct run *r, struct error *err);

/* The first SIGINT, SIGTERM or SIGHUP (unless it is ignored) sets signal_received: an orderly end
 * is asked for; the same one more than a second later kills. SIGPIPE is ignored. */
void cmd_catch_signals(void);

/* For a command that has tidied up after the signal: ends the process the way that would have. */
int cmd_end_by_signal(struct cmd_ctx *ctx);

#endif
