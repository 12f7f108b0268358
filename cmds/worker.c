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
    .usage = "worker [-j N] SWEEP",
    .needs = NEED_STORE_WRITE,
    .no_table = "`ssl sweep status SWEEP --json` prints the cells",
    .run = worker_cmd,
};

struct talk {
	struct progress bar;
	const struct cmd_ctx *cmd;
	const char *sweep;
	int threads;
};

static void told(void *ctx, const struct cell_claim *c, const char *run, const char *status,
		 const char *why)
{
	struct talk *t = ctx;

	progress_end(&t->bar);
	progress_init(&t->bar, t->cmd);
	t->bar.threads = t->threads;
	log_info("%s:%d.%lld  %s  %s%s%s%s%s", t->sweep, c->ordinal, (long long)c->seed, status,
		 run, *c->label ? "  " : "", c->label, why ? ": " : "", why ? why : "");
}

/* Exit code 8 is for a sweep that is finished. */
static int outcome(struct cmd_ctx *ctx, const struct sweep_row *w, struct error *err)
{
	struct sweep_counts n;

	if (sweeps_count(ctx->store, w->id, &n, err))
		return -1;
	if (!n.failed || n.queued + n.held + n.running + n.stale)
		return 0;
	if (ctx->quiet) /* a supervisor says it once for all */
		return ERR_CELLS;
	return error_set(err, ERR_CELLS, "%s: %d of %d cells failed: `ssl sweep status %s`",
			 w->name, n.failed, n.cells, w->name);
}

/* -n: what is left to do. */
static int forecast(struct cmd_ctx *ctx, const struct sweep_row *w, struct error *err)
{
	struct sweep_counts n;

	if (sweeps_count(ctx->store, w->id, &n, err))
		return -1;
	log_info("%s: %d of %d cells wait for a worker", w->name, n.queued + n.held + n.stale,
		 n.cells);
	return 0;
}

static int work(struct cmd_ctx *ctx, struct worker *w, struct talk *talk, struct error *err)
{
	int ret;

	progress_init(&talk->bar, ctx);
	talk->bar.threads = w->threads;
	w->progress = (struct run_progress){&talk->bar, progress_step, NULL,
					    talk->bar.lines ? progress_forecast : NULL};
	cmd_catch_signals();
	ret = worker_run(w, err);
	progress_end(&talk->bar);
	return ret ? ret : outcome(ctx, w->sweep, err);
}

static int worker_cmd(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct worker w = {.stop = &signal_received};
	struct strbuf command = STRBUF_INIT;
	struct sweep_row sweep;
	struct talk talk;
	long threads = 0;
	const struct opt table[] = {{'j', "threads", OPT_INT, &threads, "N",
				     "threads (all cores); never changes results", 0, 1024},
				    {0}};
	int ret;

	cmd_join(&command, argc, argv);
	ret = opt_parse(ctx, &cmd_worker, table, argc, argv, 1, 1, NULL, err);
	if (!ret)
		ret = sweeps_find(ctx->store, argv[1], &sweep, err);
	if (ret) {
		strbuf_release(&command);
		return ret < 0 ? -1 : 0;
	}
	talk.cmd = ctx;
	talk.sweep = sweep.name;
	w.store = ctx->store;
	w.sweep = &sweep;
	w.threads = threads ? (int)threads : cpu_count();
	talk.threads = w.threads;
	w.command = command.buf;
	w.report = told;
	w.ctx = &talk;
	ret = ctx->dry_run ? forecast(ctx, &sweep, err) : work(ctx, &w, &talk, err);
	sweep_row_release(&sweep);
	strbuf_release(&command);
	return ret;
}
