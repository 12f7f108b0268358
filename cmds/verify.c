#include <stdlib.h>

#include "cmds/cmd.h"
#include "cmds/execute.h"
#include "cmds/progress.h"
#include "core/base/cpu.h"
#include "core/base/log.h"
#include "core/run/verify.h"
#include "core/store/query/refs.h"

static int verify_cmd(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);

const struct cmd cmd_verify = {
    .name = "verify",
    .summary = "repeat a run that has ended and compare it bit for bit",
    .usage = "verify [--cut STEP] [--epochs N] [--device DEVICE] [-j N] REF",
    .needs = NEED_STORE_READ,
    .run = verify_cmd,
};

static const char *const kind_name[VERIFY_KINDS] = {"environment", "metric", "digest", "file",
						    "tensor"};

/* Prints the first finding of each kind, those of the environment first, since they may explain the
 * others. */
static void print_findings(struct cmd_ctx *ctx, const struct verify_report *report)
{
	static const char *const column[] = {"differs", "name", "step", "recorded", "now"};
	struct table *t = table_new();

	for (unsigned i = 0; i < sizeof column / sizeof *column; i++)
		table_column(t, column[i]);
	for (int kind = 0; kind < VERIFY_KINDS; kind++)
		for (int i = 0; i < report->n; i++) {
			const struct verify_finding *f = &report->item[i];

			if ((int)f->kind != kind)
				continue;
			table_text(t, kind_name[kind]);
			table_text(t, f->name);
			if (f->step < 0)
				table_text(t, NULL);
			else
				table_int(t, f->step);
			table_text(t, f->recorded);
			table_text(t, f->now);
		}
	if (report->n)
		table_print(t, ctx->format, ctx->out);
	table_free(t);
}

static void report_result(const struct run_row *row, const struct verify_report *report)
{
	const long *count = report->count;

	if (verify_same(report) && report->near) {
		log_info("%s: computed on another device, where bits differ: %ld losses and norms "
			 "of the first "
			 "%ld steps agree within the tolerance",
			 row->name, report->values, report->steps);
		return;
	}
	if (verify_same(report)) {
		log_info("%s: the same to the last bit: %ld values of %ld steps, %ld links of the "
			 "digest chain, %ld tensors of %ld checkpoint%s",
			 row->name, report->values, report->steps, report->links, report->tensors,
			 report->checkpoints, report->checkpoints == 1 ? "" : "s");
		return;
	}
	log_info("%s: differs: %ld values, %ld links, %ld files, %ld tensors (the first of each "
		 "kind is shown)",
		 row->name, count[VERIFY_METRIC], count[VERIFY_DIGEST], count[VERIFY_FILE],
		 count[VERIFY_TENSOR]);
	if (report->altered)
		log_info("the digest chain agrees with what was computed now: what differs was "
			 "changed after it was recorded");
}

static int verify(struct cmd_ctx *ctx, const struct run_row *row, struct verify_opts *opts,
		  struct error *err)
{
	struct verify_report *report = xcalloc(1, sizeof *report);
	struct progress bar;
	int ret;

	progress_init(&bar, ctx);
	opts->stop = &signal_received;
	opts->progress = (struct run_progress){&bar, progress_step, NULL, NULL};
	cmd_catch_signals();
	ret = verify_run(ctx->store, row, opts, report, err);
	progress_end(&bar);
	if (!ret) {
		print_findings(ctx, report);
		report_result(row, report);
		ret = verify_same(report) ? 0 : ERR_NO;
	}
	free(report);
	return ret;
}

static int verify_cmd(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct verify_opts opts = {0};
	struct engines engines = {0};
	struct run_row row;
	int64_t id;
	const char *device = NULL;
	long threads = 0, epoch;
	const struct opt table[] = {
	    {0, "cut", OPT_INT, &opts.cut, "STEP", "stop at this step and resume from there", 1,
	     1e9},
	    {0, "epochs", OPT_INT, &opts.epochs, "N", "only the first N epochs", 1, 1e9},
	    {0, "device", OPT_TEXT, &device, "DEVICE",
	     "device that computes: cpu or auto (that of the run)", 0, 0},
	    {'j', "threads", OPT_INT, &threads, "N", "threads (all cores); never changes results",
	     0, 1024},
	    {0}};
	int ret = opt_parse(ctx, &cmd_verify, table, argc, argv, 1, 1, NULL, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	opts.threads = threads ? (int)threads : cpu_count();
	if (refs_resolve(ctx->store, argv[1], &id, &epoch, err) ||
	    runs_get(ctx->store, id, &row, err))
		return -1;
	if (epoch >= 0 && !opts.epochs)
		opts.epochs = epoch;
	opts.engines = &engines;
	ret = cmd_find_device_of(ctx, &row, device, &opts.device, err) ||
		      cmd_find_engines_of(ctx, &row, NULL, opts.device, &engines, err)
		  ? -1
		  : 0;
	if (!ret)
		ret = verify(ctx, &row, &opts, err);
	engines_release(&engines);
	run_row_release(&row);
	return ret;
}
