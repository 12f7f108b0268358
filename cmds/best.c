/* `ssl best`: the runs with the best value of a metric. */
#include <stdio.h>
#include <string.h>

#include "cmds/select.h"
#include "core/report/rows.h"
#include "core/store/query/metric_caveats.h"
#include "core/store/query/metric_heading.h"
#include "core/store/query/selection_add.h"

extern const struct cmd cmd_best;

/* Prints what the ranking does not show: whether its values can be compared. */
static int add_remarks(struct cmd_ctx *ctx, const struct selection *sel, const struct best_query *q,
		       struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	int differ = 0, ret;
	int64_t collapsed = 0;

	ret = query_best_collapsed(ctx->store, q, &collapsed, err);
	if (!ret && collapsed)
		strbuf_addf(&text, "%lld collapsed run%s left out.\n", (long long)collapsed,
			    collapsed == 1 ? "" : "s");
	if (!ret)
		ret = metric_caveats_selection(ctx->store, sel, q->metric, &text, &differ, err);
	if (!ret && differ)
		strbuf_adds(&text,
			    "So the order says nothing about the encoders: choose runs of one "
			    "setting with -w.\n");
	if (!ret)
		cmd_remarks(text.buf);
	strbuf_release(&text);
	return ret;
}

/* The runs for which -w holds, those of --sweep, or those of both. */
static int choose_runs(struct store *s, const char *where, const char *sweep, struct selection *sel,
		       struct error *err)
{
	struct selection matching = {0};
	int ret;

	if (!sweep)
		return selection_add_where(s, sel, where, err);
	ret = selection_add_plan(s, sel, sweep, err) || selection_add_sweep(s, sel, sweep, err) < 0;
	if (!ret && where) {
		ret = selection_add_where(s, &matching, where, err);
		selection_intersect(sel, &matching);
		selection_release(&matching);
	}
	return ret ? -1 : 0;
}

/* A metric that only other runs have is chosen too; the result is then empty. */
static int choose_metric(struct cmd_ctx *ctx, const struct selection *sel, const char *asked,
			 struct metric_choice *out, struct error *err)
{
	char elsewhere[256];

	if (!metric_choose(ctx->store, sel, asked, out, err))
		return 0;
	if (err->code != ERR_NOT_FOUND ||
	    metric_pick_name(ctx->store, asked ? asked : METRIC_USUAL, elsewhere, err) <= 0)
		return -1;
	snprintf(out->metric.name, sizeof out->metric.name, "%.127s", elsewhere);
	return 0;
}

static int best(struct cmd_ctx *ctx, const char *asked, const char *where, const char *sweep,
		struct best_query *q, struct error *err)
{
	struct selection sel = {0};
	struct metric_choice choice;
	struct query_sink sink;
	struct rows rows;
	int ret;

	rows_init(&rows, 1, ctx->format);
	sink = rows_sink(&rows);
	ret = choose_runs(ctx->store, where, sweep, &sel, err) ||
	      choose_metric(ctx, &sel, asked, &choice, err);
	q->of = &sel;
	q->metric = choice.metric.name;
	q->heading = asked ? asked : choice.metric.name;
	if (!ret)
		ret = query_best(ctx->store, q, &sink, err);
	if (!ret)
		cmd_print(ctx, rows.table, "no run matches");
	if (!ret)
		select_explain(&choice, asked ? NULL : "METRIC");
	if (!ret)
		ret = add_remarks(ctx, &sel, q, err);
	rows_release(&rows);
	selection_release(&sel);
	return ret ? -1 : 0;
}

static int run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct best_query q = {.limit = 1};
	const char *where = NULL, *sweep = NULL;
	const struct opt table[] = {
	    {'w', "where", OPT_TEXT, &where, "EXPR", "only runs for which EXPR is true", 0, 0},
	    {0, "sweep", OPT_TEXT, &sweep, "SWEEP", "only runs of this sweep", 0, 0},
	    {'l', "limit", OPT_INT, &q.limit, "N", "the best N (1); 0: all", 0, 1e9},
	    {0, "by", OPT_TEXT, &q.by, "KEY", "the best of each value of KEY, or each recipe", 0,
	     0},
	    {0},
	};
	int n, ret = opt_parse(ctx, &cmd_best, table, argc, argv, 0, 1, &n, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	return best(ctx, n ? argv[1] : NULL, where, sweep, &q, err);
}

const struct cmd cmd_best = {
    .name = "best",
    .summary = "show the runs with the best value of a metric",
    .usage = "best [-w EXPR] [--sweep SWEEP] [-l N] [--by KEY] [METRIC]",
    .needs = NEED_STORE_READ,
    .pages = 1,
    .run = run,
};
