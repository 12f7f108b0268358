#include <stdio.h>
#include <string.h>

#include "cmds/cmd.h"
#include "core/base/cpu.h"
#include "core/base/log.h"
#include "core/base/parallel.h"
#include "core/run/keys.h"
#include "core/run/run.h"
#include "core/run/evaluate.h"

static int eval_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);

const struct cmd cmd_eval = {
    .name = "eval",
    .summary = "evaluate a run's encoder and record the result",
    .usage = "eval [--protocol knn] [--split val|test] [--k N] [--temperature T] [--untrained] "
	     "[-j N] [-n] REF",
    .needs = NEED_STORE_WRITE,
    .run = eval_run,
};

struct eval_args {
	const char *protocol, *split;
	long k, threads;
	double temperature;
	int untrained;
};

static int pick_checkpoint(struct cmd_ctx *ctx, const struct eval_args *a,
			   const struct run_row *row, long epoch, struct checkpoint_row *ck,
			   struct error *err)
{
	memset(ck, 0, sizeof *ck);
	if (a->untrained)
		return 0;
	return checkpoints_find(ctx->store, row->id, epoch, ck, err);
}

static void print_result(struct cmd_ctx *ctx, const struct run_row *row,
			 const struct checkpoint_row *ck, const struct eval_knn *e)
{
	struct table *t = table_new();
	static const char *const column[] = {"run",  "epoch", "protocol",   "split",
					     "k",    "T",     "neighbours", "images",
					     "top1", "top5",  "seconds"};

	for (unsigned i = 0; i < sizeof column / sizeof *column; i++)
		table_column(t, column[i]);
	table_text(t, row->name);
	table_int(t, ck->epoch);
	table_text(t, "knn");
	table_text(t, e->val ? "val" : "test");
	table_int(t, e->k);
	table_real(t, e->temperature, -1);
	table_int(t, e->neighbours);
	table_int(t, e->images);
	table_real(t, e->result.top1, 2);
	table_real(t, e->result.top5, 2);
	table_real(t, e->seconds, 1);
	table_print(t, ctx->format, ctx->out);
	table_free(t);
}

static int check_args(const struct eval_args *a, struct error *err)
{
	if (strcmp(a->protocol, "knn"))
		return error_set(err, ERR_USAGE, "--protocol: '%s' is not one of: knn",
				 a->protocol);
	if (a->split && strcmp(a->split, "val") && strcmp(a->split, "test"))
		return error_set(err, ERR_USAGE, "--split: '%s' is not val or test", a->split);
	return 0;
}

/* k and T are the recipe's where the command line is silent; so is the split. */
static void settings(const struct eval_args *a, const struct run *r, struct eval_knn *e)
{
	e->val = a->split ? !strcmp(a->split, "val") : r->n_val > 0;
	e->k = a->k ? (int)a->k : (int)recipe_int(&r->recipe, "eval.knn.k");
	e->temperature =
	    a->temperature > 0 ? a->temperature : recipe_real(&r->recipe, "eval.knn.temperature");
}

static int evaluate(struct cmd_ctx *ctx, const struct eval_args *a, const struct run_row *row,
		    long epoch, struct error *err)
{
	struct checkpoint_row ck;
	struct eval_knn e = {0};
	struct run r = {0};
	int ret = -1;

	if (pick_checkpoint(ctx, a, row, epoch, &ck, err))
		return -1;
	parallel_set_threads(a->threads ? (int)a->threads : cpu_count());
	if (run_load(&r, ctx->store, row, a->untrained ? NULL : &ck, err))
		goto done;
	settings(a, &r, &e);
	if (!e.val && r.n_val > 0)
		log_info("scoring the test split: select on --split val, and report test once");
	if (run_eval_knn(&r, &e, err))
		goto done;
	if (!ctx->dry_run && run_eval_record(ctx->store, row->id, ck.step, ck.epoch, &e, err))
		goto done;
	print_result(ctx, row, &ck, &e);
	ret = 0;
done:
	run_release(&r);
	return ret;
}

static int eval_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct eval_args a = {.protocol = "knn"};
	struct run_row row;
	int64_t id;
	long epoch;
	const struct opt table[] = {
	    {0, "protocol", OPT_TEXT, &a.protocol, "P", "knn", 0, 0},
	    {0, "split", OPT_TEXT, &a.split, "SPLIT", "val or test (val where images are held out)",
	     0, 0},
	    {0, "k", OPT_INT, &a.k, "N", "neighbours that vote (the recipe's, 20)", 1, 100000},
	    {'T', "temperature", OPT_REAL, &a.temperature, "T", "of the votes (the recipe's, 0.07)",
	     1e-6, 1e6},
	    {0, "untrained", OPT_FLAG, &a.untrained, NULL, "the initial weights: the floor", 0, 0},
	    {'j', "threads", OPT_INT, &a.threads, "N", "threads (all cores)", 0, 1024},
	    {0}};
	int ret = opt_parse(ctx, &cmd_eval, table, argc, argv, 1, 1, NULL, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	if (check_args(&a, err) || refs_resolve(ctx->store, argv[1], &id, &epoch, err) ||
	    runs_get(ctx->store, id, &row, err))
		return -1;
	ret = evaluate(ctx, &a, &row, epoch, err);
	run_row_release(&row);
	return ret;
}
