/* `ssl best`: the runs with the best value of a metric. */
#include <stdio.h>

#include "cmds/cmd.h"
#include "core/report/rows.h"

extern const struct cmd cmd_best;

static int run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct best_query q = {.limit = 1};
	const struct opt table[] = {
	    {'w', "where", OPT_TEXT, &q.where, "EXPR", "only runs for which EXPR is true", 0, 0},
	    {'l', "limit", OPT_INT, &q.limit, "N", "the best N (1); 0: all", 0, 1e9},
	    {0, "by", OPT_TEXT, &q.by, "KEY", "the best of each value of KEY", 0, 0},
	    {0},
	};
	struct query_sink sink;
	struct rows rows;
	int ret = opt_parse(ctx, &cmd_best, table, argc, argv, 1, 1, NULL, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	q.metric = argv[1];
	rows_init(&rows, 1, ctx->format);
	sink = rows_sink(&rows);
	ret = query_best(ctx->store, &q, &sink, err);
	if (!ret)
		cmd_print(ctx, rows.table, "no run matches");
	rows_release(&rows);
	return ret;
}

const struct cmd cmd_best = {
    .name = "best",
    .summary = "the runs with the best value of a metric",
    .usage = "best [-w EXPR] [-l N] [--by KEY] METRIC",
    .needs = NEED_STORE_READ,
    .run = run,
};
