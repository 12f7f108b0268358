/* `ssl best`: the runs with the best value of a metric. */
#include <stdio.h>
#include <string.h>

#include "cmds/cmd.h"
#include "core/report/rows.h"
#include "core/store/remarks.h"

extern const struct cmd cmd_best;

/* What the ranking does not show: which metric it is of, and whether its values can be compared. */
static int add_remarks(struct cmd_ctx *ctx, const struct best_query *q, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	char metric[256];
	int differ = 0, ret = metric_meant(ctx->store, q->metric, metric, err);
	int64_t collapsed = 0;

	if (!ret)
		ret = query_best_collapsed(ctx->store, q, &collapsed, err);
	if (!ret && collapsed)
		strbuf_addf(&text, "%lld collapsed run%s left out.\n", (long long)collapsed,
			    collapsed == 1 ? "" : "s");
	if (!ret && !strncmp(metric, "val.", 4) && strcmp(metric, q->metric))
		strbuf_addf(&text, "%s is %s here.\n", q->metric, metric);
	if (!ret)
		ret = metric_remarks_where(ctx->store, metric, q->where, &text, &differ, err);
	if (!ret && differ)
		strbuf_adds(&text,
			    "So the order says nothing about the encoders: choose runs of one "
			    "setting with -w.\n");
	if (!ret)
		cmd_remarks(text.buf);
	strbuf_release(&text);
	return ret;
}

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
	if (!ret)
		ret = add_remarks(ctx, &q, err);
	rows_release(&rows);
	return ret;
}

const struct cmd cmd_best = {
    .name = "best",
    .summary = "the runs with the best value of a metric",
    .usage = "best [-w EXPR] [-l N] [--by KEY] METRIC",
    .needs = NEED_STORE_READ,
    .pages = 1,
    .run = run,
};
