/* ssl data: datasets of the store. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmds/cmd.h"
#include "cmds/data.h"
#include "cmds/pager.h"
#include "cmds/usage.h"
#include "core/base/log.h"
#include "core/base/terminal.h"
#include "core/data/dataset.h"
#include "core/recipe/recipe.h"
#include "core/report/human.h"
#include "core/run/check.h"
#include "core/run/datasets.h"
#include "core/store/datasets.h"
#include "core/store/object.h"

static int run_data(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);

const struct cmd cmd_data = {
    .name = "data",
    .summary = "add, list, check and remove datasets",
    .usage = "data add [--size N] [--split FOLDER=SPLIT ...] [--no-splits] [--class-depth N] "
	     "[--exclude PATTERN ...] "
	     "[--skip-bad[=N|P%]] [-f] [-n] NAME PATH\n"
	     "data add --shapes [--seed S] [--train N] [--test N] [-f] [-n] NAME\n"
	     "data ls\n"
	     "data show NAME\n"
	     "data show --plan [--image N] [--epoch N] [--view a|b] [--seed S] "
	     "[--set KEY=VALUE ...] NAME [RECIPE]\n"
	     "data rm [-f] [-n] NAME\n"
	     "data verify [NAME ...]",
    .needs = NEED_NOTHING, /* each verb opens the store as it needs */
    .run = run_data,
};

enum { OPERANDS_MAX = 1000, IMAGES_MAX = 10000000 };

/* ls */

struct listing {
	struct table *table;
	int for_people;
};

static void add_bytes(const struct listing *l, int64_t bytes)
{
	struct strbuf text = STRBUF_INIT;

	if (!l->for_people) {
		table_int(l->table, bytes);
		return;
	}
	human_bytes(bytes, &text);
	table_text(l->table, text.buf);
	strbuf_release(&text);
}

static int ls_row(void *ctx, const struct dataset_row *row)
{
	struct listing *l = ctx;
	struct table *t = l->table;
	struct strbuf created = STRBUF_INIT;
	char shape[48];

	snprintf(shape, sizeof shape, "%dx%dx%d", row->width, row->height, row->channels);
	table_text(t, row->name);
	table_text(t, shape);
	table_int(t, row->classes);
	table_int(t, row->n_train);
	table_int(t, row->n_test);
	table_int(t, row->n_unlabeled);
	table_int(t, row->n_val);
	add_bytes(l, row->bytes);
	table_int(t, row->runs);
	if (l->for_people)
		human_time(row->created, &created);
	else
		strbuf_adds(&created, row->created);
	table_text(t, created.buf);
	strbuf_release(&created);
	table_text(t, row->sha256);
	return 0;
}

static int gone_row(void *ctx, const char *label, int64_t runs)
{
	(void)ctx;
	log_info("%s: replaced or removed; %lld run%s used it", label, (long long)runs,
		 runs == 1 ? "" : "s");
	return 0;
}

static int data_ls(struct data_args *a, struct error *err)
{
	static const char *const columns[] = {"name", "image",     "classes", "train",
					      "test", "unlabeled", "val",     "bytes",
					      "runs", "created",   "hash"};
	struct listing l = {.for_people = table_is_for_people(a->ctx->format)};
	struct table *t;
	int ret;

	if (usage_check(&cmd_data, "ls", a->name, a->n, 0, 0, err))
		return -1;
	if (cmd_open_store(a->ctx, NEED_STORE_READ, err))
		return -1;
	t = l.table = table_new();
	for (unsigned i = 0; i < sizeof columns / sizeof *columns; i++)
		table_column(t, columns[i]);
	pager_start(a->ctx);
	ret = datasets_each(a->ctx->store, ls_row, &l, err);
	if (!ret)
		table_print(t, a->ctx->format, a->ctx->out);
	if (!ret && l.for_people)
		ret = datasets_gone(a->ctx->store, gone_row, NULL, err);
	table_free(t);
	return ret;
}

/* show */

/* Finds the row; explains `shapes`, which is built in but made only when it is first used. */
static int find_row(struct data_args *a, const char *name, struct dataset_row *row,
		    struct error *err)
{
	struct error why = {0};

