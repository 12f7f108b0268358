#include "build_info.h"
#include "cmds/cmd.h"

static int version_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);

const struct cmd cmd_version = {
    .name = "version",
    .summary = "print the version and the build",
    .usage = "version [-v]",
    .needs = NEED_NOTHING,
    .no_table = "`ssl doctor --json` prints the version and the machine",
    .run = version_run,
};

static int version_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	int ret = opt_parse(ctx, &cmd_version, NULL, argc, argv, 0, 0, NULL, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	fprintf(ctx->out, "ssl %s\n", SSL_VERSION);
	if (ctx->verbose)
		fprintf(ctx->out, "commit   %s\ncompiler %s\nflags    %s\n",
			SSL_COMMIT[0] ? SSL_COMMIT : "unknown", SSL_COMPILER, SSL_CFLAGS);
	return 0;
}
