/* `ssl init`: makes a store. The template of a command. */
#include <stdio.h>
#include <stdlib.h>

#include "cmds/cmd.h"
#include "core/base/fs.h"
#include "core/base/log.h"
#include "core/base/strbuf.h"

extern const struct cmd cmd_init;

/* Updates what the migrations of the schema do not cover. */
static int complete(const char *dir, struct error *err)
{
	struct cmd_ctx ctx = {.dir = dir};
	int ret = cmd_open_store(&ctx, NEED_STORE_WRITE, err);

	store_close(ctx.store);
	return ret;
}

/* -n */
static int plan(const char *dir, struct error *err)
{
	enum store_plan would;

	if (store_init_plan(dir, &would, err))
		return -1;
	log_info(would == STORE_MAKE ? "would make a store in %s/.ssl"
		 : would == STORE_UPGRADE
		     ? "would bring the store in %s/.ssl up to date with this version of ssl"
		     : "the store is there already: %s/.ssl",
		 dir);
	return 0;
}

static int init(const char *dir, int dry_run, struct error *err)
{
	char *real;
	int created;

	if (dry_run)
		return plan(dir, err);
	if (store_init(dir, &created, err))
		return -1;
	if (complete(dir, err))
		return -1;
	real = realpath(dir, NULL);
	log_info(created ? "made an empty store: %s/.ssl" : "the store is there already: %s/.ssl",
		 real ? real : dir);
	free(real);
	return 0;
}

static int run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct strbuf dir = STRBUF_INIT;
	int n, ret = opt_parse(ctx, &cmd_init, NULL, argc, argv, 0, 1, &n, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	if (!n || argv[1][0] != '/')
		strbuf_adds(&dir, ctx->dir);
	if (n)
		strbuf_addf(&dir, "%s%s", dir.len ? "/" : "", argv[1]);
	ret = init(dir.buf, ctx->dry_run, err);
	strbuf_release(&dir);
	return ret;
}

const struct cmd cmd_init = {
    .name = "init",
    .summary = "create an empty store",
    .usage = "init [DIR]",
    .needs = NEED_NOTHING,
    .no_table = "it prints no data",
    .run = run,
};
