/* `ssl device`: the devices of this machine, and the tables of engines of the store. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmds/cmd.h"
#include "cmds/execute.h"
#include "cmds/usage.h"
#include "core/base/cpu.h"
#include "core/base/log.h"
#include "core/report/human.h"
#include "core/run/engines.h"
#include "core/run/keys.h"
#include "core/run/recipe_context.h"
#include "core/tensor/devices.h"

static int device_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);

const struct cmd cmd_device = {
    .name = "device",
    .summary = "list devices, and choose their engines by timing",
    .usage = "device tune [--name NAME] [--set KEY=VALUE]... [--device DEVICE] [-j N] [-n] RECIPE\n"
	     "device ls\n"
	     "device show ENGINES\n"
	     "device rm [-n] ENGINES",
    .needs = NEED_NOTHING, /* each verb opens the store as it needs */
    .run = device_run,
};

struct device_args {
	struct cmd_ctx *ctx;
	char **operand;
	int n;
	const char *name, *device;
	struct opt_list set;
	long threads;
};

/* ---- tune ---- */

static int load_recipe(struct device_args *a, struct recipe *out, struct error *err)
{
	struct recipe_set set[OPT_LIST_MAX];
	struct recipe_context context;
	const struct recipe_how how = {.context = &context};

	recipe_context_of_store(&context, a->ctx->store);
	for (int i = 0; i < a->set.n; i++)
		set[i].text = a->set.item[i];
	return recipe_load_with(out, keys_schema(), &how, a->operand[0], set, a->set.n, err);
}

/* The name of the recipe's file without folder and ending. */
static void name_of_file(const char *path, char *out, size_t size)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	const char *dot = strrchr(base, '.');

	snprintf(out, size, "%.*s", dot ? (int)(dot - base) : (int)strlen(base), base);
}

static void report_table(const struct cmd_ctx *ctx, const char *name, const struct engine_table *t,
			 const struct engine_table_row *row)
{
	double first = 0, chosen = 0;
	int other = 0;

	for (int i = 0; i < t->n; i++) {
		first += t->choice[i].first_seconds;
		chosen += t->choice[i].seconds;
		other += t->choice[i].place > 0;
	}
	log_info("%s: %d operations, %d of them by another engine than the first: one call of each "
		 "takes %.3g ms, by the first engines %.3g ms",
		 row->name, t->n, other, 1e3 * chosen, 1e3 * first);
	if (strcmp(name, row->name) != 0)
		log_info("%s: was there, with the same choices: %s is not needed", row->name, name);
	else if (ctx->dry_run)
		log_info("%s: would be recorded", row->name);
	else
		log_info("%s: recorded: `ssl run --engines %s` computes with it", row->name,
			 row->name);
}

static int tune_recipe(struct device_args *a, const char *name, const struct device *d,
		       struct recipe *recipe, struct error *err)
{
	const int threads = a->threads ? (int)a->threads : cpu_count();
	struct engine_table t = {0};
	struct engine_table_row row;
	char hash[HASH_HEX];
	int ret;

	snprintf(hash, sizeof hash, "%s", recipe->hash);
	if (engines_time(a->ctx->store, recipe, threads, d, &t, err))
		return -1;
	ret = engines_record(a->ctx->store, name, d, hash, &t, &row, err);
	if (!ret)
		report_table(a->ctx, name, &t, &row);
	engine_table_release(&t);
	return ret;
}

static int device_tune(struct device_args *a, struct error *err)
{
	const struct device *d;
	struct recipe recipe;
	char name[300];

	if (usage_no_table(a->ctx, "device tune", "`ssl device show` prints a table", err) ||
	    cmd_find_device(a->device, &d, err) || engines_can_choose(d, err) ||
	    cmd_open_store(a->ctx, NEED_STORE_WRITE, err))
		return -1;
	name_of_file(a->operand[0], name, sizeof name);
	if (a->name)
		snprintf(name, sizeof name, "%s", a->name);
	if (engine_tables_check_name(a->ctx->store, name, err) || load_recipe(a, &recipe, err))
		return -1;
	return tune_recipe(a, name, d, &recipe, err);
}

/* ---- ls ---- */

static void add_devices(struct table *t)
{
	const struct device_kind *kind;

	for (int i = 0; (kind = device_kind_at(i)); i++) {
		struct strbuf text = STRBUF_INIT;
		struct error why;

		if (kind->missing)
			strbuf_addf(&text, "none: %s", kind->missing);
		else if (!kind->get(0, &why))
			strbuf_addf(&text, "none: %s", why.msg);
		else
			kind->describe(&text);
		table_text(t, "device");
		table_text(t, kind->name);
		table_text(t, text.buf);
		table_null(t);
		table_null(t);
		table_null(t);
		strbuf_release(&text);
	}
}

struct listing {
	struct table *table;
	int for_people;
};

static int add_table(void *ctx, const struct engine_table_row *row)
{
	const struct listing *l = ctx;
	struct strbuf text = STRBUF_INIT, created = STRBUF_INIT;

	strbuf_addf(&text, "%s: %s", row->device, row->about);
	if (l->for_people)
		human_time(row->created, &created);
	else
		strbuf_adds(&created, row->created);
	table_text(l->table, "engines");
	table_text(l->table, row->name);
	table_text(l->table, text.buf);
	table_int(l->table, row->engines);
	table_int(l->table, row->attempts);
	table_text(l->table, created.buf);
	strbuf_release(&text);
	strbuf_release(&created);
	return 0;
}

