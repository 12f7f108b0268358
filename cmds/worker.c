#include "core/run/worker.h"
#include "cmds/cmd.h"
#include "cmds/execute.h"
#include "cmds/progress.h"
#include "core/base/cpu.h"
#include "core/base/log.h"

static int worker_cmd(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);

const struct cmd cmd_worker = {
    .name = "worker",
    .summary = "run cells of a sweep until none is left",
    .usage = "worker [--device DEVICE] [--engines ENGINES] [-j N] SWEEP",
    .needs = NEED_STORE_WRITE,
    .no_table = "`ssl sweep status SWEEP --json` prints the cells",
    .run = worker_cmd,
};

struct output {
	struct progress bar;
	const struct cmd_ctx *cmd;
	const char *sweep;
	int threads;
};

static void report_cell(void *ctx, const struct cell_claim *c, const char *run, const char *status,
			const char *why)
{
	struct output *t = ctx;

	progress_end(&t->bar);
	progress_init(&t->bar, t->cmd);
	t->bar.threads = t->threads;
	log_info("%s:%d.%lld  %s  %s%s%s%s%s", t->sweep, c->ordinal, (long long)c->seed, status,
		 run, *c->label ? "  " : "", c->label, why ? ": " : "", why ? why : "");
}

/* Failed cells are exit code 8 only when no other cell is left. */
static int outcome(struct cmd_ctx *ctx, const struct sweep_row *w, struct error *err)
{
	struct sweep_counts n;

	if (sweeps_count(ctx->store, w->id, &n, err))
		return -1;
	if (!n.failed || n.queued + n.held + n.running + n.stale)
		return 0;
	if (ctx->quiet) /* the supervisor reports it for all workers */
		return ERR_CELLS;
	return error_set(err, ERR_CELLS, "%s: %d of %d cells failed: `ssl sweep status %s`",
			 w->name, n.failed, n.cells, w->name);
}

/* -n: reports how many cells are left. */
static int forecast(struct cmd_ctx *ctx, const struct sweep_row *w, struct error *err)
{
	struct sweep_counts n;

	if (sweeps_count(ctx->store, w->id, &n, err))
		return -1;
	log_info("%s: %d of %d cells wait for a worker", w->name, n.queued + n.held + n.stale,
		 n.cells);
	return 0;
}

static int work(struct cmd_ctx *ctx, struct worker *w, struct output *output, struct error *err)
{
	int ret;

	progress_init(&output->bar, ctx);
	output->bar.threads = w->threads;
	w->progress = (struct run_progress){&output->bar, progress_step, NULL,
					    output->bar.lines ? progress_forecast : NULL};
	cmd_catch_signals();
	ret = worker_run(w, err);
	progress_end(&output->bar);
	return ret ? ret : outcome(ctx, w->sweep, err);
}

static int worker_cmd(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct worker w = {.stop = &signal_received};
	struct strbuf command = STRBUF_INIT;
	struct engines engines = {0};
	struct sweep_row sweep;
	struct output output;
	long threads = 0;
	const char *device = NULL, *name = NULL;
	const struct opt table[] = {{0, "device", OPT_TEXT, &device, "DEVICE",
				     "device that computes: cpu or auto (auto)", 0, 0},
				    {0, "engines", OPT_TEXT, &name, "ENGINES",
				     "a table of engines (that of the sweep's cells so far)", 0, 0},
				    {'j', "threads", OPT_INT, &threads, "N",
				     "threads (all cores); never changes results", 0, 1024},
				    {0}};
	int ret;

	cmd_join(&command, argc, argv);
	ret = opt_parse(ctx, &cmd_worker, table, argc, argv, 1, 1, NULL, err);
	if (!ret)
		ret = cmd_find_device(device, &w.device, err) ||
			      sweeps_find(ctx->store, argv[1], &sweep, err)
			  ? -1
			  : 0;
	if (ret) {
		strbuf_release(&command);
		return ret < 0 ? -1 : 0;
	}
	output.cmd = ctx;
	output.sweep = sweep.name;
	w.store = ctx->store;
	w.sweep = &sweep;
	w.threads = threads ? (int)threads : cpu_count();
	output.threads = w.threads;
	w.command = command.buf;
	w.report = report_cell;
	w.ctx = &output;
	w.engines = &engines;
	ret = engines_of_sweep(ctx->store, sweep.id, sweep.name, name, w.device, &engines, err);
	if (!ret)
		ret = ctx->dry_run ? forecast(ctx, &sweep, err) : work(ctx, &w, &output, err);
	engines_release(&engines);
	sweep_row_release(&sweep);
	strbuf_release(&command);
	return ret;
}
