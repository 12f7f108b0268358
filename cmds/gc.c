#include <stdlib.h>

#include "cmds/cmd.h"
#include "core/base/log.h"
#include "core/base/strbuf.h"
#include "core/report/human.h"
#include "core/store/config.h"
#include "core/store/garbage.h"

static int gc_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);

const struct cmd cmd_gc = {
    .name = "gc",
    .summary = "remove files that nothing names any more",
    .usage = "gc [--age SECONDS] [-n]",
    .needs = NEED_NOTHING, /* -n only reads */
    .run = gc_run,
};

struct total {
	struct table *t;
	int n;
	int64_t bytes;
};

static int add_row(void *ctx, const struct garbage *g)
{
	static const char *const kind[] = {"temporary", "file", "row"};
	struct total *sum = ctx;

	table_text(sum->t, kind[g->kind]);
	table_text(sum->t, g->path);
	table_int(sum->t, g->bytes);
	sum->n++;
	sum->bytes += g->bytes;
	return 0;
}

/* --age, else gc.age. */
static int age_of(struct cmd_ctx *ctx, double *age, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	char *end;
	int ret = 0;

	if (*age >= 0)
		return 0;
	if (config_get(ctx->store, "gc.age", &text, err) < 0)
		ret = -1;
	else {
		*age = strtod(text.buf, &end);
		if (!text.len || *end || !(*age >= 0))
			ret = error_set(err, ERR_USAGE,
					"config: gc.age: '%s' is not a number of "
					"seconds",
					text.buf);
	}
	strbuf_release(&text);
	return ret;
}

static int collect(struct cmd_ctx *ctx, double age, struct error *err)
{
	struct total sum = {table_new(), 0, 0};
	struct strbuf size = STRBUF_INIT;
	int ret;

	table_column(sum.t, "kind");
	table_column(sum.t, "path");
	table_column(sum.t, "bytes");
	ret = ctx->dry_run ? garbage_each(ctx->store, age, add_row, &sum, err)
			   : garbage_collect(ctx->store, age, add_row, &sum, err);
	if (sum.n)
		table_print(sum.t, ctx->format, ctx->out);
	human_bytes(sum.bytes, &size);
	if (!ret)
		log_info("%d file%s%s, %s", sum.n, sum.n == 1 ? "" : "s",
			 ctx->dry_run ? " would be removed" : " removed", size.buf);
	strbuf_release(&size);
	table_free(sum.t);
	return ret;
}

static int gc_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	double age = -1;
	const struct opt table[] = {{0, "age", OPT_REAL, &age, "SECONDS",
				     "leave alone what is younger (gc.age, 3600)", 0, 1e9},
				    {0}};
	int ret = opt_parse(ctx, &cmd_gc, table, argc, argv, 0, 0, NULL, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	if (cmd_open_store(ctx, ctx->dry_run ? NEED_STORE_READ : NEED_STORE_WRITE, err) ||
	    age_of(ctx, &age, err))
		return -1;
	return collect(ctx, age, err);
}
