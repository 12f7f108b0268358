/* `ssl eval`: evaluates a run's encoder by one protocol after another, and records what comes out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmds/cmd.h"
#include "cmds/evaltable.h"
#include "cmds/execute.h"
#include "core/base/cpu.h"
#include "core/base/log.h"
#include "core/base/parallel.h"
#include "core/run/build.h"
#include "core/run/evaluate.h"
#include "core/run/keys.h"
#include "core/store/query/refs.h"

static int eval_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);

const struct cmd cmd_eval = {
    .name = "eval",
    .summary = "evaluate a run's encoder and record the result",
    .usage = "eval [--protocol P,...] [--split val|test] [--labels SHARE] [--seed N] [--k N] "
	     "[--temperature T] [--set KEY=VALUE]... [--untrained] [--per-class|--confusion] "
	     "[--device DEVICE] [-j N] [-n] REF",
    .needs = NEED_STORE_WRITE,
    .run = eval_run,
};

enum { SHORT_CUTS = 3 }; /* options that are settings: --k, --temperature, --seed */

struct eval_args {
	const char *protocol, *split, *device;
	long threads;
	double labels;
	int untrained, per_class, confusion;
	struct recipe_set set[OPT_LIST_MAX + SHORT_CUTS]; /* changes to the recipe */
	char text[SHORT_CUTS][64];
	int n_set;
};

struct job {
	struct cmd_ctx *ctx;
	const struct eval_args *args;
	const struct run_row *row;
	struct checkpoint_row ck;
	struct run run;
	struct recipe recipe; /* the run's with the settings */
	struct evaluator evaluator;
	struct eval_table table;
};

static int pick_checkpoint(struct job *j, long epoch, struct error *err)
{
	if (j->args->untrained ||
	    !j->row->epochs) /* a method that trains nothing keeps its initial weights */
		return 0;
	return checkpoints_find(j->ctx->store, j->row->id, epoch, &j->ck, err);
}

/* Does the name of n bytes at p occur earlier in the list? */
static int is_repeated(const char *list, const char *p, size_t n)
{
	for (; list < p; list += strcspn(list, ",") + 1)
		if (strcspn(list, ",") == n && !strncmp(list, p, n))
			return 1;
	return 0;
}

/* Calls fn for each protocol, in the order of --protocol ("linear,knn"), once each. */
static int each_protocol(const char *list,
			 int (*fn)(void *ctx, const struct protocol_row *row, struct error *err),
			 void *ctx, struct error *err)
{
	for (const char *p = list;; p++) {
		char name[64];
		size_t n = strcspn(p, ",");
		const struct protocol_row *row;

		snprintf(name, sizeof name, "%.*s", (int)n, p);
		row = protocol_find(name);
		if (!row)
			return error_set(err, ERR_USAGE,
					 "--protocol: '%s': no such protocol: see `ssl help "
					 "eval.protocol`",
					 name);
		if (fn && !is_repeated(list, p, n) && fn(ctx, row, err))
			return -1;
		p += n;
		if (!*p)
			return 0;
	}
}

static int record(struct job *j, const struct eval_result *result, struct error *err)
{
	struct evaluation x;
	int64_t id;
	int ret;

	evaluation_init(&x, &j->evaluator, j->ck.step, j->ck.epoch, result);
	x.row.run_id = j->row->id;
	ret = evals_insert(j->ctx->store, &x.row, &id, err);
	evaluation_release(&x);
	return ret;
}

static int evaluate_one(void *ctx, const struct protocol_row *row, struct error *err)
{
	struct job *j = ctx;
	struct eval_result result;
	int ret = 0;

	if (evaluator_run(&j->evaluator, row, &result, err))
		return -1;
	if (!j->ctx->dry_run)
		ret = record(j, &result, err);
	if (!ret && result.missing[0])
		log_warn("%s.%s has no result: %s", eval_split_name(j->evaluator.split),
			 result.name, result.missing);
	if (!ret)
		eval_table_add(&j->table, &j->evaluator, &result);
	eval_result_release(&result);
	return ret;
}

static int evaluate_all(struct job *j, struct error *err)
{
	const struct eval_args *a = j->args;
	enum eval_split split = a->split           ? strcmp(a->split, "val") ? EVAL_TEST : EVAL_VAL
				: j->run.check.val ? EVAL_VAL
						   : EVAL_TEST;
	int ret = -1;

	if (recipe_changed(&j->recipe, &j->run.recipe, keys_schema(), NULL, a->set, a->n_set, err))
		return -1;
	j->table.view = a->confusion ? VIEW_CONFUSION : a->per_class ? VIEW_CLASS : VIEW_SUMMARY;
	j->table.run = j->row->name;
	j->table.epoch = j->ck.epoch;
	eval_table_init(&j->table, &j->run.data);
	evaluator_init(&j->evaluator, &j->run, &j->recipe);
	j->evaluator.labels = a->labels;
	if (!evaluator_split(&j->evaluator, split, err)) {
		if (split == EVAL_TEST && j->run.check.val)
			log_info("scoring the test split: select on --split val, and report test "
				 "once");
		ret = each_protocol(a->protocol, evaluate_one, j, err);
	}
	evaluator_release(&j->evaluator);
	recipe_release(&j->recipe);
	return ret;
}

