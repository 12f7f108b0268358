/* ssl data add: imports files as a dataset; with -n, reports what would be imported. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmds/cmd.h"
#include "cmds/data.h"
#include "cmds/data_progress.h"
#include "cmds/execute.h"
#include "cmds/usage.h"
#include "core/base/cpu.h"
#include "core/base/fs.h"
#include "core/base/log.h"
#include "core/base/parallel.h"
#include "core/base/terminal.h"
#include "core/data/dataset.h"
#include "core/run/check.h"
#include "core/run/datasets.h"
#include "core/store/datasets.h"

/* One import: its progress, and the images of each class as --dry-run lists them. */
struct adding {
	const struct data_args *a;
	struct data_progress progress;
	struct table *files; /* -n -v: a row for each file */
	struct group *group; /* -n: in the order of the dataset */
	size_t groups, cap;
	struct dataset_report report;
};

/* The images of a split and class. */
struct group {
	int split, label;
	char *class_name;
	int64_t n;
	struct strbuf from; /* what their paths begin with: whole folders, or the one file */
};

static int show_progress(void *ctx, const struct dataset_progress *p)
{
	struct adding *a = ctx;

	if (p)
		data_progress_show(&a->progress, p);
	else
		data_progress_end(&a->progress);
	return signal_received;
}

/* -n: the list of files or groups */

/* Shortens *from to the folders that it shares with the path. */
static void share_folders(struct strbuf *from, const char *path)
{
	size_t whole = 0;

	if (!strcmp(from->buf, path))
		return;
	for (size_t i = 0; i < from->len && from->buf[i] == path[i]; i++)
		if (path[i] == '/')
			whole = i + 1;
	strbuf_shorten(from, from->len - whole);
}

static struct group *find_group(struct adding *p, const struct dataset_item *item)
{
	/* images of a class stand together, save in files of records */
	for (size_t i = p->groups; i > 0; i--)
		if (p->group[i - 1].split == item->split && p->group[i - 1].label == item->label)
			return &p->group[i - 1];
	if (p->groups == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 64;
		p->group = xrealloc(p->group, p->cap * sizeof *p->group);
	}
	p->group[p->groups] =
	    (struct group){item->split, item->label, xstrdup(item->class_name), 0, STRBUF_INIT};
	strbuf_adds(&p->group[p->groups].from, item->file);
	return &p->group[p->groups++];
}

static void list_item(void *ctx, const struct dataset_item *item)
{
	struct adding *p = ctx;
	struct group *g;

	if (p->files) {
		table_text(p->files, item->file);
		table_text(p->files, dataset_split_name(item->split));
		table_text(p->files, item->class_name);
		table_int(p->files, item->label);
		return;
	}
	g = find_group(p, item);
	share_folders(&g->from, item->file);
	g->n++;
}

static int by_class(const void *pa, const void *pb)
{
	static const int order[SPLIT_COUNT] = {0, 2, 3, 1}; /* train, val, test, unlabeled */
	const struct group *a = pa, *b = pb;

	if (a->split != b->split)
		return order[a->split] < order[b->split] ? -1 : 1;
	return a->label < b->label ? -1 : a->label > b->label;
}

static void print_groups(struct adding *p)
{
	static const char *const columns[] = {"split", "class", "label", "images", "from"};
	struct table *t = table_new();

	for (unsigned i = 0; i < sizeof columns / sizeof *columns; i++)
		table_column(t, columns[i]);
	if (p->groups)
		qsort(p->group, p->groups, sizeof *p->group, by_class);
	for (size_t i = 0; i < p->groups; i++) {
		const struct group *g = &p->group[i];

		table_text(t, dataset_split_name(g->split));
		table_text(t, g->class_name);
		table_int(t, g->label);
		table_int(t, g->n);
		table_text(t, g->from.buf);
	}
	cmd_print(p->a->ctx, t, NULL);
	table_free(t);
}

static void print_plan(struct adding *p)
{
	if (p->files)
		cmd_print(p->a->ctx, p->files, NULL);
	else
		print_groups(p);
}

static struct table *files_table(void)
{
	static const char *const columns[] = {"file", "split", "class", "label"};
	struct table *t = table_new();

	for (unsigned i = 0; i < sizeof columns / sizeof *columns; i++)
		table_column(t, columns[i]);
	return t;
}

static void adding_release(struct adding *p)
{
	for (size_t i = 0; i < p->groups; i++) {
		free(p->group[i].class_name);
		strbuf_release(&p->group[i].from);
	}
	free(p->group);
	table_free(p->files);
	strbuf_release(&p->report.skipped);
}

/* options */

