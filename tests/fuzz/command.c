/* Commands inside this process: what cmds/main.c does for one. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmds/cmd.h"
#include "tests/fuzz/fuzz.h"

volatile sig_atomic_t signal_received;

enum { WORDS = 32 };

static int split(char *text, char **argv)
{
	char *save = NULL;
	int n = 0;

	for (char *s = strtok_r(text, " ", &save); s && n < WORDS - 1;
	     s = strtok_r(NULL, " ", &save))
		argv[n++] = s;
	argv[n] = NULL;
	return n;
}

static char *expand(const char *words)
{
	struct strbuf text = STRBUF_INIT;

	for (; *words; words++)
		if (*words == '@' && words[1] == '/')
			strbuf_adds(&text, fuzz_dir());
		else
			strbuf_addc(&text, *words);
	return strbuf_detach(&text);
}

int fuzz_command(const char *dir, const char *words)
{
	struct cmd_ctx ctx = {.dir = dir, .no_pager = 1, .out = stdout};
	struct error err = {0};
	char *text = expand(words), *argv[WORDS];
	int argc = split(text, argv), ret;
	const struct cmd *cmd = cmd_find(argv[0], &err);

	if (!cmd)
		fuzz_fail("%s: %s", words, err.msg);
	ret = cmd->run(&ctx, argc, argv, &err);
	store_close(ctx.store);
	if (ctx.out != stdout)
		fclose(ctx.out); /* the file of -o, in memory: it is not written */
	free(ctx.out_text);
	free(text);
	if (ret >= 0)
		return ret;
	fuzz_check_error(&err);
	return (int)err.code;
}
