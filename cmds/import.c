/* `ssl import`: imports the file that `ssl export` wrote, and reports what became of its runs and
 * sweeps. */
#include <string.h>

#include "cmds/cmd.h"
#include "core/base/log.h"
#include "core/base/terminal.h"
#include "core/run/params.h"
#include "core/store/bundle/bundle_read.h"

extern const struct cmd cmd_import;

enum { LINES = 20 };

static const char *next_line(const char *p)
{
	p += strcspn(p, "\n");
	return p + (*p != 0);
}

/* Prints the first lines of the report; with -v all of them. */
static void print_report(const struct cmd_ctx *ctx, struct strbuf *text)
{
	const char *p = text->buf, *q;
	int more = 0;

	for (int i = 0; *p && (i < LINES || ctx->verbose); i++)
		p = next_line(p);
	for (q = p; *q; more++)
		q = next_line(q);
	strbuf_shorten(text, (size_t)(q - p));
	terminal_text(stderr, text->buf);
	if (more)
		log_info("and %d more: -v shows them", more);
}

static void report(const struct cmd_ctx *ctx, struct bundle_result *r)
{
	const char *would = ctx->dry_run ? "would be " : "";

	print_report(ctx, &r->report);
	log_info("%d run%s %sadded, %d there already, %d in conflict", r->added,
		 r->added == 1 ? "" : "s", would, r->there, r->conflicts);
	if (r->sweeps || r->cells || r->settled)
		log_info("%d sweep%s %sadded; to sweeps that were here %d cells %sadded, %d "
			 "settled",
			 r->sweeps, r->sweeps == 1 ? "" : "s", would, r->cells, would, r->settled);
}

static int run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct bundle_result result = {.report = STRBUF_INIT};
	const char *sweep_name = NULL;
	const struct opt table[] = {
	    {0, "as", OPT_TEXT, &sweep_name, "NAME", "the name here of the bundle's sweep", 0, 0},
	    {0},
	};
	struct store *s;
	int ret = opt_parse(ctx, &cmd_import, table, argc, argv, 1, 1, NULL, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	s = ctx->store;
	if (ctx->dry_run && store_open_copy(ctx->store, &s, err))
		return -1;
	ret = bundle_read(s, argv[1], sweep_name, ctx->dry_run, &result, err);
	if (ctx->dry_run)
		store_close(s);
	else if (!ret) /* if this fails, the next command that writes repeats it */
		params_refresh(s, NULL);
	if (!ret)
		report(ctx, &result);
	strbuf_release(&result.report);
	return ret ? -1 : result.conflicts ? ERR_NO : 0;
}

const struct cmd cmd_import = {
    .name = "import",
    .summary = "read a file that ssl export wrote",
    .usage = "import [--as NAME] FILE",
    .needs = NEED_STORE_WRITE,
    .no_table = "`ssl log --json` lists the runs",
    .run = run,
};
