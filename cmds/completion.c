/* `ssl completion`: prints the completion script of a shell. */
#include "cmds/completion.h"

#include <stdio.h>
#include <string.h>

#include "cmds/cmd.h"

static int completion_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);

const struct cmd cmd_completion = {
    .name = "completion",
    .summary = "print the completion script of a shell",
    .usage = "completion bash|zsh|fish",
    .needs = NEED_NOTHING,
    .no_table = "it prints a script",
    .run = completion_run,
};

static int completion_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	int ret = opt_parse(ctx, &cmd_completion, NULL, argc, argv, 1, 1, NULL, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	for (const struct completion_file *f = completion_files; f->name; f++)
		if (!strcmp(f->name + strlen("ssl."), argv[1])) {
			fputs(f->text, ctx->out);
			return 0;
		}
	return error_set(err, ERR_USAGE, "completion: '%s' is none of bash, zsh, fish", argv[1]);
}
