/* `ssl tag`: tags of runs. */
#include "cmds/cmd.h"
#include "cmds/usage.h"
#include "core/base/log.h"
#include "core/report/rows.h"
#include "core/store/organise.h"
#include "core/store/query/lists.h"
#include "core/store/query/refs.h"
#include "core/store/runs.h"

extern const struct cmd cmd_tag;

enum { TAGS_MAX = 100 };

static int list(struct cmd_ctx *ctx, int64_t id, struct error *err)
{
	struct rows rows;
	struct query_sink sink;
	int ret;

	rows_init(&rows, 1, ctx->format);
	sink = rows_sink(&rows);
	ret = query_tags(ctx->store, id, &sink, err);
	if (!ret)
		cmd_print(ctx, rows.table, "no tag");
	rows_release(&rows);
	return ret;
}

static void add_word(struct strbuf *out, const char *what, const char *word)
{
	strbuf_addf(out, "%s%s", out->len ? ", " : what, word);
}

/* Prints one line: the tags that changed, and those that did not. */
static void report(const struct cmd_ctx *ctx, const char *name, const struct strbuf *changed,
		   const struct strbuf *same)
{
	log_info("%s: %s%s%s%s", name, changed->len && ctx->dry_run ? "would be " : "",
		 changed->buf, changed->len && same->len ? "; " : "", same->buf);
}

static int mark(struct cmd_ctx *ctx, int64_t id, char **tag, int n, int off, struct error *err)
{
	struct strbuf changed = STRBUF_INIT, same = STRBUF_INIT;
	struct run_row row;
	int one, ret = 0;

	if (runs_get(ctx->store, id, &row, err))
		return -1;
	for (int i = 0; !ret && i < n; i++) {
		ret = runs_tag(ctx->store, id, tag[i], !off, &one, err);
		if (ret)
			break;
		if (one)
			add_word(&changed, off ? "no longer tagged " : "tagged ", tag[i]);
		else
			add_word(&same, off ? "was not tagged " : "already tagged ", tag[i]);
	}
	if (changed.len || same.len)
		report(ctx, row.name, &changed, &same);
	strbuf_release(&changed);
	strbuf_release(&same);
	run_row_release(&row);
	return ret;
}

static int run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	int off = 0, n, ret;
	const struct opt table[] = {
	    {'d', "delete", OPT_FLAG, &off, NULL, "remove the tags", 0, 0},
	    {0},
	};
	int64_t id = 0;
	long epoch;

	ret = opt_parse(ctx, &cmd_tag, table, argc, argv, 0, TAGS_MAX, &n, err);
	if (ret)
		return ret < 0 ? -1 : 0;
	if (usage_check(&cmd_tag, NULL, argv + 1, n, off ? 2 : 0, TAGS_MAX, err) ||
	    (n > 1 && usage_no_table(ctx, "tag", "`ssl tag REF` lists the tags", err)))
		return -1;
	if (cmd_open_store(ctx, n > 1 ? NEED_STORE_WRITE : NEED_STORE_READ, err))
		return -1;
	if (n && refs_resolve(ctx->store, argv[1], &id, &epoch, err))
		return -1;
	return n > 1 ? mark(ctx, id, argv + 2, n - 1, off, err) : list(ctx, id, err);
}

const struct cmd cmd_tag = {
    .name = "tag",
    .summary = "add tags to runs, and remove them",
    .usage = "tag [-d] REF TAG ...\ntag [REF]",
    .needs = NEED_NOTHING,
    .run = run,
};
