/* `ssl note`: notes, free text about a run. */
#include "cmds/cmd.h"
#include "cmds/usage.h"
#include "core/base/log.h"
#include "core/base/strbuf.h"
#include "core/report/rows.h"
#include "core/store/organise.h"
#include "core/store/query/lists.h"
#include "core/store/query/refs.h"
#include "core/store/runs.h"

extern const struct cmd cmd_note;

enum { WORDS_MAX = 1000 };

static int list(struct cmd_ctx *ctx, int64_t id, struct error *err)
{
	struct rows rows;
	struct query_sink sink;
	int ret;

	rows_init(&rows, 1, ctx->format);
	sink = rows_sink(&rows);
	ret = query_notes(ctx->store, id, &sink, err);
	if (!ret)
		cmd_print(ctx, rows.table, "no note");
	rows_release(&rows);
	return ret;
}

static int write_note(struct cmd_ctx *ctx, int64_t id, char **word, int n, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	struct run_row row;
	int ret;

	for (int i = 0; i < n; i++)
		strbuf_addf(&text, "%s%s", i ? " " : "", word[i]);
	ret = runs_get(ctx->store, id, &row, err);
	if (!ret) {
		ret = runs_note(ctx->store, id, text.buf, err);
		if (!ret)
			log_info("%s: %snoted: %s", row.name, ctx->dry_run ? "would be " : "",
				 text.buf);
		run_row_release(&row);
	}
	strbuf_release(&text);
	return ret;
}

static int run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	int64_t id;
	long epoch;
	int n, ret = opt_parse(ctx, &cmd_note, NULL, argc, argv, 1, WORDS_MAX, &n, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	if (n > 1 && usage_no_table(ctx, "note", "`ssl note REF` lists the notes", err))
		return -1;
	if (cmd_open_store(ctx, n > 1 ? NEED_STORE_WRITE : NEED_STORE_READ, err) ||
	    refs_resolve(ctx->store, argv[1], &id, &epoch, err))
		return -1;
	return n > 1 ? write_note(ctx, id, argv + 2, n - 1, err) : list(ctx, id, err);
}

const struct cmd cmd_note = {
    .name = "note",
    .summary = "add notes to a run, and list them",
    .usage = "note REF TEXT ...\nnote REF",
    .needs = NEED_NOTHING,
    .run = run,
};
