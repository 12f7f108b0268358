/*
 * The pager, as in git: on a terminal, long output goes through SSL_PAGER, else core.pager of the user's
 * settings, else PAGER, else `less -FRX`, which prints what fits on the screen and ends. An empty name or
 * "cat" means no pager. Settings of the store are not read: they may be another user's, and the pager is a
 * command that is executed.
 */
#ifndef SSL_CMDS_PAGER_H
#define SSL_CMDS_PAGER_H

#include "cmds/cmd.h"

/* Starts the pager and connects standard output to it and, if that is a terminal too, standard error, so
 * that errors go the same way. Does nothing with --no-pager or -o, if standard output is not a terminal or
 * a dumb one, or if no process can be started. */
void pager_start(struct cmd_ctx *ctx);

/* Closes both streams and waits until the pager ends. Nothing can be printed afterwards. */
void pager_end(struct cmd_ctx *ctx);

/* Are colours to be printed on ctx->out? --color decides; else color.ui of the user's settings; else they are
 * not if NO_COLOR is set; else they are on a terminal that is not dumb. */
int pager_color(const struct cmd_ctx *ctx);

#endif
