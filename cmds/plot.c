/* `ssl plot`: pictures of runs, as SVG, PNG or PDF, or in the terminal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmds/pager.h"
#include "cmds/select.h"
#include "core/base/terminal.h"
#include "core/plot/figures.h"
#include "core/plot/page.h"
#include "core/plot/svg.h"
#include "core/store/query/metric_caveats.h"

extern const struct cmd cmd_plot;

enum { WIDTH = 720, HEIGHT_MIN = 160, SIDE_MAX = 4000 };

static const struct {
	const char *name;
	figure_fn *make;
	int newest; /* without refs: 1 the newest run, 0 all runs */
	int metric; /* draws a metric; without --metric of one run its loss, else as metric_choose()
		     */
} kinds[] = {
    {"curve", figure_curve, 1, 1},       {"bars", figure_bars, 0, 1},
    {"heatmap", figure_heatmap, 0, 1},   {"parallel", figure_parallel, 0, 1},
    {"spectrum", figure_spectrum, 1, 0}, {"alignment", figure_alignment, 1, 0},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

enum as { AS_TEXT, AS_SVG, AS_PNG, AS_PDF };

struct look {
	const char *as, *log;
	long width, height, scale;
	int dark;
};

static int parse_kind(const char *name, int *out, struct error *err)
{
	for (int i = 0; i < KINDS; i++)
		if (!strcmp(name, kinds[i].name)) {
			*out = i;
			return 0;
		}
	return error_set(
	    err, ERR_USAGE,
	    "plot: '%s' is none of curve, bars, heatmap, parallel, spectrum, alignment", name);
}

/* --as, else by the end of the -o file's name. */
static int parse_format(const struct cmd_ctx *ctx, const char *as, enum as *out, struct error *err)
{
	static const char *const name[] = {"text", "svg", "png", "pdf"};
	const char *dot = ctx->output ? strrchr(ctx->output, '.') : NULL;
	const char *want = as ? as : dot ? dot + 1 : "text";

	if (!as && !strcmp(want, "txt"))
		want = "text";
	for (int i = 0; i < 4; i++)
		if (!strcmp(want, name[i])) {
			*out = (enum as)i;
			return 0;
		}
	if (as)
		return error_set(err, ERR_USAGE, "--as: '%s' is none of text, svg, png, pdf", as);
	return error_set(err, ERR_USAGE,
			 "-o %s: a name that ends in .svg, .png, .pdf or .txt, or --as",
			 ctx->output);
}

static int parse_logs(const char *axes, struct figure *f, struct error *err)
{
	f->log_x = axes && strchr(axes, 'x');
	f->log_y = axes && strchr(axes, 'y');
	if (axes && (!*axes || axes[strspn(axes, "xy")]))
		return error_set(err, ERR_USAGE, "--log: '%s' is none of x, y, xy", axes);
	return 0;
}

/* As wide as the terminal; 80 columns if there is none. */
static void draw_text(struct cmd_ctx *ctx, const struct chart *c, const struct look *look,
		      struct strbuf *out)
{
	int columns = terminal_columns(ctx->out);
	struct term_look on = {columns ? columns : 80, 16, pager_color(ctx),
			       terminal_is_ascii(ctx->out)};

	if (look->width)
		on.columns = (int)look->width;
	if (look->height)
		on.rows = (int)look->height;
	chart_term(c, &on, out);
}

static int draw_picture(const struct chart *c, double width, double height, enum as as,
			const struct look *look, struct strbuf *out, struct error *err)
{
	const struct page_look on = {as == AS_PDF ? PAGE_PDF : PAGE_PNG,    width,      height,
				     look->scale ? (double)look->scale : 2, look->dark, c->title};
	struct page *page;
	struct canvas canvas;
	int ret;

	if (as == AS_SVG) {
		canvas = svg_begin(out, width, height, SVG_FILE, NULL, c->title);
		chart_draw(c, &canvas);
		svg_end(&canvas, SVG_FILE);
		return 0;
	}
	if (page_begin(&page, &canvas, &on, err))
		return -1;
	chart_draw(c, &canvas);
	ret = page_end(page, out, err);
	page_free(page);
	return ret;
}

static int print_chart(struct cmd_ctx *ctx, const struct chart *c, enum as as,
		       const struct look *look, struct error *err)
{
	double width = look->width ? (double)look->width : WIDTH, height;
	struct strbuf out = STRBUF_INIT;
	int ret = 0;

	height = look->height ? (double)look->height : chart_height(c, width);
	if ((as == AS_PNG || as == AS_PDF) && ctx->out == stdout && ctx->terminal)
		return error_set(err, ERR_USAGE,
				 "plot: a %s cannot be shown in a terminal: use -o FILE.%s",
				 as == AS_PNG ? "PNG" : "PDF", as == AS_PNG ? "png" : "pdf");
	if (as == AS_TEXT)
		draw_text(ctx, c, look, &out);
	else
		ret = draw_picture(c, width, height, as, look, &out, err);
	if (!ret)
		fwrite(out.buf, 1, out.len, ctx->out);
	strbuf_release(&out);
	return ret;
}

/* Prints remarks about the values of the metric to standard error. */
static int add_remarks(struct cmd_ctx *ctx, const struct selection *sel, const char *metric,
		       struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	struct metric_info m;
	int ret = selection_metric(ctx->store, sel, metric, &m, NULL);

	if (!ret)
		ret = metric_caveats_selection(ctx->store, sel, m.name, &text, NULL, err);
	else
		ret = 0; /* several metrics, each with its own axis */
	if (!ret)
		cmd_remarks(text.buf);
	strbuf_release(&text);
	return ret;
}

static int plot(struct cmd_ctx *ctx, const char *name, struct select *what, struct figure *f,
		const struct look *look, struct error *err)
{
	struct selection sel = {0};
	struct metric_choice choice;
	const char *asked = NULL;
	struct chart *chart = NULL;
	enum as as = AS_TEXT;
	int kind = 0, ret;

	if (parse_kind(name, &kind, err) || parse_format(ctx, look->as, &as, err) ||
	    parse_logs(look->log, f, err))
		return -1;
	if (as != AS_TEXT && look->height && look->height < HEIGHT_MIN)
		return error_set(err, ERR_USAGE, "--height: at least %d px", HEIGHT_MIN);
	if (as != AS_TEXT && look->width && look->width < 240)
		return error_set(err, ERR_USAGE, "--width: at least 240 px");
	what->newest = kinds[kind].newest;
	ret = select_runs(ctx, what, &sel, err);
	if (!ret && kinds[kind].metric) {
		asked = f->metric || !what->newest ? f->metric : "loss";
		ret = metric_choose(ctx->store, &sel, asked, &choice, err);
		f->metric = choice.metric.name;
	}
	if (!ret)
		ret = kinds[kind].make(ctx->store, &sel, f, &chart, err);
	if (!ret)
		ret = print_chart(ctx, chart, as, look, err);
	if (!ret && f->metric)
		select_explain(&choice, asked ? NULL : "--metric");
	if (!ret && f->metric)
		ret = add_remarks(ctx, &sel, f->metric, err);
	chart_free(chart);
	selection_release(&sel);
	return ret;
}

static int run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct figure f = {0};
	struct look look = {0};
	struct select what = {0};
	long most = 0;
	const struct opt table[] = {
	    {'w', "where", OPT_TEXT, &what.where, "EXPR", "runs for which EXPR is true", 0, 0},
	    {0, "sweep", OPT_TEXT, &what.sweep, "SWEEP", "the runs of a sweep", 0, 0},
	    {0, "metric", OPT_TEXT, &f.metric, "METRIC", "the metric to draw (loss; knn.top1)", 0,
	     0},
	    {0, "best", OPT_FLAG, &f.best, NULL, "the best value of a run, not its last", 0, 0},
	    {0, "by", OPT_TEXT, &f.by, "KEY",
	     "group by run, method or a hyperparameter (by recipe: seeds together)", 0, 0},
	    {'x', "x", OPT_TEXT, &f.x, "KEY", "heatmap: hyperparameter across", 0, 0},
	    {'y', "y", OPT_TEXT, &f.y, "KEY", "heatmap: hyperparameter upwards", 0, 0},
	    {0, "name", OPT_TEXT, &f.name, "VECTORS",
	     "spectrum, alignment: which ones (z; predictor.cos)", 0, 0},
	    {0, "log", OPT_TEXT, &look.log, "x|y|xy", "logarithmic axes", 0, 0},
	    {0, "steps", OPT_FLAG, &f.steps, NULL, "x in steps, not in epochs", 0, 0},
	    {0, "most", OPT_INT, &most, "N",
	     "number of curves in colour (8 at most), or of bars (20)", 1, 100},
	    {0, "title", OPT_TEXT, &f.title, "TEXT", "the title of the picture", 0, 0},
	    {0, "as", OPT_TEXT, &look.as, "text|svg|png|pdf",
	     "the format (default: by the name of FILE)", 0, 0},
	    {0, "width", OPT_INT, &look.width, "N", "width in px (720), or columns", 40, SIDE_MAX},
	    {0, "height", OPT_INT, &look.height, "N", "height in px, or rows (16)", 4, SIDE_MAX},
	    {0, "scale", OPT_INT, &look.scale, "N", "PNG: dots per px (2)", 1, 8},
	    {0, "dark", OPT_FLAG, &look.dark, NULL, "PNG, PDF: on dark paper", 0, 0},
	    {0},
	};
	int n, ret = opt_parse(ctx, &cmd_plot, table, argc, argv, 1, 1000, &n, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	f.most = (int)most;
	what.ref = argv + 2;
	what.n = n - 1;
	return plot(ctx, argv[1], &what, &f, &look, err);
}

const struct cmd cmd_plot = {
    .name = "plot",
    .summary = "draw runs: curves, bars, heatmaps, spectra",
    .usage = "plot curve|bars|heatmap|parallel|spectrum|alignment [-w EXPR] [--sweep SWEEP] "
	     "[--metric METRIC] [--best] "
	     "[--by KEY] [-x KEY] [-y KEY] [--name VECTORS] [--log x|y|xy] [--steps] [--most N] "
	     "[--title TEXT] [--as text|svg|png|pdf] [--width N] [--height N] [--scale N] [--dark] "
	     "[REF|SWEEP...]",
    .needs = NEED_STORE_READ,
    .pages = 1,
    .remakes = 1,
    .no_table = "--as chooses that of a picture; `ssl metrics REF --json` prints its numbers",
    .run = run,
};
