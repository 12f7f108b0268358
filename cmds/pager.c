#include "cmds/pager.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/terminal.h"
#include "core/store/config.h"

/* The default pager, also where less is not installed. */
static const char usual[] = "command -v less >/dev/null 2>&1 && exec less -FRX; exec cat";

/* Appends a setting of the user. 0 if it is not set or the file cannot be read, which `ssl config`
 * reports. */
static int user_setting(const char *key, struct strbuf *out)
{
	struct error ignored = {0};
	struct config c;

	return !config_of_user(&c, &ignored) && config_get(&c, key, out, &ignored) > 0;
}

/* Appends the command; 0 if no pager is wanted. */
static int find_pager(struct strbuf *command)
{
	const char *own = getenv("SSL_PAGER"), *any = getenv("PAGER");

	if (own)
		strbuf_adds(command, own);
	else if (!user_setting("core.pager", command))
		strbuf_adds(command, any ? any : usual);
	return command->len && strcmp(command->buf, "cat") != 0;
}

_Noreturn static void become_pager(const char *command, int from)
{
	if (from != STDIN_FILENO) {
		dup2(from, STDIN_FILENO);
		close(from);
	}
	setenv("LESS", "FRX", 0); /* for a pager that is called plain `less` */
	setenv("LV", "-c", 0);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

/* Standard output will no longer be the terminal: keeps its width for this program and the pager.
 */
static void remember_columns(void)
{
	char text[16];

	snprintf(text, sizeof text, "%d", terminal_columns(stdout));
	setenv("COLUMNS", text, 1);
	setenv("SSL_PAGER_IN_USE", "1", 1);
}

void pager_start(struct cmd_ctx *ctx)
{
	struct strbuf command = STRBUF_INIT;
	int fd[2];

	if (ctx->pager || ctx->no_pager || !ctx->terminal || ctx->out != stdout ||
	    terminal_is_dumb() || !find_pager(&command) || pipe(fd)) {
		strbuf_release(&command);
		return;
	}
	remember_columns();
	fflush(NULL);
	ctx->pager = fork();
	if (!ctx->pager) {
		close(fd[1]);
		become_pager(command.buf, fd[0]);
	}
	strbuf_release(&command);
	close(fd[0]);
	if (ctx->pager > 0) {
		dup2(fd[1], STDOUT_FILENO);
		if (isatty(STDERR_FILENO))
			dup2(fd[1], STDERR_FILENO);
	} else {
		ctx->pager = 0;
		unsetenv("SSL_PAGER_IN_USE");
	}
	close(fd[1]);
}

void pager_end(struct cmd_ctx *ctx)
{
	int status;

	if (!ctx->pager)
		return;
	signal(SIGINT, SIG_IGN); /* these signals are the pager's now */
	signal(SIGQUIT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	fflush(NULL);
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	while (waitpid(ctx->pager, &status, 0) < 0 && errno == EINTR)
		;
	ctx->pager = 0;
}

int pager_color(const struct cmd_ctx *ctx)
{
	struct strbuf when = STRBUF_INIT;
	const char *none = getenv("NO_COLOR");
	int color = ctx->color;

	if (color == COLOR_AUTO && user_setting("color.ui", &when))
		color = !strcmp(when.buf, "always")  ? COLOR_ALWAYS
			: !strcmp(when.buf, "never") ? COLOR_NEVER
						     : COLOR_AUTO;
	strbuf_release(&when);
	if (color == COLOR_AUTO && none && *none)
		color = COLOR_NEVER;
	if (color == COLOR_AUTO)
		return ctx->terminal && ctx->out == stdout && !terminal_is_dumb();
	return color == COLOR_ALWAYS;
}
