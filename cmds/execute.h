/* Shared by the commands that train: signals, progress, and the call of run_execute(). */
#ifndef SSL_CMDS_EXECUTE_H
#define SSL_CMDS_EXECUTE_H

#include "cmds/cmd.h"
#include "core/run/engines.h"
#include "core/run/run.h"

/* Appends the command line, quoted for the shell. */
void cmd_join(struct strbuf *out, int argc, char **argv);

/* Checks a recipe that the user gave against its dataset. Reports the split that it uses on stderr: always
 * with -n, else if images are held out by default. Without a store (possible with -n), reports that nothing
 * was checked. */
int cmd_check_recipe(struct cmd_ctx *ctx, const struct recipe *rc, struct error *err);

/* Finds the device that --device names, or the best one if name is NULL. */
int cmd_find_device(const char *name, const struct device **out, struct error *err);

/* The same for a recorded run, which without --device stays on the device of its newest attempt. */
int cmd_find_device_of(struct cmd_ctx *ctx, const struct run_row *row, const char *name,
		       const struct device **out, struct error *err);

/* Reads the table of engines that --engines names; none if name is NULL or "none". */
int cmd_find_engines(struct cmd_ctx *ctx, const char *name, const struct device *d,
		     struct engines *out, struct error *err);
/* The same for a recorded run, which without --engines keeps that of its newest attempt. */
int cmd_find_engines_of(struct cmd_ctx *ctx, const struct run_row *row, const char *name,
			const struct device *d, struct engines *out, struct error *err);

/* Executes r (recipe and opts filled) on ctx->store and releases it; with -n only up to the first
 * step. */
int cmd_execute_run(struct cmd_ctx *ctx, struct run *r, struct error *err);

/* The first SIGINT, SIGTERM or SIGHUP (unless it is ignored) sets signal_received: an orderly end
 * is asked for; the same one more than a second later kills. SIGPIPE is ignored. */
void cmd_catch_signals(void);

/* Ends the process by the signal that was received, as if it had not been caught. For a command that has
 * cleaned up. */
int cmd_end_by_signal(struct cmd_ctx *ctx);

#endif