/* --skip-bad, --skip-bad=12, --skip-bad=1.5% */
static int read_skip_bad(const char *text, struct dataset_import_opts *opts, struct error *err)
{
	char *end;
	double x;

	if (!text)
		return 0;
	opts->skip_bad = 1;
	opts->bad_max = UINT32_MAX;
	opts->bad_percent = 100;
	if (!*text)
		return 0;
	errno = 0;
	x = strtod(text, &end);
	if (end > text && !errno && !strcmp(end, "%") && x >= 0 && x <= 100)
		opts->bad_percent = x;
	else if (end > text && !errno && !*end && x >= 0 && x < UINT32_MAX && x == (uint32_t)x)
		opts->bad_max = (uint32_t)x;
	else
		return error_set(err, ERR_USAGE,
				 "--skip-bad: '%s' is neither a number of files nor, with %%, a "
				 "share of them",
				 text);
	return 0;
}

static int check_add(const struct data_args *a, struct error *err)
{
	int of_path =
	    a->size || a->split.n || a->exclude.n || a->no_splits || a->class_depth || a->skip_bad;

	if (usage_check(&cmd_data, a->shapes ? "add --shapes" : "add", a->name, a->n,
			a->shapes ? 1 : 2, a->shapes ? 1 : 2, err))
		return -1;
	if (a->shapes && of_path)
		return error_set(err, ERR_USAGE, "data add: --%s does not go with --shapes",
				 a->size          ? "size"
				 : a->split.n     ? "split"
				 : a->exclude.n   ? "exclude"
				 : a->no_splits   ? "no-splits"
				 : a->class_depth ? "class-depth"
						  : "skip-bad");
	if (!a->shapes && (a->seed >= 0 || a->train >= 0 || a->test >= 0))
		return error_set(err, ERR_USAGE,
				 "data add: --seed, --train and --test go with --shapes");
	return dataset_check_name(a->name[0], err);
}

/* making the file */

struct made {
	char tmp[4200], hash[HASH_HEX]; /* of the dataset file; unless opts.dry */
};

/* Bytes of image files that an import has read before it is worth continuing: a second or two of
 * decoding. */
enum { WORTH_BYTES = 64 << 20 };

static int import_path(struct adding *p, struct dataset_import_opts *opts, const char *dir,
		       struct made *made, struct dataset_row *row, struct error *err)
{
	const struct data_args *a = p->a;
	char *full = realpath(a->name[1], NULL);
	int ret;

	snprintf(row->source, sizeof row->source, "%s", full ? full : a->name[1]);
	free(full);
	opts->size = (int)a->size;
	opts->split = a->split.item;
	opts->splits = a->split.n;
	opts->exclude = a->exclude.item;
	opts->excludes = a->exclude.n;
	opts->no_splits = a->no_splits;
	opts->class_depth = (int)a->class_depth;
	opts->report = &p->report;
	opts->continues = 1;
	opts->worth = WORTH_BYTES;
	ret = read_skip_bad(a->skip_bad, opts, err);
	if (!ret)
		ret = dataset_import(a->name[1], opts, dir, made->tmp, sizeof made->tmp, made->hash,
				     err);
	if (ret || opts->dry || fs_is_dir(a->name[1]))
		return ret;
	if (hash_file(a->name[1], row->source_sha256, err)) {
		unlink(made->tmp);
		return -1;
	}
	return 0;
}

static int make(struct adding *p, struct dataset_import_opts *opts, const char *dir,
		struct made *made, struct dataset_row *row, struct error *err)
{
	const struct data_args *a = p->a;
	int ret;

	opts->progress = show_progress;
	opts->ctx = p;
	parallel_set_threads(cpu_count());
	if (a->shapes) {
		snprintf(row->source, sizeof row->source, "built in (seed %ld)", a->seed);
		ret =
		    dataset_shapes_watched((uint64_t)a->seed, (uint32_t)a->train, (uint32_t)a->test,
					   opts, dir, made->tmp, sizeof made->tmp, made->hash, err);
	} else {
		ret = import_path(p, opts, dir, made, row, err);
	}
	data_progress_end(&p->progress);
	return ret;
}

static void report_added(const struct dataset_row *row, const char *did)
{
	char val[40] = "";

	if (row->n_val)
		snprintf(val, sizeof val, "%lld val, ", (long long)row->n_val);
	log_info("%s: %s: %lld train, %s%lld test, %lld unlabeled images of %dx%dx%d, %d class%s",
		 row->name, did, (long long)row->n_train, val, (long long)row->n_test,
		 (long long)row->n_unlabeled, row->width, row->height, row->channels, row->classes,
		 row->classes == 1 ? "" : "es");
}

