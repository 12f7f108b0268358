/* `ssl metrics`: what a run measured, and the series. */
#include "cmds/cmd.h"
#include "core/report/rows.h"
#include "core/store/query/refs.h"
#include "core/store/runs.h"

extern const struct cmd cmd_metrics;

enum { NAMES_MAX = 200 };

static int run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct query_sink sink;
	struct rows rows;
	int64_t id;
	long epoch;
	int n, ret = opt_parse(ctx, &cmd_metrics, NULL, argc, argv, 1, NAMES_MAX, &n, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	if (refs_resolve(ctx->store, argv[1], &id, &epoch, err))
		return -1;
	if (epoch >= 0)
		return error_set(err, ERR_USAGE, "metrics: %s: series are whole, without @epoch",
				 argv[1]);
	rows_init(&rows, 1, ctx->format);
	sink = rows_sink(&rows);
	if (n > 1)
		ret =
		    query_series(ctx->store, id, (const char *const *)argv + 2, n - 1, &sink, err);
	else
		ret = query_metrics(ctx->store, id, &sink, err);
	if (!ret)
		cmd_print(ctx, rows.table, "no metric yet");
	rows_release(&rows);
	return ret;
}

const struct cmd cmd_metrics = {
    .name = "metrics",
    .summary = "print the series of a run",
    .usage = "metrics REF [METRIC ...]",
    .needs = NEED_STORE_READ,
    .pages = 1,
    .run = run,
};
