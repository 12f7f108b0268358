#include "cmds/cmd.h"
#include "cmds/execute.h"
#include "core/base/log.h"
#include "core/base/strbuf.h"
#include "core/report/human.h"
#include "core/store/upkeep/backup.h"

static int backup_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);

const struct cmd cmd_backup = {
    .name = "backup",
    .summary = "copy the store while runs write to it",
    .usage = "backup [--link] [-f] DIR",
    .needs = NEED_STORE_READ,
    .no_table = "it prints no data",
    .run = backup_run,
};

static int backup_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct backup b = {0};
	struct strbuf size = STRBUF_INIT;
	const struct opt table[] = {
	    {0, "link", OPT_FLAG, &b.link, NULL, "make hard links instead of copies", 0, 0}, {0}};
	int ret = opt_parse(ctx, &cmd_backup, table, argc, argv, 1, 1, NULL, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	b.replace = ctx->force;
	cmd_catch_signals();
	b.stop = &signal_received;
	ret = store_backup(ctx->store, argv[1], &b, err);
	if (signal_received)
		return cmd_end_by_signal(ctx);
	if (ret)
		return -1;
	human_bytes(b.bytes, &size);
	if (ctx->dry_run)
		log_info("would copy the store %s to %s: %ld objects, of which %ld are new (%s)",
			 store_dir(ctx->store), argv[1], b.objects, b.copied, size.buf);
	else
		log_info("%s: %ld objects, of which %ld were new (%s): `ssl -C %s log` reads it",
			 argv[1], b.objects, b.copied, size.buf, argv[1]);
	strbuf_release(&size);
	return 0;
}
