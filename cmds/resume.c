#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmds/cmd.h"
#include "cmds/execute.h"
#include "core/base/log.h"
#include "core/run/recipe_context.h"
#include "core/run/keys.h"
#include "core/store/query/refs.h"

static int resume_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);

const struct cmd cmd_resume = {
    .name = "resume",
    .summary = "continue a run that was stopped, failed or died",
    .usage = "resume [--device DEVICE] [--engines ENGINES] [-j N] [-n] [--set KEY=VALUE]... REF "
	     "[RECIPE]",
    .needs = NEED_STORE_WRITE,
    .no_table = "`ssl show REF --json` prints what was recorded",
    .run = resume_run,
};

static int is_known(void *ctx, const char *group_hash)
{
	(void)ctx;
	(void)group_hash;
	return 1;
}

/* Loads the recipe that the user expects: RECIPE with the defaults that the run had, or else the
 * recorded recipe, with the settings applied. Since it must equal the run's, rules that were added
 * later do not refuse it. */
static int load_expected(struct cmd_ctx *ctx, struct recipe *out, const struct recipe *recorded,
			 const char *path, const struct opt_list *list, struct error *err)
{
	struct recipe_how how = {.defaults = recorded->defaults, .recorded = 1};
	struct recipe_set set[OPT_LIST_MAX];
	struct recipe_context context;

	recipe_context_of_store(&context, ctx->store);
	context.known = is_known;
	how.context = &context;
	for (int i = 0; i < list->n; i++)
		set[i].text = list->item[i];
	if (path)
		return recipe_load_with(out, keys_schema(), &how, path, set, list->n, err);
	return recipe_changed(out, recorded, keys_schema(), &context, set, list->n, err);
}

static const char *value_of(const struct recipe *r, const char *key)
{
	for (int i = 0; i < r->n; i++)
		if (!strcmp(r->value[i].hp->name, key))
			return r->value[i].text;
	return NULL;
}

/* Appends "KEY is A, the run has B" for every key that differs. */
static void add_differences(const struct recipe *now, const struct recipe *then, struct strbuf *out)
{
	for (int i = 0; i < now->n; i++) {
		const char *key = now->value[i].hp->name, *is = now->value[i].text;
		const char *was = value_of(then, key);

		if (!was || strcmp(is, was))
			strbuf_addf(out, "%s%s is %s, the run has %s", out->len ? "; " : "", key,
				    is, was ? was : "none");
	}
	for (int i = 0; i < then->n; i++)
		if (!value_of(now, then->value[i].hp->name))
			strbuf_addf(out, "%s%s is not set, the run has %s", out->len ? "; " : "",
				    then->value[i].hp->name, then->value[i].text);
}

/* Refuses a recipe that differs from the recorded one: it is another experiment. */
static int check_recipe(struct cmd_ctx *ctx, const struct recipe *recorded, const char *name,
			const char *path, const struct opt_list *list, struct error *err)
{
	struct strbuf what = STRBUF_INIT;
	struct recipe expected;

	if (!path && !list->n)
		return 0;
	if (load_expected(ctx, &expected, recorded, path, list, err))
		return -1;
	add_differences(&expected, recorded, &what);
	if (what.len)
		error_set(err, ERR_USAGE, "resume %s: the recipe differs: %.400s", name, what.buf);
	recipe_release(&expected);
	if (!what.len)
		return 0;
	strbuf_release(&what);
	return -1;
}

static int resume(struct cmd_ctx *ctx, const struct run_row *row, long epoch, const char *path,
		  const struct opt_list *set, const struct run_opts *opts, struct error *err)
{
	struct run r = {.opts = *opts};
	int ret = recipe_from_json(&r.recipe, keys_schema(), row->recipe_json, row->defaults, err);

	if (ret)
		return error_prefix(err, "the recipe of %s", row->name);
	ret = check_recipe(ctx, &r.recipe, row->name, path, set, err);
	if (ret) {
		recipe_release(&r.recipe);
		return ret;
	}
	r.opts.resume_id = row->id;
	r.opts.resume_epoch = epoch >= 0 ? &epoch : NULL;
	r.opts.dataset_sha256 = row->dataset_sha256;
	return cmd_execute_run(ctx, &r, err);
}

static int resume_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct opt_list set = {{0}, 0};
	struct run_opts opts = {0};
	struct engines engines = {0};
	const char *device = NULL, *name = NULL;
	struct run_row row;
	int64_t id;
	long threads = 0, epoch;
	int n, ret;
	const struct opt table[] = {{0, "set", OPT_LIST, &set, "KEY=VALUE",
				     "a value that the recorded recipe must have", 0, 0},
				    {0, "device", OPT_TEXT, &device, "DEVICE",
				     "device that computes: cpu or auto (that of the run)", 0, 0},
				    {0, "engines", OPT_TEXT, &name, "ENGINES",
				     "another table of engines, or none (that of the run)", 0, 0},
				    {'j', "threads", OPT_INT, &threads, "N",
				     "threads (all cores); never changes results", 0, 1024},
				    {0}};

	ret = opt_parse(ctx, &cmd_resume, table, argc, argv, 1, 2, &n, err);
	if (ret)
		return ret < 0 ? -1 : 0;
	if (refs_resolve(ctx->store, argv[1], &id, &epoch, err) ||
	    runs_get(ctx->store, id, &row, err))
		return -1;
	opts.threads = (int)threads;
	opts.engines = &engines;
	ret = cmd_find_device_of(ctx, &row, device, &opts.device, err) ||
		      cmd_find_engines_of(ctx, &row, name, opts.device, &engines, err)
		  ? -1
		  : 0;
	if (!ret)
		ret = resume(ctx, &row, epoch, n > 1 ? argv[2] : NULL, &set, &opts, err);
	engines_release(&engines);
	run_row_release(&row);
	return ret;
}
