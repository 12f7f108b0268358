/* `ssl report`: a report on a set of runs, in one file. */
#include <stdio.h>
#include <string.h>

#include "cmds/select.h"
#include "core/base/log.h"
#include "core/recipe/recipe.h"
#include "core/report/report.h"
#include "core/run/keys.h"
#include "core/store/query/selection_varied.h"

extern const struct cmd cmd_report;

static int as_yaml(const char *json, struct strbuf *out, struct error *err)
{
	struct recipe r = {0};

	if (recipe_from_json(&r, keys_schema(), json, 0, err))
		return -1;
	recipe_yaml(&r, out);
	recipe_release(&r);
	return 0;
}

/* --format md or html, else by the end of the -o file's name; else HTML. */
static int is_html(const struct cmd_ctx *ctx, int *html, struct error *err)
{
	const char *dot = ctx->output ? strrchr(ctx->output, '.') : NULL;

	*html = ctx->format != TABLE_MD && !(dot && !strcmp(dot, ".md"));
	if (ctx->format != TABLE_TEXT && ctx->format != TABLE_MD && ctx->format != TABLE_HTML)
		return error_set(
		    err, ERR_USAGE,
		    "report: --format is html or md; `ssl compare --json` prints the comparison");
	return 0;
}

/* Appends a word, quoted for the shell if need be. */
static void add_word(struct strbuf *out, const char *s)
{
	static const char safe[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./_-~";

	strbuf_addc(out, ' ');
	if (*s && s[strspn(s, safe)] == 0 && *s != '~') {
		strbuf_adds(out, s);
		return;
	}
	strbuf_addc(out, '\'');
	for (; *s; s++)
		strbuf_adds(out, *s == '\'' ? "'\\''" : (const char[]){*s, 0});
	strbuf_addc(out, '\'');
}

/* Sets the command, without its output, and how the runs were chosen. */
static void describe(const struct select *what, const char *metric, const char *title,
		     struct strbuf *command, struct strbuf *chosen)
{
	strbuf_adds(command, "ssl report");
	if (what->where) {
		strbuf_adds(command, " -w");
		add_word(command, what->where);
		strbuf_addf(chosen, "-w %s", what->where);
	}
	if (what->sweep) {
		strbuf_adds(command, " --sweep");
		add_word(command, what->sweep);
		strbuf_addf(chosen, "%ssweep %s", chosen->len ? ", " : "", what->sweep);
	}
	if (metric) {
		strbuf_adds(command, " --metric");
		add_word(command, metric);
	}
	if (title) {
		strbuf_adds(command, " --title");
		add_word(command, title);
	}
	for (int i = 0; i < what->n; i++) {
		add_word(command, what->ref[i]);
		strbuf_addf(chosen, "%s%s", chosen->len ? ", " : "", what->ref[i]);
	}
	if (!chosen->len)
		strbuf_adds(chosen, "all runs of the store");
}

static int make_report(struct cmd_ctx *ctx, struct select *what, struct report *r,
		       struct error *err)
{
	struct strbuf out = STRBUF_INIT, command = STRBUF_INIT, chosen = STRBUF_INIT;
	struct selection sel = {0};
	const char *asked = r->metric;
	struct metric_choice choice;
	int ret;

	if (is_html(ctx, &r->html, err) || store_snapshot_begin(ctx->store, err))
		return -1;
	ret = select_runs(ctx, what, &sel, err) || selection_prepare(ctx->store, &sel, err);
	if (ret)
		goto done;
	describe(what, r->metric, r->title, &command, &chosen);
	r->command = command.buf;
	r->chosen = chosen.buf;
	r->recipe = as_yaml;
	ret = metric_choose(ctx->store, &sel, asked, &choice, err);
	if (ret)
		goto done;
	r->metric = choice.metric.name;
	if (!r->title)
		r->title = "Self-supervised runs compared";
	ret = report_make(ctx->store, &sel, r, &out, err);
	if (!ret)
		fwrite(out.buf, 1, out.len, ctx->out);
	if (!ret)
		select_explain(&choice, asked ? NULL : "--metric");
	if (!ret && ctx->output && !ctx->dry_run)
		log_info("%d runs in %s, %zu kB", sel.n, ctx->output, (out.len + 999) / 1000);
done:
	store_snapshot_end(ctx->store);
	selection_release(&sel);
	strbuf_release(&out);
	strbuf_release(&command);
	strbuf_release(&chosen);
	return ret ? -1 : 0;
}

static int run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct report r = {0};
	struct select what = {0};
	const struct opt table[] = {
	    {'w', "where", OPT_TEXT, &what.where, "EXPR", "runs for which EXPR is true", 0, 0},
	    {0, "sweep", OPT_TEXT, &what.sweep, "SWEEP", "the runs of a sweep", 0, 0},
	    {0, "metric", OPT_TEXT, &r.metric, "METRIC",
	     "compare by METRIC (the sweep's objective, or knn.top1)", 0, 0},
	    {0, "title", OPT_TEXT, &r.title, "TEXT", "the title of the report", 0, 0},
	    {0},
	};
	int n, ret = opt_parse(ctx, &cmd_report, table, argc, argv, 0, 1000, &n, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	what.ref = argv + 1;
	what.n = n;
	return make_report(ctx, &what, &r, err);
}

const struct cmd cmd_report = {
    .name = "report",
    .summary = "write the results of runs to one self-contained file",
    .usage = "report [-w EXPR] [--sweep SWEEP] [--metric METRIC] [--title TEXT] [REF|SWEEP...]",
    .needs = NEED_STORE_READ,
    .remakes = 1,
    .run = run,
};
