#include <stdio.h>

#include "cmds/cmd.h"
#include "cmds/usage.h"
#include "core/base/log.h"
#include "core/base/terminal.h"
#include "core/store/config.h"

static int config_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);

const struct cmd cmd_config = {
    .name = "config",
    .summary = "read and change the settings of a store, or of a user",
    .usage = "config [--user]\n"
	     "config [--user] KEY [VALUE]\n"
	     "config [--user] --unset KEY [VALUE]",
    .needs = NEED_NOTHING, /* the store is opened as the arguments need it */
    .run = config_run,
};

static int list_row(void *ctx, const char *key, const char *value)
{
	table_text(ctx, key);
	table_text(ctx, value);
	return 0;
}

static int list(struct cmd_ctx *ctx, const struct config *c, struct error *err)
{
	struct table *t = table_new();
	int ret;

	table_column(t, "key");
	table_column(t, "value");
	ret = config_each(c, list_row, t, err);
	if (!ret)
		table_print(t, ctx->format, ctx->out);
	table_free(t);
	return ret;
}

/* Prints the value for people; --format csv and json keep every byte. */
static void print_value(struct cmd_ctx *ctx, const char *value)
{
	struct table *t;

	if (ctx->format == TABLE_TEXT) {
		terminal_text(ctx->out, value); /* a query may have several lines */
		fputc('\n', ctx->out);
		return;
	}
	t = table_new();
	table_column(t, "value");
	table_text(t, value);
	table_print(t, ctx->format, ctx->out);
	table_free(t);
}

/* A setting without a value and without a fallback is exit code 1. */
static int get(struct cmd_ctx *ctx, const struct config *c, const char *key, struct error *err)
{
	struct strbuf value = STRBUF_INIT;
	int found = config_get(c, key, &value, err);

	if (found >= 0 && (found || value.len))
		print_value(ctx, value.buf);
	else if (!found)
		found = error_set(err, ERR_NO, "config: %s: not set", key);
	strbuf_release(&value);
	return found < 0 ? -1 : 0;
}

static int find_file(struct cmd_ctx *ctx, int user, int writes, struct config *c, struct error *err)
{
	if (user)
		return config_of_user(c, err);
	if (cmd_open_store(ctx, writes ? NEED_STORE_WRITE : NEED_STORE_READ, err))
		return -1;
	config_of_store(ctx->store, c);
	return 0;
}

static int config_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	int unset = 0, user = 0, n, ret;
	const struct opt table[] = {
	    {0, "unset", OPT_FLAG, &unset, NULL, "remove the setting", 0, 0},
	    {0, "user", OPT_FLAG, &user, NULL, "settings of the user instead of the store", 0, 0},
	    {0}};
	struct config c;

	ret = opt_parse(ctx, &cmd_config, table, argc, argv, 0, 2, &n, err);
	if (ret)
		return ret < 0 ? -1 : 0;
	if (unset && !n)
		return error_set(err, ERR_USAGE,
				 "config: missing argument KEY; usage: ssl config [--user] --unset "
				 "KEY [VALUE]");
	if ((unset || n == 2) &&
	    usage_no_table(ctx, "config", "`ssl config` lists the settings", err))
		return -1;
	if (find_file(ctx, user, (unset && n) || n == 2, &c, err))
		return -1;
	if (!unset && n < 2)
		return n ? get(ctx, &c, argv[1], err) : list(ctx, &c, err);
	c.dry = ctx->dry_run;
	if (unset ? config_unset(&c, argv[1], n == 2 ? argv[2] : NULL, err)
		  : config_set(&c, argv[1], argv[2], err))
		return -1;
	log_info("%s: %s%s in %s", argv[1], c.dry ? "would be " : "", unset ? "unset" : "set",
		 c.path);
	return 0;
}
