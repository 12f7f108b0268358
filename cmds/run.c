#include <stdio.h>
#include <string.h>

#include "cmds/cmd.h"
#include "cmds/execute.h"
#include "core/run/keys.h"

static int run_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);

const struct cmd cmd_run = {
    .name = "run",
    .summary = "train one encoder by a recipe, and record it",
    .usage =
	"run [-m METHOD] [-d DATASET] [--set KEY=VALUE]... [--seed N] [--name NAME] [--tag TAG]... "
	"[-j N] [-n] [RECIPE]",
    .needs = NEED_NOTHING,
    .run = run_run,
};

/* -m, -d and --seed are short for settings, in front of those of --set. */
static int load_recipe(struct run *r, const char *path, const char *method, const char *dataset,
		       const char *seed, const struct opt_list *list, struct error *err)
{
	struct recipe_set set[OPT_LIST_MAX + 3];
	char text[3][300];
	const char *key[3] = {"method", "data.set", "seed"}, *value[3] = {method, dataset, seed};
	int n = 0;

	for (int i = 0; i < 3; i++) {
		if (!value[i])
			continue;
		snprintf(text[i], sizeof text[i], "%s=%s", key[i], value[i]);
		set[n++].text = text[i];
	}
	for (int i = 0; i < list->n; i++)
		set[n++].text = list->item[i];
	return recipe_load(&r->recipe, keys_schema(), path, set, n, err);
}

static int run_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	const char *method = NULL, *dataset = NULL, *seed = NULL, *name = NULL;
	struct opt_list set = {{0}, 0}, tag = {{0}, 0};
	struct strbuf command = STRBUF_INIT;
	struct run r = {0};
	long threads = 0;
	int n, ret;
	const struct opt table[] = {
	    {'m', "method", OPT_TEXT, &method, "METHOD", "the method: see `ssl methods`", 0, 0},
	    {'d', "data", OPT_TEXT, &dataset, "DATASET", "the dataset: see `ssl data ls`", 0, 0},
	    {0, "set", OPT_LIST, &set, "KEY=VALUE", "a hyperparameter: see `ssl help keys`", 0, 0},
	    {0, "seed", OPT_TEXT, &seed, "N", "the seed", 0, 0},
	    {0, "name", OPT_TEXT, &name, "NAME", "a name instead of a made one", 0, 0},
	    {0, "tag", OPT_LIST, &tag, "TAG", "a tag to find it by", 0, 0},
	    {'j', "threads", OPT_INT, &threads, "N", "threads (all cores); never changes results",
	     0, 1024},
	    {0}};

	cmd_join(&command, argc, argv);
	ret = opt_parse(ctx, &cmd_run, table, argc, argv, 0, 1, &n, err);
	if (ret)
		goto done;
	ret = load_recipe(&r, n ? argv[1] : NULL, method, dataset, seed, &set, err);
	if (ret)
		goto done;
	if (ctx->dry_run) {
		struct strbuf yaml = STRBUF_INIT;

		recipe_yaml(&r.recipe, &yaml);
		fputs(yaml.buf, ctx->out);
		strbuf_release(&yaml);
		run_release(&r);
		goto done;
	}
	ret = cmd_open_store(ctx, NEED_STORE_WRITE, err);
	if (ret) {
		run_release(&r);
		goto done;
	}
	r.opts.name = name;
	r.opts.command = command.buf;
	r.opts.tag = tag.item;
	r.opts.n_tags = tag.n;
	r.opts.threads = (int)threads;
	ret = cmd_execute_run(ctx, &r, err);
done:
	strbuf_release(&command);
	return ret < 0 ? -1 : 0;
}
