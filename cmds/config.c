#include <stdio.h>

#include "cmds/cmd.h"
#include "core/store/config.h"

static int config_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);

const struct cmd cmd_config = {
    .name = "config",
    .summary = "read and change the settings of a store",
    .usage = "config\n"
	     "config KEY [VALUE]\n"
	     "config --unset KEY",
    .needs = NEED_NOTHING, /* opened as what is asked for needs it */
    .run = config_run,
};

static int list_row(void *ctx, const char *key, const char *value)
{
	table_text(ctx, key);
	table_text(ctx, value);
	return 0;
}

static int list(struct cmd_ctx *ctx, struct error *err)
{
	struct table *t = table_new();
	int ret;

	table_column(t, "key");
	table_column(t, "value");
	ret = config_each(ctx->store, list_row, t, err);
	if (!ret)
		table_print(t, ctx->format, ctx->out);
	table_free(t);
	return ret;
}

/* What is not set and has no fallback is the honest "no". */
static int get(struct cmd_ctx *ctx, const char *key, struct error *err)
{
	struct strbuf value = STRBUF_INIT;
	int found = config_get(ctx->store, key, &value, err);

	if (found >= 0 && (found || value.len))
		fprintf(ctx->out, "%s\n", value.buf);
	else if (!found)
		found = error_set(err, ERR_NO, "config: %s: not set", key);
	strbuf_release(&value);
	return found < 0 ? -1 : 0;
}

static int config_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	int unset = 0, n, ret;
	const struct opt table[] = {
	    {0, "unset", OPT_FLAG, &unset, NULL, "take the setting out", 0, 0}, {0}};

	ret = opt_parse(ctx, &cmd_config, table, argc, argv, 0, 2, &n, err);
	if (ret)
		return ret < 0 ? -1 : 0;
	if (unset && n != 1)
		return error_set(err, ERR_USAGE, "config: --unset takes one KEY");
	if (cmd_open_store(ctx, unset || n == 2 ? NEED_STORE_WRITE : NEED_STORE_READ, err))
		return -1;
	if (unset || n == 2)
		return ctx->dry_run ? 0
				    : config_set(ctx->store, argv[1], unset ? NULL : argv[2], err);
	return n ? get(ctx, argv[1], err) : list(ctx, err);
}
