/* `ssl schema`: the store's tables and views with their documentation; views of the user. */
#include "cmds/cmd.h"
#include "cmds/usage.h"
#include "core/base/log.h"
#include "core/report/rows.h"
#include "core/store/query/schema_docs.h"
#include "core/store/query/user_views.h"

extern const struct cmd cmd_schema;

static int show(struct cmd_ctx *ctx, const char *table, struct error *err)
{
	struct rows rows;
	struct query_sink sink;
	int ret;

	rows_init(&rows, 0, ctx->format);
	sink = rows_sink(&rows);
	ret = table ? query_columns(ctx->store, table, &sink, err)
		    : query_tables(ctx->store, &sink, err);
	if (!ret)
		table_print(rows.table, ctx->format, ctx->out);
	rows_release(&rows);
	return ret;
}

static int run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	const char *pivot = NULL, *drop = NULL;
	int n, ret;
	const struct opt table[] = {
	    {0, "pivot", OPT_TEXT, &pivot, "VIEW",
	     "create a view of the runs with a column for each hyperparameter", 0, 0},
	    {0, "drop", OPT_TEXT, &drop, "VIEW", "remove a view of yours", 0, 0},
	    {0},
	};

	ret = opt_parse(ctx, &cmd_schema, table, argc, argv, 0, 1, &n, err);
	if (ret)
		return ret < 0 ? -1 : 0;
	if ((pivot != NULL) + (drop != NULL) + (n > 0) > 1)
		return error_set(err, ERR_USAGE,
				 "schema: a table, --pivot and --drop exclude each other");
	if ((pivot || drop) &&
	    usage_no_table(ctx, "schema", "`ssl sql` prints the rows of a view", err))
		return -1;
	if (cmd_open_store(ctx, pivot || drop ? NEED_STORE_WRITE : NEED_STORE_READ, err))
		return -1;
	if (!pivot && !drop)
		return show(ctx, n ? argv[1] : NULL, err);
	if (drop ? user_view_drop(ctx->store, drop, err)
		 : user_view_create_pivot(ctx->store, pivot, ctx->force, err))
		return -1;
	if (ctx->dry_run)
		log_info("view %s: would be %s", drop ? drop : pivot, drop ? "removed" : "created");
	else if (drop)
		log_info("view %s: removed", drop);
	else
		log_info("view %s: created: `ssl sql \"SELECT * FROM %s\"` shows it", pivot, pivot);
	return 0;
}

const struct cmd cmd_schema = {
    .name = "schema",
    .summary = "explain tables and views; create pivot views",
    .usage = "schema [TABLE]\nschema [-f] --pivot VIEW\nschema --drop VIEW",
    .needs = NEED_NOTHING,
    .pages = 1,
    .run = run,
};