static int device_ls(struct device_args *a, struct error *err)
{
	static const char *const columns[] = {"kind",       "name",     "what",
					      "operations", "attempts", "created"};
	struct listing l = {.for_people = table_is_for_people(a->ctx->format)};
	struct table *t;
	int ret;

	if (cmd_open_store_if_any(a->ctx, err))
		return -1;
	t = l.table = table_new();
	for (unsigned i = 0; i < sizeof columns / sizeof *columns; i++)
		table_column(t, columns[i]);
	add_devices(t);
	ret = a->ctx->store ? engine_tables_each(a->ctx->store, add_table, &l, err) : 0;
	if (!ret)
		table_print(t, a->ctx->format, a->ctx->out);
	table_free(t);
	return ret;
}

/* ---- show ---- */

static struct table *choices_of(const struct engine_row *list, int n)
{
	static const char *const columns[] = {"operation", "place",    "engine",
					      "ms",        "first_ms", "speedup"};
	struct table *t = table_new();

	for (unsigned i = 0; i < sizeof columns / sizeof *columns; i++)
		table_column(t, columns[i]);
	for (int i = 0; i < n; i++) {
		table_text(t, list[i].operation);
		table_int(t, list[i].place);
		table_int(t, list[i].engine);
		table_real(t, 1e3 * list[i].seconds, 4);
		table_real(t, 1e3 * list[i].first_seconds, 4);
		table_real(t, list[i].first_seconds / list[i].seconds, 2);
	}
	return t;
}

static int device_show(struct device_args *a, struct error *err)
{
	struct engine_table_row row;
	struct engine_row *list;
	struct table *t;
	int n;

	if (cmd_open_store(a->ctx, NEED_STORE_READ, err) ||
	    engine_tables_find(a->ctx->store, a->operand[0], &row, err) ||
	    engine_tables_load(a->ctx->store, &row, &list, &n, err))
		return -1;
	t = choices_of(list, n);
	cmd_print(a->ctx, t, "no operation");
	log_info("%s: made on %s: %s", row.name, row.device, row.about);
	table_free(t);
	free(list);
	return 0;
}

/* ---- rm ---- */

static int device_rm(struct device_args *a, struct error *err)
{
	struct engine_table_row row;

	if (usage_no_table(a->ctx, "device rm", "`ssl device ls` lists the tables", err) ||
	    cmd_open_store(a->ctx, NEED_STORE_WRITE, err) ||
	    engine_tables_find(a->ctx->store, a->operand[0], &row, err) ||
	    engine_tables_remove(a->ctx->store, &row, err))
		return -1;
	log_info("%s: %sremoved", row.name, a->ctx->dry_run ? "would be " : "");
	return 0;
}

/* ---- verbs ---- */

static const struct {
	const char *name;
	int (*run)(struct device_args *a, struct error *err);
	int operands;
} verbs[] = {
    {"tune", device_tune, 1}, {"ls", device_ls, 0}, {"show", device_show, 1}, {"rm", device_rm, 1}};
enum { VERBS = sizeof verbs / sizeof *verbs };

static int run_verb(struct device_args *a, const char *verb, struct error *err)
{
	const char *names[VERBS], *near;

	if (strcmp(verb, "tune") != 0 && (a->name || a->device || a->set.n || a->threads))
		return error_set(err, ERR_USAGE,
				 "device %s: --name, --set, --device and -j go with tune", verb);
	for (int i = 0; i < VERBS; i++) {
		names[i] = verbs[i].name;
		if (strcmp(verb, names[i]) != 0)
			continue;
		if (usage_check(&cmd_device, verb, a->operand, a->n, verbs[i].operands,
				verbs[i].operands, err))
			return -1;
		return verbs[i].run(a, err);
	}
	near = nearest_word(verb, names, VERBS);
	if (near)
		return error_set(err, ERR_USAGE, "device %s: no such command: did you mean %s?",
				 verb, near);
	return error_set(err, ERR_USAGE, "device %s: no such command: tune, ls, show or rm", verb);
}

static int device_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct device_args a = {.ctx = ctx};
	const struct opt table[] = {
	    {0, "name", OPT_TEXT, &a.name, "NAME",
	     "a name for the table (that of the recipe's file)", 0, 0},
	    {0, "set", OPT_LIST, &a.set, "KEY=VALUE", "a hyperparameter: see `ssl help keys`", 0,
	     0},
	    {0, "device", OPT_TEXT, &a.device, "DEVICE", "device whose engines are timed (auto)", 0,
	     0},
	    {'j', "threads", OPT_INT, &a.threads, "N", "threads (all cores)", 0, 1024},
	    {0}};
	int n, ret = opt_parse(ctx, &cmd_device, table, argc, argv, 1, 2, &n, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	a.operand = argv + 2;
	a.n = n - 1;
	return run_verb(&a, argv[1], err);
}
