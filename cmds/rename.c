/* `ssl rename`: gives a run another name. */
#include "cmds/cmd.h"
#include "core/base/log.h"
#include "core/store/organise.h"
#include "core/store/runs.h"

extern const struct cmd cmd_rename;

static int run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	int64_t id;
	long epoch;
	int ret = opt_parse(ctx, &cmd_rename, NULL, argc, argv, 2, 2, NULL, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	if (refs_resolve(ctx->store, argv[1], &id, &epoch, err))
		return -1;
	if (runs_rename(ctx->store, id, argv[2], err))
		return -1;
	if (ctx->dry_run)
		log_info("%s: run %lld would be named %s", argv[1], (long long)id, argv[2]);
	return 0;
}

const struct cmd cmd_rename = {
    .name = "rename",
    .summary = "give a run another name",
    .usage = "rename REF NAME",
    .needs = NEED_STORE_WRITE,
    .no_table = "it prints no data",
    .run = run,
};
