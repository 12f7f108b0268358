#include "cmds/brief.h"
#include "cmds/cmd.h"
#include "core/base/log.h"
#include "core/base/strbuf.h"
#include "core/report/human.h"
#include "core/store/config.h"
#include "core/store/upkeep/garbage.h"

static int gc_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);

const struct cmd cmd_gc = {
    .name = "gc",
    .summary = "remove files that nothing refers to",
    .usage = "gc [--age SECONDS] [-n]",
    .needs = NEED_STORE_WRITE,
    .run = gc_run,
};

struct total {
	struct table *t;
	struct brief brief;
	int n;
	int64_t bytes;
};

static int add_row(void *ctx, const struct garbage *g)
{
	static const char *const kind[] = {"temporary", "file", "row"};
	struct total *sum = ctx;

	if (brief_shows(&sum->brief, kind[g->kind], "")) {
		table_text(sum->t, kind[g->kind]);
		table_text(sum->t, g->path);
		table_int(sum->t, g->bytes);
	}
	sum->n++;
	sum->bytes += g->bytes;
	return 0;
}

/* Adds a row for each kind of which not all are listed. */
static void add_counts(struct total *sum)
{
	char text[64];

	for (int i = 0; i < sum->brief.n; i++) {
		const struct brief_kind *k = &sum->brief.kind[i];

		if (!brief_is_cut(&sum->brief, k))
			continue;
		snprintf(text, sizeof text, "%ld in all: -v lists them", k->n);
		table_text(sum->t, k->word[0]);
		table_text(sum->t, text);
		table_null(sum->t);
	}
}

static int collect(struct cmd_ctx *ctx, double age, struct error *err)
{
	struct total sum = {table_new(), {.ctx = ctx}, 0, 0};
	struct strbuf size = STRBUF_INIT;
	int ret;

	table_column(sum.t, "kind");
	table_column(sum.t, "path");
	table_column(sum.t, "bytes");
	ret = ctx->dry_run ? garbage_each(ctx->store, age, add_row, &sum, err)
			   : garbage_collect(ctx->store, age, add_row, &sum, err);
	add_counts(&sum);
	cmd_print(ctx, sum.t, NULL);
	human_bytes(sum.bytes, &size);
	if (!ret)
		log_info("%d file%s%s, %s", sum.n, sum.n == 1 ? "" : "s",
			 ctx->dry_run ? " would be removed" : " removed", size.buf);
	strbuf_release(&size);
	table_free(sum.t);
	brief_release(&sum.brief);
	return ret;
}

static int gc_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	double age = -1;
	const struct opt table[] = {{0, "age", OPT_REAL, &age, "SECONDS",
				     "keep younger files (default: gc.age, 3600)", 0, 1e9},
				    {0}};
	struct config c;
	int ret = opt_parse(ctx, &cmd_gc, table, argc, argv, 0, 0, NULL, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	config_of_store(ctx->store, &c);
	if (age < 0 && config_seconds(&c, "gc.age", &age, err))
		return -1;
	return collect(ctx, age, err);
}
