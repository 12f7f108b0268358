/* `ssl features`: exports the features of a split for other programs. */
#include <stdio.h>
#include <string.h>

#include "cmds/cmd.h"
#include "cmds/execute.h"
#include "core/base/cpu.h"
#include "core/base/log.h"
#include "core/base/output.h"
#include "core/base/parallel.h"
#include "core/run/build.h"
#include "core/run/extract.h"
#include "core/store/query/refs.h"

static int features_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);

const struct cmd cmd_features = {
    .name = "features",
    .summary = "export features, labels and images of a split",
    .usage = "features [--split train|val|test|unlabeled] [--embedding] [--images] [--untrained] "
	     "[--format csv] [--device DEVICE] [-j N] [-f] [-n] [-o FILE] REF",
    .needs = NEED_STORE_READ,
    .run = features_run,
};

struct features_args {
	const char *split, *device;
	long threads;
	int embedding, images, untrained;
};

static int ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && !strcmp(s + n - m, end);
}

/* The format follows from the name of the file, unless --format is given. */
static int check_format(const struct cmd_ctx *ctx, int *npy, struct error *err)
{
	*npy = 0;
	if (ctx->format != TABLE_TEXT && ctx->format != TABLE_CSV)
		return error_set(
		    err, ERR_USAGE,
		    "features: --format is csv (--csv); -o FILE.npy writes NumPy files");
	if (!ctx->output || ctx->format == TABLE_CSV || ends_with(ctx->output, ".csv"))
		return 0;
	*npy = ends_with(ctx->output, ".npy");
	if (*npy)
		return 0;
	return error_set(err, ERR_USAGE,
			 "features: %s: the name must end in .npy or .csv (--format csv allows any "
			 "name)",
			 ctx->output);
}

/* Checks all files before the work, also those that this export does not write: an old one left
 * there would seem to be part of it. */
static int check_places(const struct cmd_ctx *ctx, struct error *err)
{
	struct strbuf name = STRBUF_INIT;
	int ret = 0;

	for (int f = 0; !ret && f < EXTRACT_FILES; f++) {
		strbuf_clear(&name);
		extract_path(ctx->output, (enum extract_file)f, &name);
		ret = output_check(name.buf, cmd_output_flags(ctx), err);
	}
	strbuf_release(&name);
	return ret;
}

/* ---- the images ---- */

static int select_images(struct extract *x, enum dataset_split split, const uint32_t *index,
			 uint32_t n)
{
	x->split = split;
	x->index = index;
	x->n = n;
	return n > 0;
}

/* The images that the run holds out, else the validation split of the dataset. */
static int select_val(struct extract *x)
{
	const struct run *r = x->run;

	if (r->n_held)
		return select_images(x, SPLIT_TRAIN, r->val_index, r->n_held);
	return select_images(x, SPLIT_VAL, NULL, r->data.n[SPLIT_VAL]);
}

static int select_split(struct extract *x, const char *name)
{
	const struct run *r = x->run;

	if (!strcmp(name, "val"))
		return select_val(x);
	if (!strcmp(name, "train"))
		return select_images(x, SPLIT_TRAIN, r->train_index, r->n_train);
	if (!strcmp(name, "test"))
		return select_images(x, SPLIT_TEST, NULL, r->data.n[SPLIT_TEST]);
	return select_images(x, SPLIT_UNLABELED, NULL, r->data.n[SPLIT_UNLABELED]);
}

/* Without --split the one that `ssl eval` would score, else the images that the run trained on. */
static int choose_images(struct extract *x, const char **split, struct error *err)
{
	static const char *const order[] = {"val", "test", "train", "unlabeled"};

	for (size_t i = 0; !*split && i < sizeof order / sizeof *order; i++)
		if (select_split(x, order[i]))
			*split = order[i];
	if (*split && select_split(x, *split))
		return 0;
	return error_set(err, ERR_USAGE, "features: dataset %s has no images of split %s",
			 x->run->dataset_row.name, *split ? *split : "test");
}

/* ---- the export ---- */

static int export(struct cmd_ctx *ctx, const struct extract *x, int npy, struct error *err)
{
	const char *path = npy || ctx->dry_run ? cmd_claim_output(ctx) : NULL;

	if (ctx->dry_run)
		return 0;
	cmd_catch_signals(); /* so that a signal leaves no partial file */
	return npy ? extract_npy(x, path, ctx->force, err) : extract_csv(x, ctx->out, err);
}

