/* The one way in: common flags, the command, then the one place where errors are printed and where
 * it is checked that all output was really written. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmds/cmd.h"
#include "cmds/pager.h"
#include "core/base/log.h"
#include "core/base/terminal.h"
#include "core/base/output.h"
#include "core/base/thread.h"

volatile sig_atomic_t signal_received;

/* A standard stream that was closed before us (`>&-`) must not become a file that we open: it is
 * one that nothing can be written to. */
static void fill_standard_streams(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDONLY) != fd)
			_exit(ERR_FAILED);
}

/* A write that failed some time ago has left no reason: the next one fails for the same. */
static int output_failed(struct error *err)
{
	if (!fflush(stdout) && write(STDOUT_FILENO, "\n", 1) == 1)
		return error_set(err, ERR_FAILED,
				 "standard output: not all of it could be written");
	return error_errno(err, ERR_FAILED, "standard output");
}

/* Data that could not be written (full disk, closed pipe) is never exit 0. */
static int finish_output(struct cmd_ctx *ctx, struct error *err)
{
	if (ctx->out != stdout) {
		int bad = ferror(ctx->out);

		bad |= fclose(ctx->out) != 0; /* only now are out_text and out_size set */
		ctx->out = stdout;
		if (bad || !ctx->out_text)
			return error_set(err, ERR_FAILED, "%s: out of memory", ctx->output);
		if (ctx->dry_run) {
			log_info("%s: would be written, %zu bytes", ctx->output, ctx->out_size);
			return 0;
		}
		return output_write(ctx->output, cmd_output_flags(ctx), ctx->out_text,
				    ctx->out_size, err);
	}
	if (ferror(stdout))
		return output_failed(err);
	return fflush(stdout) ? error_errno(err, ERR_FAILED, "standard output") : 0;
}

static int run_command(const struct cmd *cmd, struct cmd_ctx *ctx, int argc, char **argv)
{
	struct error err = {0};
	int ret = cmd->run(ctx, argc, argv, &err), bad;

	store_close(ctx->store);
	ctx->store = NULL;
	if (ret < 0 && ctx->out != stdout) {
		fclose(ctx->out); /* an error leaves no half file */
		ctx->out = stdout;
	}
	if (ret >= 0) {
		bad = finish_output(ctx, &err);
		if (bad)
			ret = -1;
	}
	free(ctx->out_text);
	if (ret < 0) {
		fflush(stdout);
		terminal_line(stderr, "ssl: %s", err.msg);
		ret = err.code ? (int)err.code : ERR_FAILED;
	}
	pager_end(ctx);
	return ret;
}

int main(int argc, char **argv)
{
	struct cmd_ctx ctx = {.dir = ".", .out = stdout};
	struct error err = {0};
	const struct cmd *cmd;
	int at = 1, ret;

	fill_standard_streams();
	if (thread_main_stack(&err))
		goto usage;
	signal(SIGCHLD, SIG_DFL); /* who ignores it cannot wait for the processes that it starts */
	signal(SIGXFSZ, SIG_IGN); /* a file over its limit is an error to report, not a death */
	ctx.terminal = isatty(STDOUT_FILENO);
	ret = opt_parse_leading(&ctx, argc, argv, &at, &err);
	if (ret < 0)
		goto usage;
	if (at >= argc) {
		char *help[] = {(char *)"help", NULL};

		cmd = cmd_find("help", NULL);
		ret = run_command(cmd, &ctx, 1, help);
		return ctx.asked_help ? ret : ERR_USAGE;
	}
	cmd = cmd_find(argv[at], &err);
	if (!cmd)
		goto usage;
	return run_command(cmd, &ctx, argc - at, argv + at);
usage:
	terminal_line(stderr, "ssl: %s", err.msg);
	return err.code;
}
