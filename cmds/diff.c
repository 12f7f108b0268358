/* `ssl diff`: the differences of two runs, and the step at which their series diverge. */
#include <stdio.h>
#include <string.h>

#include "cmds/cmd.h"
#include "core/base/log.h"
#include "core/report/rows.h"
#include "core/store/query/refs.h"
#include "core/store/query/metric_caveats.h"
#include "core/store/runs.h"

extern const struct cmd cmd_diff;

/* Prints rows for people: a block for each section, which is the first column of a row. */
struct blocks {
	struct cmd_ctx *ctx;
	const char *const *column; /* names of the others */
	char section[32];
	struct table *table;
	int at;
};

enum { COLUMNS = 6 };

static void end_block(struct blocks *b)
{
	if (!b->table)
		return;
	fprintf(b->ctx->out, "%s\n", b->section);
	table_print(b->table, TABLE_TEXT, b->ctx->out);
	table_free(b->table);
	b->table = NULL;
}

static void begin_block(struct blocks *b, const char *section)
{
	if (b->table) {
		end_block(b);
		fputc('\n', b->ctx->out);
	}
	snprintf(b->section, sizeof b->section, "%s", section);
	b->table = table_new();
	for (int i = 1; i < COLUMNS; i++)
		table_column(b->table, b->column[i]);
}

static void add_column(void *ctx, const char *name)
{
	(void)ctx;
	(void)name;
}

static void add_text(void *ctx, const char *s)
{
	struct blocks *b = ctx;

	if (b->at++ % COLUMNS)
		table_text(b->table, s);
	else if (!b->table || strcmp(b->section, s))
		begin_block(b, s);
}

static void add_integer(void *ctx, int64_t v)
{
	struct blocks *b = ctx;

	b->at++;
	table_int(b->table, v);
}

static void add_real(void *ctx, double v)
{
	struct blocks *b = ctx;

	b->at++;
	table_real(b->table, v, TABLE_SIX);
}

static int print_blocks(struct cmd_ctx *ctx, int64_t a, int64_t b, const char *const *column,
			int *differ, struct error *err)
{
	struct blocks blocks = {.ctx = ctx, .column = column};
	const struct query_sink sink = {&blocks, add_column, add_text, add_integer, add_real};
	int ret = query_diff(ctx->store, a, b, &sink, err);

	if (!ret)
		end_block(&blocks);
	table_free(blocks.table);
	*differ = blocks.at > 0;
	return ret;
}

static int print_table(struct cmd_ctx *ctx, int64_t a, int64_t b, int *differ, struct error *err)
{
	struct rows rows;
	struct query_sink sink;
	int ret;

	rows_init(&rows, 0, ctx->format);
	sink = rows_sink(&rows);
	ret = query_diff(ctx->store, a, b, &sink, err);
	if (!ret)
		table_print(rows.table, ctx->format, ctx->out);
	*differ = !ret && table_rows(rows.table) > 0;
	rows_release(&rows);
	return ret;
}

static int run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct run_row a = {0}, b = {0};
	struct strbuf remarks = STRBUF_INIT;
	int64_t id[2];
	long epoch;
	int differ = 0, ret = opt_parse(ctx, &cmd_diff, NULL, argc, argv, 2, 2, NULL, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	for (int i = 0; i < 2; i++) {
		if (refs_resolve(ctx->store, argv[1 + i], &id[i], &epoch, err))
			return -1;
		if (epoch >= 0)
			return error_set(err, ERR_USAGE,
					 "diff: %s: runs are compared whole, without @epoch",
					 argv[1 + i]);
	}
	ret = runs_get(ctx->store, id[0], &a, err) || runs_get(ctx->store, id[1], &b, err) ? -1 : 0;
	if (!ret && ctx->format == TABLE_TEXT) {
		const char *const column[COLUMNS] = {"",     "name",       a.name,
						     b.name, "difference", "step"};

		ret = print_blocks(ctx, id[0], id[1], column, &differ, err);
	} else if (!ret) {
		ret = print_table(ctx, id[0], id[1], &differ, err);
	}
	if (!ret && !differ)
		log_info("%s and %s are the same", a.name, b.name);
	if (!ret)
		ret = metric_caveats_pair(ctx->store, id[0], id[1], &remarks, err);
	if (!ret)
		cmd_remarks(remarks.buf);
	strbuf_release(&remarks);
	run_row_release(&a);
	run_row_release(&b);
	return ret ? -1 : differ ? ERR_NO : 0;
}

const struct cmd cmd_diff = {
    .name = "diff",
    .summary = "show what two runs differ in, and where their series diverge",
    .usage = "diff REF REF",
    .needs = NEED_STORE_READ,
    .pages = 1,
    .run = run,
};
