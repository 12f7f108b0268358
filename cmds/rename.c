/* `ssl rename`: gives a run another name. */
#include "cmds/cmd.h"
#include "core/base/log.h"
#include "core/store/organise.h"
#include "core/store/query/refs.h"
#include "core/store/runs.h"

extern const struct cmd cmd_rename;

static int run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct run_row row;
	int64_t id;
	long epoch;
	int ret = opt_parse(ctx, &cmd_rename, NULL, argc, argv, 2, 2, NULL, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	if (refs_resolve(ctx->store, argv[1], &id, &epoch, err))
		return -1;
	if (runs_get(ctx->store, id, &row, err))
		return -1;
	ret = runs_rename(ctx->store, id, argv[2], err);
	if (!ret)
		log_info("%s: %srenamed to %s", row.name, ctx->dry_run ? "would be " : "", argv[2]);
	run_row_release(&row);
	return ret;
}

const struct cmd cmd_rename = {
    .name = "rename",
    .summary = "rename a run",
    .usage = "rename REF NAME",
    .needs = NEED_STORE_WRITE,
    .no_table = "it prints no data",
    .run = run,
};
