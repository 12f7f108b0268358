/* `ssl log`: the list of runs. */
#include <stdio.h>
#include <string.h>

#include "cmds/cmd.h"
#include "core/base/log.h"
#include "core/report/mean_cell.h"

extern const struct cmd cmd_log;

enum { LIMIT_ON_TERMINAL = 20, LIMIT_MAX = 1000000000 };

static void print(struct cmd_ctx *ctx, const struct rows *rows, const struct log_query *q, int cut)
{
	int n = table_rows(rows->table);

	cmd_print(ctx, rows->table,
		  q->where || q->tag || q->sweep ? "no run matches" : "no run yet");
	if (cut && n == q->limit)
		log_info("showing the first %d runs: -l 0 shows all", n);
}

/* Prints the caveats about the metrics in the list. */
static int print_caveats(struct cmd_ctx *ctx, const struct log_query *q, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	int ret = query_log_caveats(ctx->store, q, &text, err);

	if (!ret)
		cmd_remarks(text.buf);
	strbuf_release(&text);
	return ret;
}

/* Warns of sorting by the test split, since the first run of a sorted list is often chosen. */
static void warn_of_test(const char *sort)
{
	if (sort && !strncmp(sort + strspn(sort, "-["), "test.", 5))
		log_info("-s %s: sorts by the test split: choose runs by val, and report test once",
			 sort);
}

static int run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	uint64_t nulls = 0;
	struct log_query q = {.nulls = &nulls};
	const struct opt table[] = {
	    {'w', "where", OPT_TEXT, &q.where, "EXPR", "only runs for which EXPR is true", 0, 0},
	    {'s', "sort", OPT_TEXT, &q.sort, "[-]KEY", "sort by KEY; -KEY: largest first", 0, 0},
	    {'l', "limit", OPT_INT, &q.limit, "N", "at most N runs; 0: all", 0, LIMIT_MAX},
	    {0, "columns", OPT_TEXT, &q.columns, "A,B", "show these columns", 0, 0},
	    {0, "tag", OPT_TEXT, &q.tag, "TAG", "only runs with this tag", 0, 0},
	    {0, "sweep", OPT_TEXT, &q.sweep, "SWEEP", "only runs of this sweep", 0, 0},
	    {0, "group", OPT_FLAG, &q.group, NULL,
	     "one line per recipe: mean and standard deviation over seeds", 0, 0},
	    {0},
	};
	struct query_sink sink;
	struct mean_cells means;
	struct rows rows;
	int ret, cut;

	q.limit = -1;
	ret = opt_parse(ctx, &cmd_log, table, argc, argv, 0, 0, NULL, err);
	if (ret)
		return ret < 0 ? -1 : 0;
	warn_of_test(q.sort);
	cut = q.limit < 0 && ctx->out == stdout && ctx->terminal;
	if (q.limit < 0)
		q.limit = cut ? LIMIT_ON_TERMINAL : 0;
	q.brief = table_is_for_people(ctx->format);
	rows_init(&rows, 1, ctx->format);
	mean_cells_init(&means, &rows);
	sink = q.group ? mean_cells_sink(&means) : rows_sink(&rows);
	ret = query_log(ctx->store, &q, &sink, err);
	if (!ret)
		print(ctx, &rows, &q, cut);
	if (!ret)
		ret = print_caveats(ctx, &q, err);
	mean_cells_release(&means);
	rows_release(&rows);
	return ret;
}

const struct cmd cmd_log = {
    .name = "log",
    .summary = "list runs",
    .usage =
	"log [-w EXPR] [-s [-]KEY] [-l N] [--columns A,B] [--tag TAG] [--sweep SWEEP] [--group]",
    .needs = NEED_STORE_READ,
    .pages = 1,
    .run = run,
};
