/* Errors for missing and unexpected operands, which name the operand as the usage line does. */
#ifndef SSL_CMDS_USAGE_H
#define SSL_CMDS_USAGE_H

#include "cmds/cmd.h"

/* Checks that there are min to max operands; `operand` has n of them. form: the words behind the
 * command's name by which one of its usage lines begins, such as "show" or "--list", which are no
 * operands; NULL: the first line, or the one that begins with the first operand. Returns 0, or -1
 * with ERR_USAGE: "data show: missing argument NAME; usage: ssl data show NAME". */
int usage_check(const struct cmd *cmd, const char *form, char **operand, int n, int min, int max,
		struct error *err);

/* For commands that print no table: ERR_USAGE if --format, --json or --csv is given. `instead`: what to use,
 * or why there is no table. */
int usage_no_table(const struct cmd_ctx *ctx, const char *what, const char *instead,
		   struct error *err);

#endif
