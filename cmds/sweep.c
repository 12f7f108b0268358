/* ssl sweep: a grid of runs. This file reads the arguments and calls the verbs in sweep_*.c. */
#include "cmds/sweep.h"

#include <stdio.h>
#include <string.h>

#include "cmds/execute.h"
#include "cmds/usage.h"
#include "core/base/fs.h"
#include "core/recipe/history.h"
#include "core/run/recipe_context.h"
#include "core/base/log.h"
#include "core/run/keys.h"
#include "core/run/precision.h"

static int sweep_cmd(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);

const struct cmd cmd_sweep = {
    .name = "sweep",
    .summary = "run a grid of recipes and seeds, each exactly once",
    .usage = "sweep plan [-m METHOD] [-d DATASET] [--set KEY=VALUE]... [--grid KEY=V,V]... [--zip "
	     "KEY=V,V]... [--seeds N] [--name NAME] [--device DEVICE] [-j N] [FILE]\n"
	     "sweep start [-m METHOD] [-d DATASET] [--set KEY=VALUE]... [--grid KEY=V,V]... [--zip "
	     "KEY=V,V]... [--seeds N] [--name NAME] [--reuse] [--devices DEVICE,...] "
	     "[--engines ENGINES] [-j N] [-n] [FILE|SWEEP]\n"
	     "sweep status [--watch] [SWEEP]\n"
	     "sweep show [--metric METRIC] [SWEEP]\n"
	     "sweep pause SWEEP\n"
	     "sweep retry [--pruned] [--collapsed] SWEEP\n"
	     "sweep extend [--grid KEY=V,V]... [--seeds N] [-n] SWEEP|FILE\n"
	     "sweep ls\n"
	     "sweep rename SWEEP NAME\n"
	     "sweep rm [-f] [-n] SWEEP ...\n"
	     "sweep rm --restore [-n] SWEEP ...\n"
	     "sweep rm --list",
    .needs = NEED_NOTHING, /* reading or writing: the verb says */
    .run = sweep_cmd,
};

int sweep_is_file(const struct sweep_args *a)
{
	return a->operand && (strchr(a->operand, '/') ||
			      (fs_exists(a->operand, NULL) > 0 && !fs_is_dir(a->operand)) ||
			      strstr(a->operand, ".yaml") || strstr(a->operand, ".yml"));
}

static int read_settings(struct sweep_args *a, struct grid *g, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	const char *key[] = {"method", "data.set"}, *value[] = {a->method, a->dataset};
	int ret = 0;

	for (int i = 0; i < 2 && !ret; i++) {
		if (!value[i])
			continue;
		strbuf_clear(&text);
		strbuf_addf(&text, "%s=%s", key[i], value[i]);
		ret = grid_set(g, text.buf, err);
	}
	for (int i = 0; i < a->set.n && !ret; i++)
		ret = grid_set(g, a->set.item[i], err);
	for (int i = 0; i < a->grid.n && !ret; i++)
		ret = grid_add_axis(g, a->grid.item[i], 0, err);
	for (int i = 0; i < a->zip.n && !ret; i++)
		ret = grid_add_axis(g, a->zip.item[i], 1, err);
	if (!ret && a->seeds)
		ret = grid_add_seeds(g, a->seeds, 0, err);
	strbuf_release(&text);
	return ret;
}

/* Reads the arguments into g as `how` says, complete but not expanded. */
static int read_grid(struct sweep_args *a, const struct recipe_how *how, struct grid *g,
		     struct error *err)
{
	if (!a->operand && !a->method && !a->dataset && !a->seeds && !a->set.n && !a->grid.n &&
	    !a->zip.n)
		return error_set(err, ERR_USAGE,
				 "sweep: of what? give a FILE, or --grid, --seeds, --set, -m, -d");
	grid_init(g, keys_schema(), how);
	if ((a->operand && grid_read(g, a->operand, err)) || read_settings(a, g, err))
		return -1;
	if (a->name)
		g->name = a->name;
	return grid_finish(g, err) || sweep_goal_settle(g, err) ? -1 : 0;
}

