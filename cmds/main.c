/* main(): reads the common flags and runs the command. Errors are printed here and nowhere else,
 * and here it is checked that all output was written. */
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

/* A standard stream that the caller closed (`>&-`) must not become the next file that is opened: it
 * is opened as one that cannot be written to. */
static void fill_standard_streams(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDONLY) != fd)
			_exit(ERR_FAILED);
}

/* An earlier write failed and its errno is lost; another write fails for the same reason. */
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
		fclose(ctx->out); /* an error leaves no partial file */
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
	signal(SIGCHLD, SIG_DFL); /* if it is ignored, waitpid() cannot wait for children */
	signal(SIGXFSZ, SIG_IGN); /* exceeding the file size limit is an error to report */
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