	if (!datasets_find(a->ctx->store, name, row, &why))
		return 0;
	if (why.code == ERR_NOT_FOUND && !strcmp(name, DATASET_SHAPES))
		return error_set(
		    err, ERR_NOT_FOUND,
		    "dataset shapes: built in, but not made yet: its first run makes it, or "
		    "`ssl data add shapes --shapes`");
	*err = why;
	return -1;
}

static void print_row(FILE *out, const struct dataset_row *r)
{
	struct strbuf created = STRBUF_INIT;

	terminal_line(out, "name       %s", r->name);
	terminal_line(out, "hash       %s", r->sha256);
	terminal_line(out, "source     %s", r->source);
	if (r->source_sha256[0])
		terminal_line(out, "of hash    %s", r->source_sha256);
	human_time(r->created, &created);
	terminal_line(out, "created    %s", created.buf);
	strbuf_release(&created);
	fprintf(out, "bytes      %lld\n", (long long)r->bytes);
	fprintf(out, "image      %dx%dx%d\n", r->width, r->height, r->channels);
	fprintf(out, "train      %lld\n", (long long)r->n_train);
	fprintf(out, "val        %lld\n", (long long)r->n_val);
	fprintf(out, "test       %lld\n", (long long)r->n_test);
	fprintf(out, "unlabeled  %lld\n", (long long)r->n_unlabeled);
	fprintf(out, "skipped    %lld\n", (long long)r->n_skipped);
	fprintf(out, "runs       %lld\n", (long long)r->runs);
	fprintf(out, "classes    %d\n", r->classes);
}

static int add_skipped(void *ctx, const char *file, const char *why)
{
	table_text(ctx, file);
	table_text(ctx, why);
	return 0;
}

/* Prints the files that the import left out, and why. */
static int print_skipped(struct data_args *a, const struct dataset_row *row, struct error *err)
{
	struct table *t = table_new();
	int ret;

	table_column(t, "skipped");
	table_column(t, "why");
	ret = datasets_skipped(a->ctx->store, row->id, add_skipped, t, err);
	if (!ret) {
		table_print(t, a->ctx->format, a->ctx->out);
		fputc('\n', a->ctx->out);
	}
	table_free(t);
	return ret;
}

/* A table with the number of images of each class; val only if the dataset has that split. */
static struct table *class_table(const struct dataset *d)
{
	struct table *t = table_new();
	size_t n = (size_t)d->classes;
	int64_t *count = xcalloc(SPLIT_COUNT * n + 1, sizeof *count);

	for (size_t s = 0; s < SPLIT_COUNT; s++)
		for (uint32_t i = 0; s != SPLIT_UNLABELED && i < d->n[s]; i++)
			count[s * n + (size_t)d->labels[s][i]]++;
	table_column(t, "class");
	table_column(t, "name");
	table_column(t, "train");
	table_column(t, "test");
	if (d->n[SPLIT_VAL])
		table_column(t, "val");
	for (size_t k = 0; k < n; k++) {
		table_int(t, (int64_t)k);
		table_text(t, d->class_name[k]);
		table_int(t, count[k]);
		table_int(t, count[SPLIT_TEST * n + k]);
		if (d->n[SPLIT_VAL])
			table_int(t, count[SPLIT_VAL * n + k]);
	}
	free(count);
	return t;
}

/* Prints what the dataset can be used for; then a blank line if a table follows. */
static void print_use(FILE *out, const struct dataset *d, const char *name)
{
	struct strbuf text = STRBUF_INIT;
	struct data_facts f;

	data_facts_of(&f, d, name);
	data_facts_report(&f, &text);
	terminal_line(out, "use        %s", text.buf);
	fputs(d->classes ? "\n" : "", out);
	strbuf_release(&text);
}

int data_open(struct data_args *a, const char *name, struct dataset_row *row, struct dataset *d,
	      struct error *err)
{
	char path[4200];
	int there;