int sweep_read(struct sweep_args *a, int defaults, int recorded, struct grid *g,
	       struct sweep_plan *p, struct error *err)
{
	struct recipe_how how = {.defaults = defaults, .recorded = recorded};

	memset(p, 0, sizeof *p);
	memset(g, 0, sizeof *g);
	if (a->extends.sweep)
		recipe_context_of_sweep(&a->context, &a->extends);
	else
		recipe_context_of_store(&a->context, a->ctx->store);
	how.context = &a->context;
	return read_grid(a, &how, g, err) || sweep_plan_make(p, g, err) ? -1 : 0;
}

/* Do both come to the same cells, by the same exec and objective, in whatever order they say it? */
static int has_same_cells(struct grid *a, struct grid *b)
{
	struct strbuf x = STRBUF_INIT, y = STRBUF_INIT;
	struct sweep_plan p = {0}, q = {0};
	int same;

	recipe_json_keys(&a->exec, &x);
	recipe_json_keys(&b->exec, &y);
	same = !strcmp(x.buf, y.buf) && !grid_finish(b, NULL) && !sweep_plan_make(&p, a, NULL) &&
	       !sweep_plan_make(&q, b, NULL) && sweep_plan_equals(&p, &q);
	sweep_plan_release(&p);
	sweep_plan_release(&q);
	strbuf_release(&x);
	strbuf_release(&y);
	return same;
}

/* Does the grid equal the sweep as it was started, or as it is now? An older version of ssl may
 * have written the same grid differently, so the recorded one is also read and written again. */
static int is_same(const struct sweep_row *w, struct grid *g)
{
	struct strbuf spec = STRBUF_INIT, theirs = STRBUF_INIT;
	struct grid old;
	char hash[HASH_HEX];
	int same = w->defaults == g->how.defaults;

	grid_json(g, &spec);
	hash_buffer(spec.buf, spec.len, hash);
	if (same && strcmp(hash, w->first_spec_hash) && strcmp(spec.buf, w->spec)) {
		grid_init(&old, keys_schema(), &g->how);
		same = !grid_from_json(&old, w->spec, NULL);
		old.name = g->name;
		if (same)
			grid_json(&old, &theirs);
		same = same && (!strcmp(spec.buf, theirs.buf) || has_same_cells(g, &old));
		grid_release(&old);
	}
	strbuf_release(&spec);
	strbuf_release(&theirs);
	return same;
}

/* Finds the recorded sweep of the name that the arguments give or, if they give none, generate with
 * these defaults. *same: the arguments describe it. */
static int recall(struct sweep_args *a, const struct recipe_how *how, struct sweep_row *w,
		  int *same, struct error *err)
{
	struct grid g = {0};
	struct sweep_plan p = {0};
	int ret = read_grid(a, how, &g, err);

	if (!ret && !g.name)
		ret = sweep_plan_make(&p, &g, err);
	if (!ret)
		ret = sweeps_find(a->ctx->store, g.name, w, err);
	if (!ret)
		*same = is_same(w, &g);
	sweep_plan_release(&p);
	grid_release(&g);
	return ret;
}

int sweep_recall(struct sweep_args *a, struct sweep_row *w, int *same, struct error *err)
{
	struct recipe_how how = {.recorded = 1, .defaults = keys_schema()->history->defaults};
	struct error none;
	int there = 0;

	*same = 0;
	recipe_context_of_store(&a->context, a->ctx->store);
	how.context = &a->context;
	for (; how.defaults > 0 && !*same; how.defaults--) {
		struct sweep_row row;

		if (recall(a, &how, &row, same, &none)) {
			if (none.code == ERR_USAGE || none.code == ERR_NOT_FOUND)
				continue;
			if (there)
				sweep_row_release(w);
			*err = none; /* the store, or the machine, not the sweep */
			return -1;
		}
		if (there)
			sweep_row_release(w);
		*w = row;
		there = 1;
	}
	return there;
}

