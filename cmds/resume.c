#include "cmds/cmd.h"
#include "cmds/execute.h"
#include "core/run/keys.h"

static int resume_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);

const struct cmd cmd_resume = {
    .name = "resume",
    .summary = "go on with a run that was stopped, failed or died",
    .usage = "resume [-j N] REF",
    .needs = NEED_STORE_WRITE,
    .run = resume_run,
};

static int resume_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct run r = {0};
	struct run_row row;
	int64_t id;
	long threads = 0, epoch;
	const struct opt table[] = {{'j', "threads", OPT_INT, &threads, "N",
				     "threads (all cores); never changes results", 0, 1024},
				    {0}};
	int ret = opt_parse(ctx, &cmd_resume, table, argc, argv, 1, 1, NULL, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	if (refs_resolve(ctx->store, argv[1], &id, &epoch, err) ||
	    runs_get(ctx->store, id, &row, err))
		return -1;
	ret = recipe_from_json(&r.recipe, keys_schema(), row.recipe_json, err);
	if (!ret) {
		r.opts.threads = (int)threads;
		r.opts.resume_id = id;
		r.opts.dataset_sha256 = row.dataset_sha256;
		ret = cmd_execute_run(ctx, &r, err);
	}
	run_row_release(&row);
	return ret;
}
