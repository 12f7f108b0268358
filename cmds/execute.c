#include "cmds/execute.h"

#include <signal.h>
#include <string.h>

#include "cmds/progress.h"
#include "core/base/clock.h"
#include "core/base/cpu.h"
#include "core/base/log.h"
#include "core/report/human.h"
#include "core/report/outcome.h"
#include "core/run/precision.h"
#include "core/store/environment.h"
#include "core/tensor/devices.h"

enum { SIGNALS = 65 };

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

/* Signals that may come again without meaning that the user insists: the kernel repeats SIGXCPU
 * every second. */
static int may_repeat(int number)
{
	return number == SIGUSR1 || number == SIGUSR2 || number == SIGXCPU;
}

/* One request often arrives twice (`timeout` and batch systems signal the process and its group),
 * so a signal within a second of the first belongs to it; the same signal later kills. */
static void on_signal(int number)
{
	static volatile double
	    first[SIGNALS]; /* when each arrived first; used by this handler only */
	double now = clock_now();

	if (number < 0 || number >= SIGNALS)
		return;
	if (!(first[number] > 0)) {
		first[number] = now;
		signal_received = number;
	} else if (now - first[number] > 1 && !may_repeat(number)) {
		signal(number, SIG_DFL);
		raise(number);
	}
}

static void catch_signal(int number)
{
	struct sigaction sa = {0};

	sa.sa_handler = on_signal;
	sigaction(number, &sa, NULL);
}

void cmd_catch_signals(void)
{
	struct sigaction hangup;

	catch_signal(SIGINT);
	catch_signal(SIGTERM);
	catch_signal(SIGUSR1); /* these three are what batch systems send before a limit */
	catch_signal(SIGUSR2);
	catch_signal(SIGXCPU);
	if (!sigaction(SIGHUP, NULL, &hangup) && hangup.sa_handler != SIG_IGN) /* nohup */
		catch_signal(SIGHUP);
	signal(SIGPIPE, SIG_IGN); /* if the reader of the output goes away, the work continues */
}

int cmd_end_by_signal(struct cmd_ctx *ctx)
{
	int number = signal_received;

	store_close(ctx->store);
	ctx->store = NULL;
	signal(number, SIG_DFL);
	raise(number);
	return 128 + number;
}

int cmd_find_device(const char *name, const struct device **out, struct error *err)
{
	if (device_find(name ? name : DEVICE_AUTO, out, err))
		return error_prefix(err, "--device");
	return 0;
}

int cmd_find_device_of(struct cmd_ctx *ctx, const struct run_row *row, const char *name,
		       const struct device **out, struct error *err)
{
	char device[64];
	struct error why;

	if (name)
		return cmd_find_device(name, out, err);
	if (environment_device(ctx->store, row->id, 0, device, sizeof device, err))
		return -1;
	if (!device_find(device, out, &why))
		return 0;
	return error_set(err, ERR_FAILED,
			 "%s: its device cannot be used: %s: --device auto chooses another, which "
			 "gives other bits",
			 row->name, why.msg);
}

int cmd_find_engines(struct cmd_ctx *ctx, const char *name, const struct device *d,
		     struct engines *out, struct error *err)
{
	*out = (struct engines){0};
	if (!name || !strcmp(name, ENGINES_NONE))
		return 0;
	return engines_find(ctx->store, name, d, out, err);
}

int cmd_find_engines_of(struct cmd_ctx *ctx, const struct run_row *row, const char *name,
			const struct device *d, struct engines *out, struct error *err)
{
	if (name)
		return cmd_find_engines(ctx, name, d, out, err);
	return engines_of_run(ctx->store, row->id, row->name, d, out, err);
}

int cmd_check_recipe(struct cmd_ctx *ctx, const struct recipe *rc, struct error *err)
{
	const char *name = recipe_text(rc, "data.set");
	struct strbuf text = STRBUF_INIT;
	struct data_facts f;
	struct run_check c;

	if (!ctx->store) {
		log_info("there is no store here: nothing was checked against dataset %s", name);
		return 0;
	}
	if (data_facts_find(&f, ctx->store, name, err) ||
	    run_check_given(&c, rc, run_check_names_split(rc), &f, err))
		return -1;
	if (ctx->dry_run || (c.val && !recipe_given(rc, "data.val"))) {
		run_check_report(&c, rc, &f, &text);
		log_info("%s", text.buf);
	}
	strbuf_release(&text);
	return 0;
}

/* Prints the last line: the result, and the command that shows more. The run is done even if the
 * result cannot be read. */
static void report_end(struct cmd_ctx *ctx, const struct run *r, double seconds)
{
	struct strbuf text = STRBUF_INIT;
	struct error passing = {0};

	if (ctx->quiet)
		return;
	strbuf_addf(&text, "%s: done, %ld steps of %s on %s in ", r->handle.name, r->step,
		    r->method->name, r->dataset_row.name);
	human_duration(seconds, &text);
	strbuf_adds(&text, ": ");
	if (outcome_text(ctx->store, r->handle.id, &text, &passing))
		strbuf_addf(&text, "%s", passing.msg);
	log_info("%s; see `ssl show %s`", text.buf, r->handle.name);
	strbuf_release(&text);
}

/* -n. Without a store the run cannot be set up, nor without a device that computes at its
 * precision.
 */
static int rehearse(struct cmd_ctx *ctx, struct run *r, struct progress *bar, struct error *err)
{
	struct error why;
	int refused = precision_check(recipe_text(&r->recipe, "precision"), r->opts.device, &why);
	int ret = ctx->store && !refused ? run_execute(r, err) : 0;

	progress_end(bar);
	if (refused)
		log_info("would be refused here: %s", why.msg);
	else if (!ret && r->opts.resume_id)
		log_info("%s: would continue from step %ld of %ld", r->handle.name, r->step,
			 r->steps);
	run_release(r);
	return ret;
}

int cmd_execute_run(struct cmd_ctx *ctx, struct run *r, struct error *err)
{
	double started = clock_now();
	struct progress bar;
	int ret;

	r->store = ctx->store;
	if (!r->opts.threads)
		r->opts.threads = cpu_count();
	progress_init(&bar, ctx);
	bar.threads = r->opts.threads;
	r->opts.progress = (struct run_progress){&bar, progress_step, progress_line,
						 bar.lines ? progress_forecast : NULL};
	if (ctx->dry_run)
		return rehearse(ctx, r, &bar, err);
	r->opts.stop = &signal_received;
	cmd_catch_signals();
	ret = run_execute(r, err);
	progress_end(&bar);
	if (!ret)
		report_end(ctx, r, clock_now() - started);
	run_release(r);
	return ret;
}