/* Prints what the dataset can be used for. */
static void report_use(const struct data_facts *f)
{
	struct strbuf text = STRBUF_INIT;

	data_facts_report(f, &text);
	log_info("%s: %s", f->name, text.buf);
	strbuf_release(&text);
}

/* -n */

static void describe_dry(const struct adding *p, struct dataset_row *row, struct data_facts *f)
{
	const struct dataset_report *r = &p->report;

	row->height = r->height;
	row->width = r->width;
	row->channels = r->channels;
	row->classes = r->classes;
	row->n_train = r->n[SPLIT_TRAIN];
	row->n_test = r->n[SPLIT_TEST];
	row->n_unlabeled = r->n[SPLIT_UNLABELED];
	row->n_val = r->n[SPLIT_VAL];
	*f = (struct data_facts){.classes = r->classes};
	snprintf(f->name, sizeof f->name, "%s", row->name);
	for (int s = 0; s < SPLIT_COUNT; s++) {
		f->n[s] = r->n[s];
		f->present[s] = s != SPLIT_UNLABELED && r->n[s] ? r->classes : 0;
	}
}

static int facts_of_file(struct data_facts *f, const char *path, const char *name,
			 struct error *err)
{
	struct dataset d;

	if (dataset_open(&d, path, err))
		return -1;
	data_facts_of(f, &d, name);
	dataset_close(&d);
	return 0;
}

/* Reads and checks everything without writing to the store. If the name is taken, a temporary file
 * is written outside it, whose hash decides whether the content is the same. */
static int add_dry(struct adding *p, struct dataset_row *row, struct error *err)
{
	const struct data_args *a = p->a;
	struct dataset_import_opts opts = {.each = list_item};
	struct dataset_row old;
	struct data_facts facts;
	struct made made;
	struct error why = {0};
	const char *tmp = getenv("TMPDIR");
	int taken = !datasets_find(a->ctx->store, row->name, &old, &why);

	if (!taken && why.code != ERR_NOT_FOUND) {
		*err = why;
		return -1;
	}
	opts.dry = !a->shapes && (!taken || a->ctx->force);
	if (a->ctx->verbose && !a->shapes)
		p->files = files_table();
	if (make(p, &opts, tmp && *tmp ? tmp : "/tmp", &made, row, err))
		return -1;
	if (!opts.dry) {
		int bad = dataset_describe(made.tmp, row, err) ||
			  facts_of_file(&facts, made.tmp, row->name, err);

		unlink(made.tmp);
		snprintf(row->sha256, sizeof row->sha256, "%s", made.hash);
		if (bad || datasets_check(a->ctx->store, row, a->ctx->force, err))
			return -1;
	} else {
		describe_dry(p, row, &facts);
	}
	if (!a->shapes)
		print_plan(p);
	report_added(row, "not added (dry run)");
	report_use(&facts);
	return 0;
}

/* the import itself */

static int add_real(struct adding *p, struct dataset_row *row, struct error *err)
{
	const char *dir = store_tmp_dir(p->a->ctx->store);
	struct dataset_import_opts opts = {0};
	struct data_facts facts;
	struct made made;
	/* keeps `ssl gc` from removing the file until it is recorded or the process ends */
	int lock = fs_lock_dir_shared(dir), ret = make(p, &opts, dir, &made, row, err);

	if (!ret && signal_received) {
		unlink(made.tmp);
		ret = -1;
	}
	if (!ret) {
		row->skipped = p->report.skipped.buf;
		ret = dataset_record(p->a->ctx->store, made.tmp, made.hash, row, p->a->ctx->force,
				     err);
	}
	fs_unlock(lock);
	if (!ret)
		dataset_import_forget(&p->report);
	if (!ret)
		ret = data_facts_find(&facts, p->a->ctx->store, row->name, err);
	if (ret)
		return -1;
	report_added(row, "added");
	report_use(&facts);
	return 0;
}

int data_add(struct data_args *a, struct error *err)
{
	struct adding p = {.a = a, .report.skipped = STRBUF_INIT};
	struct dataset_row row = {0};
	int ret, dry = a->ctx->dry_run;

	if (check_add(a, err) || cmd_open_store(a->ctx, NEED_STORE_WRITE, err))
		return -1;
	a->seed = a->seed < 0 ? SHAPES_SEED : a->seed;
	a->train = a->train < 0 ? SHAPES_TRAIN : a->train;
	a->test = a->test < 0 ? SHAPES_TEST : a->test;
	snprintf(row.name, sizeof row.name, "%s", a->name[0]);
	cmd_catch_signals();
	ret = dry ? add_dry(&p, &row, err) : add_real(&p, &row, err);
	adding_release(&p);
	return signal_received ? cmd_end_by_signal(a->ctx) : ret;
}
