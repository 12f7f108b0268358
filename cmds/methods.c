/* ssl methods: the list of methods. */
#include "cmds/cmd.h"
#include "core/methods/method.h"

static int run_methods(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);

const struct cmd cmd_methods = {
    .name = "methods",
    .summary = "list the methods that can be trained",
    .usage = "methods [options]",
    .needs = NEED_NOTHING,
    .pages = 1,
    .run = run_methods,
};

static int run_methods(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	int n, ret = opt_parse(ctx, &cmd_methods, NULL, argc, argv, 0, 0, &n, err);
	const struct method *m;
	struct table *t;

	if (ret)
		return ret < 0 ? -1 : 0;
	t = table_new();
	table_column(t, "name");
	table_column(t, "title");
	table_column(t, "summary");
	table_column(t, "source");
	for (int i = 0; (m = method_at(i)); i++) {
		table_text(t, m->name);
		table_text(t, m->title);
		table_text(t, m->summary);
		table_text(t, m->source);
	}
	table_print(t, ctx->format, ctx->out);
	table_free(t);
	return 0;
}