static int evaluate(struct job *j, long epoch, struct error *err)
{
	struct cmd_ctx *ctx = j->ctx;
	int ret = -1;

	if (pick_checkpoint(j, epoch, err))
		return -1;
	parallel_set_threads(j->args->threads ? (int)j->args->threads : cpu_count());
	if (!run_load(&j->run, ctx->store, j->row, j->ck.id ? &j->ck : NULL, err))
		ret = evaluate_all(j, err);
	if (!ret)
		table_print(j->table.table, ctx->format, ctx->out);
	if (j->table.table)
		table_free(j->table.table);
	run_release(&j->run);
	return ret;
}

/* The short cuts come first, so that --set overrides them. */
static int settings(struct eval_args *a, const struct opt_list *set, long k, double temperature,
		    long seed, struct error *err)
{
	if (k)
		snprintf(a->text[0], sizeof a->text[0], "eval.knn.k=%ld", k);
	if (temperature > 0)
		snprintf(a->text[1], sizeof a->text[1], "eval.knn.temperature=%.17g", temperature);
	if (seed >= 0)
		snprintf(a->text[2], sizeof a->text[2], "eval.seed=%ld", seed);
	for (int i = 0; i < SHORT_CUTS; i++)
		if (a->text[i][0])
			a->set[a->n_set++].text = a->text[i];
	for (int i = 0; i < set->n; i++) {
		if (strncmp(set->item[i], "eval.", 5))
			return error_set(
			    err, ERR_USAGE,
			    "--set: %s: only eval.* can be set, the run keeps its other settings",
			    set->item[i]);
		a->set[a->n_set++].text = set->item[i];
	}
	return 0;
}

static int check_args(const struct eval_args *a, struct error *err)
{
	if (a->split && strcmp(a->split, "val") && strcmp(a->split, "test"))
		return error_set(err, ERR_USAGE, "--split: '%s' is not val or test", a->split);
	if (a->per_class && a->confusion)
		return error_set(err, ERR_USAGE, "--per-class, --confusion: one of the two");
	return each_protocol(a->protocol, NULL, NULL, err);
}

static int run(struct cmd_ctx *ctx, const struct eval_args *a, const char *ref, struct error *err)
{
	struct run_row row;
	struct job j = {.ctx = ctx, .args = a, .row = &row};
	int64_t id;
	long epoch;
	int ret;

	if (check_args(a, err) || cmd_find_device(a->device, &j.run.opts.device, err) ||
	    refs_resolve(ctx->store, ref, &id, &epoch, err) || runs_get(ctx->store, id, &row, err))
		return -1;
	ret = evaluate(&j, epoch, err);
	run_row_release(&row);
	return ret;
}

static int eval_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct eval_args a = {.protocol = "knn"};
	struct opt_list set = {{0}, 0};
	long k = 0, seed = -1;
	double temperature = 0;
	const struct opt table[] = {
	    {0, "protocol", OPT_TEXT, &a.protocol, "P,...", "protocols: knn, linear ... (knn)", 0,
	     0},
	    {0, "split", OPT_TEXT, &a.split, "val|test",
	     "what to score (val where images are held out)", 0, 0},
	    {0, "labels", OPT_REAL, &a.labels, "SHARE", "share of the training labels to use", 1e-4,
	     1},
	    {0, "seed", OPT_INT, &seed, "N",
	     "seed of the random choices of protocols (the recipe's, 0)", 0, 9e15},
	    {0, "k", OPT_INT, &k, "N", "number of neighbours (the recipe's, 20)", 1, 100000},
	    {'T', "temperature", OPT_REAL, &temperature, "T",
	     "temperature of the votes (the recipe's, 0.07)", 1e-6, 1e6},
	    {0, "set", OPT_LIST, &set, "KEY=VALUE", "an eval.* setting: ssl help eval.", 0, 0},
	    {0, "untrained", OPT_FLAG, &a.untrained, NULL,
	     "evaluate the initial weights: the floor", 0, 0},
	    {0, "per-class", OPT_FLAG, &a.per_class, NULL, "print the accuracy of each class", 0,
	     0},
	    {0, "confusion", OPT_FLAG, &a.confusion, NULL, "print the confusion matrix", 0, 0},
	    {0, "device", OPT_TEXT, &a.device, "DEVICE", "device that computes: cpu or auto (auto)",
	     0, 0},
	    {'j', "threads", OPT_INT, &a.threads, "N", "threads (all cores)", 0, 1024},
	    {0}};
	int ret = opt_parse(ctx, &cmd_eval, table, argc, argv, 1, 1, NULL, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	if (settings(&a, &set, k, temperature, seed, err))
		return -1;
	return run(ctx, &a, argv[1], err);
}
