#include "cmds/execute.h"

#include <signal.h>
#include <string.h>

#include "cmds/progress.h"
#include "core/base/cpu.h"
#include "core/base/log.h"

void cmd_join(struct strbuf *out, int argc, char **argv)
{
	strbuf_adds(out, "ssl");
	for (int i = 0; i < argc; i++) {
		int plain =
		    argv[i][0] && !argv[i][strcspn(argv[i], " \t\n'\"\\$`*?[](){}<>|&;#~!")];

		strbuf_addc(out, ' ');
		if (plain) {
			strbuf_adds(out, argv[i]);
			continue;
		}
		strbuf_addc(out, '\'');
		for (const char *c = argv[i]; *c; c++) {
			if (*c == '\'')
				strbuf_adds(out, "'\\''");
			else
				strbuf_addc(out, *c);
		}
		strbuf_addc(out, '\'');
	}
}

static void on_signal(int number)
{
	signal_received = number;
}

void cmd_catch_signals(void)
{
	struct sigaction sa = {0};

	sa.sa_handler = on_signal;
	sa.sa_flags = (int)SA_RESETHAND;
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

int cmd_execute_run(struct cmd_ctx *ctx, struct run *r, struct error *err)
{
	struct progress bar;
	int ret;

	progress_init(&bar, ctx);
	r->store = ctx->store;
	r->opts.stop = &signal_received;
	r->opts.progress = (struct run_progress){&bar, progress_step, progress_line};
	if (!r->opts.threads)
		r->opts.threads = cpu_count();
	cmd_catch_signals();
	ret = run_execute(r, err);
	progress_end(&bar);
	if (!ret)
		log_info("%s: done: %ld steps of %s on %s", r->handle.name, r->step,
			 r->method->name, r->dataset_row.name);
	run_release(r);
	return ret;
}