void sweep_warn_goal(const struct sweep_row *w)
{
	struct strbuf text = STRBUF_INIT;
	struct error none;

	if (!sweep_goal_remark(w, &text, &none) && text.len)
		log_warn("%s", text.buf);
	strbuf_release(&text);
}

static void report_line(const char *text)
{
	log_info("%s", text);
}

int sweep_check(struct sweep_args *a, const struct grid *g, struct sweep_plan *p, struct error *err)
{
	if (sweep_plan_check(p, &g->exec, a->ctx->store, !g->how.recorded, report_line, err) ||
	    sweep_goal_check(g, err))
		return -1;
	if (!a->ctx->store)
		log_info("there is no store here: nothing was checked against the datasets");
	for (int i = 0; i < g->n_remarks; i++)
		report_line(g->remark[i]);
	sweep_report_special(p);
	return 0;
}

void sweep_report_special(const struct sweep_plan *p)
{
	int n = sweep_plan_special(p);

	if (n)
		log_info("%d of %d point%s need%s %s: the precision is tf32 or bf16", n, p->points,
			 p->points == 1 ? "" : "s", n == 1 ? "s" : "", precision_needs("bf16"));
}

static const struct {
	const char *name;
	int (*run)(struct sweep_args *a, struct error *err);
	int min, max; /* operands */
} verbs[] = {
    {"plan", sweep_plan, 0, 1},      {"start", sweep_start, 0, 1}, {"status", sweep_status, 0, 1},
    {"pause", sweep_pause, 1, 1},    {"retry", sweep_retry, 1, 1}, {"extend", sweep_extend, 1, 1},
    {"ls", sweep_ls, 0, 0},          {"show", sweep_show, 0, 1},   {"rename", sweep_rename, 2, 2},
    {"rm", sweep_rm, 0, SWEEPS_MAX},
};
#define VERB_LIST "plan, start, status, show, pause, retry, extend, ls, rename or rm"
enum { VERBS = sizeof verbs / sizeof *verbs };

/* Does the verb print no table? */
static int has_no_table(const char *verb)
{
	return !strcmp(verb, "start") || !strcmp(verb, "pause") || !strcmp(verb, "retry") ||
	       !strcmp(verb, "extend");
}

static int run_verb(struct sweep_args *a, const char *verb, struct error *err)
{
	const char *names[VERBS], *near;

	for (int i = 0; i < VERBS; i++) {
		names[i] = verbs[i].name;
		if (strcmp(verb, names[i]))
			continue;
		if (usage_check(&cmd_sweep, verb, a->operands, a->n_operands, verbs[i].min,
				verbs[i].max, err))
			return -1;
		/* start -n is plan, which prints one */
		if (has_no_table(verb) && !(a->ctx->dry_run && !strcmp(verb, "start")) &&
		    usage_no_table(a->ctx, verb, "`ssl sweep status` lists the cells", err))
			return -1;
		return verbs[i].run(a, err);
	}
	near = nearest_word(verb, names, VERBS);
	if (near)
		return error_set(err, ERR_USAGE, "sweep %s: no such command: did you mean %s?",
				 verb, near);
	return error_set(err, ERR_USAGE, "sweep %s: no such command: " VERB_LIST, verb);
}

/* Opens the devices that the workers will use; the first is what the cells are checked against. */
static int find_devices(struct sweep_args *a, const char *verb, struct error *err)
{
	const char *rest = a->devices;
	int ret;

	if (a->engines && strcmp(verb, "start") != 0)
		return error_set(err, ERR_USAGE, "sweep %s: --engines goes with start", verb);
	if (strcmp(verb, "plan") && strcmp(verb, "start"))
		return a->devices ? error_set(err, ERR_USAGE,
					      "sweep %s: --device goes with plan and start", verb)
				  : 0;
	ret = rest ? 0 : cmd_find_device(NULL, &a->device, err);
	while (!ret && rest) {
		const size_t n = strcspn(rest, ",");
		const struct device *device;
		char name[64];

		snprintf(name, sizeof name, "%.*s", (int)n, rest);
		ret = cmd_find_device(name, &device, err);
		if (!ret && rest == a->devices)
			a->device = device;
		rest = rest[n] ? rest + n + 1 : NULL;
	}
	return ret;
}