	if (cmd_open_store(a->ctx, NEED_STORE_READ, err) || find_row(a, name, row, err))
		return -1;
	object_path(a->ctx->store, row->sha256, path, sizeof path);
	there = object_exists(a->ctx->store, row->sha256, err);
	if (there < 0)
		return -1;
	if (!there)
		return error_set(err, ERR_CORRUPT, "dataset %s: its file is missing: %s", row->name,
				 path);
	return dataset_open(d, path, err) ? error_prefix(err, "dataset %s", row->name) : 0;
}

static int data_show(struct data_args *a, struct error *err)
{
	struct dataset_row row;
	struct dataset d;
	struct table *t;

	if (a->plan)
		return data_show_plan(a, err);
	if (usage_check(&cmd_data, "show", a->name, a->n, 1, 1, err) ||
	    data_open(a, a->name[0], &row, &d, err))
		return -1;
	pager_start(a->ctx);
	if (a->ctx->format == TABLE_TEXT) {
		print_row(a->ctx->out, &row);
		print_use(a->ctx->out, &d, row.name);
	}
	if (a->ctx->format == TABLE_TEXT && a->ctx->verbose && row.n_skipped &&
	    print_skipped(a, &row, err)) {
		dataset_close(&d);
		return -1;
	}
	t = class_table(&d);
	if (d.classes || a->ctx->format != TABLE_TEXT)
		table_print(t, a->ctx->format, a->ctx->out);
	table_free(t);
	dataset_close(&d);
	return 0;
}

/* rm */

static int data_rm(struct data_args *a, struct error *err)
{
	struct dataset_row row;

	if (usage_check(&cmd_data, "rm", a->name, a->n, 1, 1, err) ||
	    usage_no_table(a->ctx, "data rm", "`ssl data ls` lists the datasets", err))
		return -1;
	if (cmd_open_store(a->ctx, NEED_STORE_WRITE, err) || find_row(a, a->name[0], &row, err))
		return -1;
	if (row.runs && !a->ctx->force)
		return error_set(
		    err, ERR_USAGE,
		    "dataset %s: %lld runs used it and could not be evaluated or repeated "
		    "without it: -f removes it anyway",
		    row.name, (long long)row.runs);
	if (datasets_remove(a->ctx->store, row.name, err))
		return -1;
	if (a->ctx->dry_run)
		log_info("%s: would be removed: %lld bytes", row.name, (long long)row.bytes);
	else
		log_info("%s: removed", row.name);
	return 0;
}

/* verify */

struct verify {
	struct store *store;
	struct table *table;
	int n, bad;
	char first[64]; /* the first bad one */
};

static int verify_row(void *ctx, const struct dataset_row *row)
{
	struct verify *v = ctx;
	struct error err = {0};
	struct dataset d;
	char path[4200];
	int bad;

	object_path(v->store, row->sha256, path, sizeof path);
	bad = datasets_check_object(v->store, row->id, &err) ||
	      object_verify(v->store, row->sha256, &err) || dataset_open(&d, path, &err);
	if (!bad)
		dataset_close(&d);
	if (bad && !v->bad++)
		snprintf(v->first, sizeof v->first, "%s", row->name);
	v->n++;
	table_text(v->table, row->name);
	table_text(v->table, bad ? "corrupt" : "ok");
	table_text(v->table, bad ? err.msg : "");
	return 0;
}

static int data_verify(struct data_args *a, struct error *err)
{
	struct verify v = {0};
	struct dataset_row row;
	int ret = 0;

	if (cmd_open_store(a->ctx, NEED_STORE_READ, err))
		return -1;
	v.store = a->ctx->store;
	v.table = table_new();
	table_column(v.table, "name");
	table_column(v.table, "status");
	table_column(v.table, "why");
	if (!a->n)
		ret = datasets_each(v.store, verify_row, &v, err);
	for (int i = 0; i < a->n && !ret; i++) {
		ret = find_row(a, a->name[i], &row, err);
		if (!ret)
			verify_row(&v, &row);
	}
	if (!ret)
		table_print(v.table, a->ctx->format, a->ctx->out);
	table_free(v.table);
	if (!ret && v.bad)
		ret = error_set(err, ERR_CORRUPT,
				"dataset %s: corrupt (%d of %d are): remove and add it again",
				v.first, v.bad, v.n);
	return ret;
}

