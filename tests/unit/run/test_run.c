/*
 * Protects: the training step's promise to allocate nothing after the first epoch, the identity of
 * a run's dataset, and that what run_load() reads back is what run_checkpoint() wrote.
 */
#include <malloc.h>

#include "core/run/build.h"
#include "core/run/keys.h"
#include "core/run/run.h"
#include "core/tensor/memory.h"
#include "tests/unit/run/tiny_dataset.h"
#include "tests/unit/store/scratch.h"

static const struct recipe_set settings[] = {
    {"method=byol"},          {"encoder.arch=resnet18"},
    {"encoder.width=4"},      {"projector.dims=16,16"},
    {"predictor.dims=16,16"}, {"optim.name=lars"},
    {"optim.batch=8"},        {"optim.epochs=3"},
    {"optim.warmup=0"},       {"eval.at_start=false"},
    {"eval.every=0"},         {"checkpoint.every=3"},
    {"augment.preset=byol"},  {"optim.weight_decay=1e-5"},
};

/*
 * Between two steps of the last epoch the memory in use must not change. On a slow machine the
 * series is flushed to the store between two of them, which is no part of a step; so not every pair
 * has to be quiet, but a step that keeps what it allocates would leave no pair so.
 */
struct watch {
	struct mallinfo2 last;
	long steps;
	int pairs, quiet;
};

static void watch_step(void *ctx, long step, long steps, long epoch, long epochs, double loss,
		       double images_per_s)
{
	struct watch *w = ctx;

	(void)loss;
	(void)images_per_s;
	w->steps++;
	if (epoch == epochs) {
		struct mallinfo2 now = mallinfo2();

		w->quiet +=
		    w->pairs && now.uordblks == w->last.uordblks && now.hblkhd == w->last.hblkhd;
		w->pairs++;
		w->last = mallinfo2();
	}
	(void)step;
	(void)steps;
}

static int train(struct scratch *x, struct run *r, struct watch *w)
{
	memset(r, 0, sizeof *r);
	if (recipe_load(&r->recipe, keys_schema(), NULL, settings,
			sizeof settings / sizeof *settings, &x->err))
		return -1;
	r->store = x->s;
	r->opts.command = "test";
	r->opts.threads = 2;
	r->opts.progress = (struct run_progress){w, watch_step, NULL, NULL};
	return run_execute(r, &x->err);
}

static void test_no_allocation(void)
{
	struct scratch x;
	struct watch w = {0};
	struct run r;

	scratch_open(&x);
	tiny_dataset(&x);
	CU_ASSERT_EQUAL_FATAL(train(&x, &r, &w), 0);
	CU_ASSERT_EQUAL(w.steps, 15);
	CU_ASSERT_EQUAL(w.pairs, 5);
	CU_ASSERT(w.quiet >= 1);
	run_release(&r);
	scratch_close(&x);
}

static void test_load_gives_back(void)
{
	struct scratch x;
	struct watch w = {0};
	struct run r, again = {0};
	struct run_row row;
	struct checkpoint_row ck;

	scratch_open(&x);
	tiny_dataset(&x);
	CU_ASSERT_EQUAL_FATAL(train(&x, &r, &w), 0);
	CU_ASSERT_EQUAL_FATAL(runs_get(x.s, r.handle.id, &row, &x.err), 0);
	CU_ASSERT_EQUAL_FATAL(checkpoints_find(x.s, row.id, -1, &ck, &x.err), 0);
	CU_ASSERT_EQUAL_FATAL(run_load(&again, x.s, &row, &ck, &x.err), 0);
	CU_ASSERT_EQUAL_FATAL(r.params.n, again.params.n);
	for (int i = 0; i < r.params.n; i++) {
		const struct tensor *a = &r.params.list[i]->t, *b = &again.params.list[i]->t;

		CU_ASSERT_STRING_EQUAL(r.params.list[i]->name, again.params.list[i]->name);
		CU_ASSERT(!memcmp(a->mem->data, b->mem->data, a->n * sizeof *a->mem->data));
	}
	run_release(&again);

	strcpy(row.dataset_sha256, "something else");
	CU_ASSERT_EQUAL(run_load(&again, x.s, &row, &ck, &x.err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(x.err.msg, "content differs from that of the run"));
	run_release(&again);
	run_row_release(&row);
	run_release(&r);
	scratch_close(&x);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"a step allocates nothing after the first epoch", test_no_allocation},
	    {"a checkpoint gives every value back, and another dataset is refused",
	     test_load_gives_back},
	    {0}};

	return check_run("run/run", cases);
}
