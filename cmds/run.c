#include <stdio.h>
#include <string.h>

#include "cmds/cmd.h"
#include "cmds/execute.h"
#include "core/run/recipe_context.h"
#include "core/run/keys.h"
#include "core/store/query/refs.h"
#include "core/store/runs.h"

static int run_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);

const struct cmd cmd_run = {
    .name = "run",
    .summary = "train one encoder according to a recipe, and record the run",
    .usage =
	"run [-m METHOD] [-d DATASET] [--like REF] [--set KEY=VALUE]... [--seed N] [--name NAME] "
	"[--tag TAG]... [--device DEVICE] [--engines ENGINES] [-j N] "
	"[--profile] [-n] [RECIPE]",
    .needs = NEED_NOTHING,
    .no_table = "`ssl show @ --json` prints what was recorded",
    .run = run_run,
};

struct run_args {
	const char *path, *like, *method, *dataset, *seed, *name, *device, *engines;
	struct opt_list set, tag;
	long threads;
	int profile;
};

/* Loads the recorded recipe of the run REF and applies the settings: a replicate of the run, or a
 * variation. */
static int load_like(struct cmd_ctx *ctx, const char *ref, const struct recipe_context *context,
		     const struct recipe_set *set, int n, struct recipe *out, struct error *err)
{
	struct recipe from;
	struct run_row row;
	int64_t id;
	long epoch;
	int ret;

	if (refs_resolve(ctx->store, ref, &id, &epoch, err) || runs_get(ctx->store, id, &row, err))
		return -1;
	ret = recipe_from_json(&from, keys_schema(), row.recipe_json, row.defaults, err);
	if (!ret) {
		ret = recipe_changed(out, &from, keys_schema(), context, set, n, err);
		recipe_release(&from);
	} else {
		error_prefix(err, "the recipe of %s", row.name);
	}
	run_row_release(&row);
	return ret;
}

/* -m, -d and --seed are short for settings that come before those of --set. */
static int load_recipe(struct cmd_ctx *ctx, const struct run_args *a, struct recipe *out,
		       struct error *err)
{
	struct recipe_set set[OPT_LIST_MAX + 3];
	char text[3][300];
	const char *key[3] = {"method", "data.set", "seed"};
	const char *value[3] = {a->method, a->dataset, a->seed};
	struct recipe_context context;
	const struct recipe_how how = {.context = &context};
	int n = 0;

	recipe_context_of_store(&context, ctx->store);
	for (int i = 0; i < 3; i++) {
		if (!value[i])
			continue;
		snprintf(text[i], sizeof text[i], "%s=%s", key[i], value[i]);
		set[n++].text = text[i];
	}
	for (int i = 0; i < a->set.n; i++)
		set[n++].text = a->set.item[i];
	if (a->like)
		return load_like(ctx, a->like, &context, set, n, out, err);
	return recipe_load_with(out, keys_schema(), &how, a->path, set, n, err);
}

static void print_recipe(struct cmd_ctx *ctx, const struct recipe *rc)
{
	struct strbuf yaml = STRBUF_INIT;

	recipe_yaml(rc, &yaml);
	fputs(yaml.buf, ctx->out);
	strbuf_release(&yaml);
}

/* An error in the recipe is reported before a missing store. A dry run needs no store, except with
 * --like. */
static int open_and_load(struct cmd_ctx *ctx, const struct run_args *a, struct recipe *out,
			 struct error *err)
{
	struct error why = {0};
	int closed = ctx->dry_run && !a->like ? cmd_open_store_if_any(ctx, &why)
					      : cmd_open_store(ctx, NEED_STORE_WRITE, &why);

	if (closed && a->like) {
		*err = why;
		return -1;
	}
	if (load_recipe(ctx, a, out, err))
		return -1;
	if (!closed)
		return 0;
	recipe_release(out);
	*err = why;
	return -1;
}

static int execute(struct cmd_ctx *ctx, const struct run_args *a, const char *command,
		   struct error *err)
{
	struct engines engines = {0};
	struct run r = {.opts.engines = &engines};
	int ret;

	if (a->like && a->path)
		return error_set(err, ERR_USAGE, "run: --like %s or RECIPE, not both", a->like);
	if (cmd_find_device(a->device, &r.opts.device, err) ||
	    open_and_load(ctx, a, &r.recipe, err))
		return -1;
	ret = cmd_check_recipe(ctx, &r.recipe, err);
	if (!ret && ctx->store)
		ret = cmd_find_engines(ctx, a->engines, r.opts.device, &engines, err);
	if (ret) {
		run_release(&r);
		return ret;
	}
	if (ctx->dry_run)
		print_recipe(ctx, &r.recipe);
	r.opts.name = a->name;
	r.opts.command = command;
	r.opts.tag = a->tag.item;
	r.opts.n_tags = a->tag.n;
	r.opts.threads = (int)a->threads;
	r.opts.profile = a->profile;
	ret = cmd_execute_run(ctx, &r, err);
	engines_release(&engines);
	return ret;
}

static int run_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct run_args a = {0};
	struct strbuf command = STRBUF_INIT;
	int n, ret;
	const struct opt table[] = {
	    {'m', "method", OPT_TEXT, &a.method, "METHOD", "the method: see `ssl methods`", 0, 0},
	    {'d', "data", OPT_TEXT, &a.dataset, "DATASET", "the dataset: see `ssl data ls`", 0, 0},
	    {0, "like", OPT_TEXT, &a.like, "REF", "start from the recipe of a recorded run", 0, 0},
	    {0, "set", OPT_LIST, &a.set, "KEY=VALUE", "a hyperparameter: see `ssl help keys`", 0,
	     0},
	    {0, "seed", OPT_TEXT, &a.seed, "N", "the seed", 0, 0},
	    {0, "name", OPT_TEXT, &a.name, "NAME",
	     "a name for the run (default: generated, as calm-otter)", 0, 0},
	    {0, "tag", OPT_LIST, &a.tag, "TAG", "a tag for the run", 0, 0},
	    {0, "device", OPT_TEXT, &a.device, "DEVICE", "device that computes: cpu or auto (auto)",
	     0, 0},
	    {0, "engines", OPT_TEXT, &a.engines, "ENGINES",
	     "a table of engines: see `ssl device ls` (none)", 0, 0},
	    {'j', "threads", OPT_INT, &a.threads, "N", "threads (all cores); never changes results",
	     0, 1024},
	    {0, "profile", OPT_FLAG, &a.profile, NULL, "report where the time of a step goes", 0,
	     0},
	    {0}};

	cmd_join(&command, argc, argv);
	ret = opt_parse(ctx, &cmd_run, table, argc, argv, 0, 1, &n, err);
	if (!ret) {
		a.path = n ? argv[1] : NULL;
		ret = execute(ctx, &a, command.buf, err);
	}
	strbuf_release(&command);
	return ret < 0 ? -1 : 0;
}