static int sweep_cmd(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct sweep_args a = {.ctx = ctx};
	struct strbuf command = STRBUF_INIT;
	const char *several = NULL;
	const struct opt table[] = {
	    {'m', "method", OPT_TEXT, &a.method, "METHOD", "the method of every cell", 0, 0},
	    {'d', "data", OPT_TEXT, &a.dataset, "DATASET", "the dataset of every cell", 0, 0},
	    {0, "set", OPT_LIST, &a.set, "KEY=VALUE", "a hyperparameter of every cell", 0, 0},
	    {0, "grid", OPT_LIST, &a.grid, "KEY=V,V",
	     "an axis of the grid: all combinations are run", 0, 0},
	    {0, "zip", OPT_LIST, &a.zip, "KEY=V,V",
	     "an axis varied together with the other --zip axes", 0, 0},
	    {0, "seeds", OPT_TEXT, &a.seeds, "N", "number of seeds, or a list: 1,4,7", 0, 0},
	    {0, "name", OPT_TEXT, &a.name, "NAME", "name of the sweep", 0, 0},
	    {0, "device", OPT_TEXT, &a.devices, "DEVICE",
	     "device that computes: cpu or auto (auto)", 0, 0},
	    {0, "devices", OPT_TEXT, &several, "DEVICE,...",
	     "the same of several, which the workers get in turn", 0, 0},
	    {0, "engines", OPT_TEXT, &a.engines, "ENGINES",
	     "start: a table of engines (that of the cells so far)", 0, 0},
	    {'j', "workers", OPT_INT, &a.workers, "N",
	     "worker processes, which share the cores (1)", 1, 256},
	    {0, "reuse", OPT_FLAG, &a.reuse, NULL, "use finished runs of the same recipe as cells",
	     0, 0},
	    {0, "pruned", OPT_FLAG, &a.pruned, NULL, "retry: pruned cells", 0, 0},
	    {0, "collapsed", OPT_FLAG, &a.collapsed, NULL, "retry: cells whose run collapsed", 0,
	     0},
	    {0, "metric", OPT_TEXT, &a.metric, "METRIC", "show: METRIC instead of the objective", 0,
	     0},
	    {0, "watch", OPT_FLAG, &a.watch, NULL,
	     "status: keep watching until the sweep is finished", 0, 0},
	    {0, "restore", OPT_FLAG, &a.restore, NULL, "rm: restore the sweeps from the trash", 0,
	     0},
	    {0, "list", OPT_FLAG, &a.list, NULL, "rm: list the sweeps in the trash", 0, 0},
	    {0}};
	int n = 0, ret;

	cmd_join(&command, argc, argv);
	ret = opt_parse(ctx, &cmd_sweep, table, argc, argv, 1, 1 + SWEEPS_MAX, &n, err);
	a.command = command.buf;
	a.operands = argv + 2;
	a.n_operands = n > 1 ? n - 1 : 0;
	a.operand = n > 1 ? argv[2] : NULL;
	if (!a.workers)
		a.workers = 1;
	if (!ret && a.devices && several)
		ret =
		    error_set(err, ERR_USAGE, "sweep %s: --device or --devices, not both", argv[1]);
	a.devices = several ? several : a.devices;
	if (!ret)
		ret = find_devices(&a, argv[1], err);
	if (!ret)
		ret = run_verb(&a, argv[1], err) ? -1 : 0;
	strbuf_release(&command);
	return ret < 0 ? -1 : 0;
}