static void report(const struct cmd_ctx *ctx, const struct extract *x, const char *split, int npy,
		   const char *run, const struct checkpoint_row *ck)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "%s%s of %s at epoch %ld: %u images of split %s, %d values each",
		    ctx->dry_run ? "would be written: " : "",
		    x->embedding ? "embeddings" : "features", run, ck->epoch, (unsigned)x->n, split,
		    extract_dim(x));
	if (!extract_has_labels(x))
		strbuf_adds(&text, ", no labels");
	for (int f = 0; npy && f < EXTRACT_FILES; f++)
		if (extract_has(x, (enum extract_file)f)) {
			strbuf_adds(&text, f ? ", " : ": ");
			extract_path(ctx->output, (enum extract_file)f, &text);
		}
	log_info("%s", text.buf);
	strbuf_release(&text);
}

static int extract(struct cmd_ctx *ctx, const struct features_args *a, const struct run_row *row,
		   const struct checkpoint_row *ck, int npy, struct error *err)
{
	struct run run = {0};
	struct extract x = {.run = &run, .stop = &signal_received};
	const char *split = a->split;
	int ret;

	x.embedding = a->embedding;
	x.images = a->images;
	ret = cmd_find_device(a->device, &run.opts.device, err);
	if (!ret)
		ret = run_load(&run, ctx->store, row, ck->id ? ck : NULL, err);
	if (!ret)
		ret = choose_images(&x, &split, err);
	if (!ret && !extract_dim(&x))
		ret = error_set(err, ERR_USAGE,
				"features: --embedding: method %s has no projector: only features "
				"can be exported",
				row->method);
	if (!ret)
		ret = export(ctx, &x, npy, err);
	if (!ret)
		report(ctx, &x, split, npy, row->name, ck);
	run_release(&run);
	return ret;
}

static int features_of(struct cmd_ctx *ctx, const struct features_args *a, const char *ref, int npy,
		       struct error *err)
{
	struct checkpoint_row ck = {0};
	struct run_row row;
	int64_t id;
	long epoch;
	int ret = 0;

	if (refs_resolve(ctx->store, ref, &id, &epoch, err) || runs_get(ctx->store, id, &row, err))
		return -1;
	if (!a->untrained &&
	    row.epochs) /* a method that trains nothing keeps its initial weights */
		ret = checkpoints_find(ctx->store, id, epoch, &ck, err);
	if (!ret)
		ret = extract(ctx, a, &row, &ck, npy, err);
	run_row_release(&row);
	return ret > 0 ? cmd_end_by_signal(ctx) : ret;
}

static int check_split(const char *split, struct error *err)
{
	static const char *const names[] = {"train", "val", "test", "unlabeled"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!split || !strcmp(split, names[i]))
			return 0;
	return error_set(err, ERR_USAGE, "--split: '%s' is not train, val, test or unlabeled",
			 split);
}

static int features_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct features_args a = {0};
	const struct opt table[] = {
	    {0, "split", OPT_TEXT, &a.split, "train|val|test|unlabeled",
	     "which images (val where images are held out, else test)", 0, 0},
	    {0, "embedding", OPT_FLAG, &a.embedding, NULL,
	     "export the output of the projector instead", 0, 0},
	    {0, "images", OPT_FLAG, &a.images, NULL, "export the pixels as well", 0, 0},
	    {0, "untrained", OPT_FLAG, &a.untrained, NULL, "use the initial weights", 0, 0},
	    {0, "device", OPT_TEXT, &a.device, "DEVICE", "device that computes: cpu or auto (auto)",
	     0, 0},
	    {'j', "threads", OPT_INT, &a.threads, "N", "threads (all cores)", 0, 1024},
	    {0}};
	int npy, ret = opt_parse(ctx, &cmd_features, table, argc, argv, 1, 1, NULL, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	if (check_split(a.split, err) || check_format(ctx, &npy, err) ||
	    (npy && check_places(ctx, err)))
		return -1;
	parallel_set_threads(a.threads ? (int)a.threads : cpu_count());
	return features_of(ctx, &a, argv[1], npy, err);
}
