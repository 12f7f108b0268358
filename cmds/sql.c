/* `ssl sql`: the store is a database, and this asks it. */
#include <stdio.h>
#include <string.h>

#include "cmds/cmd.h"
#include "core/base/strbuf.h"
#include "core/report/rows.h"

extern const struct cmd cmd_sql;

static int read_stdin(struct strbuf *out, struct error *err)
{
	char buf[4096];
	size_t n;

	while ((n = fread(buf, 1, sizeof buf, stdin)) > 0)
		strbuf_add(out, buf, n);
	return ferror(stdin) ? error_errno(err, ERR_FAILED, "standard input") : 0;
}

static int query(struct cmd_ctx *ctx, const char *sql, double seconds, struct error *err)
{
	struct rows rows;
	struct query_sink sink;
	int ret;

	rows_init(&rows, 0, ctx->format);
	sink = rows_sink(&rows);
	ret = query_user(ctx->store, sql, seconds, &sink, err);
	if (!ret)
		table_print(rows.table, ctx->format, ctx->out);
	rows_release(&rows);
	return ret;
}

static int run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct strbuf sql = STRBUF_INIT;
	double seconds = 60;
	const struct opt table[] = {
	    {0, "time-limit", OPT_REAL, &seconds, "SECONDS", "stop after this long (60); 0: never",
	     0, 1e9},
	    {0},
	};
	int ret = opt_parse(ctx, &cmd_sql, table, argc, argv, 1, 1, NULL, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	if (strcmp(argv[1], "-"))
		strbuf_adds(&sql, argv[1]);
	else
		ret = read_stdin(&sql, err);
	if (!ret)
		ret = query(ctx, sql.buf, seconds, err);
	strbuf_release(&sql);
	return ret;
}

const struct cmd cmd_sql = {
    .name = "sql",
    .summary = "ask the store in SQL, read-only",
    .usage = "sql [--time-limit SECONDS] SQL\nsql [--time-limit SECONDS] -",
    .needs = NEED_STORE_READ,
    .run = run,
};
