/*
 * The pager, as git has it: what a command that is looked at prints on a terminal goes through
 * SSL_PAGER, else core.pager of the user's settings, else PAGER, else `less -FRX`, which leaves what
 * fits the screen there and ends. An empty name or "cat" is none. A store's own settings have no say:
 * they may be another user's, and this is a command that is run.
 */
#ifndef SSL_CMDS_PAGER_H
#define SSL_CMDS_PAGER_H

#include "cmds/cmd.h"

/* Puts the pager behind standard output and, where that is the terminal too, standard error; nothing
 * with --no-pager or -o, where standard output is no terminal, or a dumb one, or without a process to
 * be had. Errors go the same way. */
void pager_start(struct cmd_ctx *ctx);

/* Closes both and waits until the reader has left. Call it last: nothing can be printed afterwards. */
void pager_end(struct cmd_ctx *ctx);

/* Whether escape sequences for colours are welcome on ctx->out: --color, else color.ui of the user's
 * settings, else not with NO_COLOR, else on a terminal that is not dumb. */
int pager_color(const struct cmd_ctx *ctx);

#endif