/* verbs */

static const struct {
	const char *name;
	int (*run)(struct data_args *a, struct error *err);
} verbs[] = {
    {"add", data_add}, {"ls", data_ls},         {"show", data_show},
    {"rm", data_rm},   {"verify", data_verify},
};
enum { VERBS = sizeof verbs / sizeof *verbs };

/* Refuses the options of `show --plan` elsewhere. */
static int check_plan(const struct data_args *a, const char *verb, struct error *err)
{
	const int of_plan = a->image || a->epoch || a->view || a->set.n;

	if (a->plan && strcmp(verb, "show") != 0)
		return error_set(err, ERR_USAGE, "data %s: --plan goes with show", verb);
	if (of_plan && !a->plan)
		return error_set(err, ERR_USAGE,
				 "data %s: --image, --epoch, --view and --set go with show --plan",
				 verb);
	if (a->seed >= 0 && !a->plan && strcmp(verb, "add") != 0)
		return error_set(err, ERR_USAGE,
				 "data %s: --seed goes with add --shapes and show --plan", verb);
	return 0;
}

static int run_verb(struct data_args *a, const char *verb, struct error *err)
{
	const char *names[VERBS], *near;

	if (check_plan(a, verb, err))
		return -1;
	for (int i = 0; i < VERBS; i++) {
		names[i] = verbs[i].name;
		if (!strcmp(verb, names[i]))
			return verbs[i].run(a, err);
	}
	near = nearest_word(verb, names, VERBS);
	if (near)
		return error_set(err, ERR_USAGE, "data %s: no such command: did you mean %s?", verb,
				 near);
	return error_set(err, ERR_USAGE, "data %s: no such command: add, ls, show, rm or verify",
			 verb);
}

static int run_data(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct data_args a = {.ctx = ctx, .seed = -1, .train = -1, .test = -1};
	const struct opt table[] = {
	    {0, "size", OPT_INT, &a.size, "N", "scale images to N x N pixels", 1, 4096},
	    {0, "split", OPT_LIST, &a.split, "FOLDER=SPLIT",
	     "the folder is train, val, test or unlabeled", 0, 0},
	    {0, "no-splits", OPT_FLAG, &a.no_splits, NULL, "all folders are classes", 0, 0},
	    {0, "class-depth", OPT_INT, &a.class_depth, "N", "folders N levels down are classes", 1,
	     16},
	    {0, "exclude", OPT_LIST, &a.exclude, "PATTERN", "leave out files or folders", 0, 0},
	    {0, "skip-bad", OPT_OPTIONAL, &a.skip_bad, "[=N|P%]",
	     "leave out images that cannot be read", 0, 0},
	    {0, "shapes", OPT_FLAG, &a.shapes, NULL, "make the built-in dataset", 0, 0},
	    {0, "seed", OPT_INT, &a.seed, "S", "shapes and plan: the seed (1)", 0,
	     9007199254740991},
	    {0, "train", OPT_INT, &a.train, "N", "shapes: training images (10000)", 1, IMAGES_MAX},
	    {0, "test", OPT_INT, &a.test, "N", "shapes: test images (2000)", 0, IMAGES_MAX},
	    {0, "plan", OPT_FLAG, &a.plan, NULL, "show how an image is augmented", 0, 0},
	    {0, "image", OPT_INT, &a.image, "N", "plan: the number of the image (0)", 0,
	     UINT32_MAX},
	    {0, "epoch", OPT_INT, &a.epoch, "N", "plan: the epoch (1)", 1, UINT32_MAX},
	    {0, "view", OPT_TEXT, &a.view, "a|b", "plan: one view (all)", 0, 0},
	    {0, "set", OPT_LIST, &a.set, "KEY=VALUE", "plan: a hyperparameter", 0, 0},
	    {0},
	};
	int n, ret = opt_parse(ctx, &cmd_data, table, argc, argv, 1, OPERANDS_MAX, &n, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	a.name = argv + 2;
	a.n = n - 1;
	return run_verb(&a, argv[1], err);
}
