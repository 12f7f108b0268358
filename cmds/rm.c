/* `ssl rm`: moves runs to the trash, restores them, or deletes them for good. */
#include <stdlib.h>

#include "cmds/cmd.h"
#include "cmds/usage.h"
#include "core/base/log.h"
#include "core/report/rows.h"
#include "core/run/run.h"
#include "core/store/organise.h"
#include "core/store/query/lists.h"
#include "core/store/query/refs.h"

extern const struct cmd cmd_rm;

enum { REFS_MAX = 100000, NAMES_SHOWN = 10 };

static int list(struct cmd_ctx *ctx, struct error *err)
{
	struct rows rows;
	struct query_sink sink;
	int ret;

	rows_init(&rows, 1, ctx->format);
	sink = rows_sink(&rows);
	ret = query_trash(ctx->store, &sink, err);
	if (!ret)
		cmd_print(ctx, rows.table, "the trash is empty");
	rows_release(&rows);
	return ret;
}

/* With -f the run may be in the trash already. */
static int resolve(struct cmd_ctx *ctx, const char *ref, int restore, int64_t *id,
		   struct error *err)
{
	struct error ignored = {0};
	long epoch;

	if (restore)
		return refs_resolve_trash(ctx->store, ref, id, err);
	if (ctx->force && !refs_resolve_trash(ctx->store, ref, id, &ignored))
		return 0;
	return refs_resolve(ctx->store, ref, id, &epoch, err);
}

static int delete (struct cmd_ctx *ctx, int64_t id, struct error *err)
{
	struct strbuf queued = STRBUF_INIT;
	int ret = runs_delete(ctx->store, id, RUN_STALE, &queued, err);

	if (!ret && queued.len && ctx->dry_run)
		log_info("cells that would lose their run and be queued again:%s", queued.buf);
	else if (!ret && queued.len)
		log_info("cells that lost their run and are queued again:%s: `ssl sweep start` "
			 "runs them",
			 queued.buf);
	strbuf_release(&queued);
	return ret;
}

/* The runs that were changed, for the final line. */
struct done {
	struct strbuf names;
	int n;
};

static int act(struct cmd_ctx *ctx, int64_t id, int restore, struct done *done, struct error *err)
{
	struct run_row row;
	int ret;

	if (runs_get(ctx->store, id, &row, err))
		return -1;
	ret = restore      ? runs_restore(ctx->store, id, err)
	      : ctx->force ? delete (ctx, id, err)
			   : runs_trash(ctx->store, id, RUN_STALE, err);
	if (!ret && done->n++ < NAMES_SHOWN)
		strbuf_addf(&done->names, "%s%s", done->n > 1 ? ", " : "", row.name);
	run_row_release(&row);
	return ret;
}

static void report(const struct cmd_ctx *ctx, const struct done *done, int restore)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_adds(&text, done->names.buf);
	if (done->n > NAMES_SHOWN)
		strbuf_addf(&text, " and %d more", done->n - NAMES_SHOWN);
	strbuf_addf(&text, ": %s%s", ctx->dry_run ? "would be " : "",
		    restore      ? "restored from the trash"
		    : ctx->force ? "deleted for good"
				 : "moved to the trash");
	if (!restore && !ctx->force && !ctx->dry_run)
		strbuf_adds(&text, ": `ssl rm --restore` restores runs by name");
	log_info("%s", text.buf);
	strbuf_release(&text);
}

/* All refs are resolved before anything is done: @ must not move on the way, and a wrong one must
 * change nothing. */
static int act_all(struct cmd_ctx *ctx, char **ref, int n, int restore, struct error *err)
{
	int64_t *id = xcalloc((size_t)n, sizeof *id);
	struct done done = {.names = STRBUF_INIT};
	int ret = 0;

	for (int i = 0; !ret && i < n; i++)
		ret = resolve(ctx, ref[i], restore, &id[i], err);
	for (int i = 0; !ret && i < n; i++) {
		int again = 0;

		for (int k = 0; k < i; k++)
			again |= id[k] == id[i];
		if (!again)
			ret = act(ctx, id[i], restore, &done, err);
	}
	if (done.n)
		report(ctx, &done, restore);
	strbuf_release(&done.names);
	free(id);
	return ret;
}

static int run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	int restore = 0, show = 0, n, ret;
	const struct opt table[] = {
	    {0, "restore", OPT_FLAG, &restore, NULL, "restore the runs from the trash", 0, 0},
	    {0, "list", OPT_FLAG, &show, NULL, "list the runs in the trash", 0, 0},
	    {0},
	};

	ret = opt_parse(ctx, &cmd_rm, table, argc, argv, 0, REFS_MAX, &n, err);
	if (ret)
		return ret < 0 ? -1 : 0;
	if (show + restore + ctx->force > 1)
		return error_set(err, ERR_USAGE, "rm: --list, --restore and -f exclude each other");
	if (usage_check(&cmd_rm,
			show      ? "--list"
			: restore ? "--restore"
				  : NULL,
			argv + 1, n, !show, show ? 0 : REFS_MAX, err))
		return -1;
	if (!show && usage_no_table(ctx, "rm", "`ssl rm --list` lists the trash", err))
		return -1;
	if (cmd_open_store(ctx, show ? NEED_STORE_READ : NEED_STORE_WRITE, err))
		return -1;
	return show ? list(ctx, err) : act_all(ctx, argv + 1, n, restore, err);
}

const struct cmd cmd_rm = {
    .name = "rm",
    .summary = "move runs to the trash, or delete them",
    .usage = "rm [-f] REF ...\nrm --restore REF ...\nrm --list",
    .needs = NEED_NOTHING,
    .run = run,
};
