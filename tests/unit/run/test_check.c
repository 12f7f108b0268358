/* Protects: the rule of data.val's default, what can be evaluated on which split, and which images
 * a recipe trains on, for every kind of dataset. */
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/run/check.h"
#include "core/run/datasets.h"
#include "core/run/keys.h"
#include "tests/check.h"

/* Images of train, test, unlabeled and val, and classes in train. */
static struct data_facts facts(uint32_t train, uint32_t test, uint32_t unlabeled, uint32_t val,
			       int classes)
{
	struct data_facts f = {
	    .name = "made", .height = 32, .width = 32, .channels = 3, .classes = classes};

	f.n[SPLIT_TRAIN] = train;
	f.n[SPLIT_TEST] = test;
	f.n[SPLIT_UNLABELED] = unlabeled;
	f.n[SPLIT_VAL] = val;
	f.present[SPLIT_TRAIN] = train ? classes : 0;
	f.present[SPLIT_TEST] = test ? classes : 0;
	f.present[SPLIT_VAL] = val ? classes : 0;
	return f;
}

static uint32_t val_of(uint32_t train, uint32_t test, uint32_t unlabeled, uint32_t val, int classes,
		       enum eval_split split)
{
	struct data_facts f = facts(train, test, unlabeled, val, classes);

	return run_check_val(&f, split);
}

static void test_default_val(void)
{
	CU_ASSERT_EQUAL(val_of(180, 0, 0, 0, 3, EVAL_TEST), 18); /* a tenth */
	CU_ASSERT_EQUAL(val_of(184, 0, 0, 0, 3, EVAL_TEST), 18); /* to the nearest */
	CU_ASSERT_EQUAL(val_of(185, 0, 0, 0, 3, EVAL_TEST), 19);
	CU_ASSERT_EQUAL(val_of(4, 0, 0, 0, 2, EVAL_TEST), 1);      /* at least one */
	CU_ASSERT_EQUAL(val_of(180, 60, 0, 0, 3, EVAL_TEST), 0);   /* there is a test split */
	CU_ASSERT_EQUAL(val_of(180, 60, 0, 0, 3, EVAL_VAL), 18);   /* but val is asked for */
	CU_ASSERT_EQUAL(val_of(180, 60, 0, 25, 3, EVAL_TEST), 25); /* its own */
	CU_ASSERT_EQUAL(val_of(180, 0, 0, 0, 1, EVAL_TEST), 0);    /* of one class */
	CU_ASSERT_EQUAL(val_of(0, 0, 180, 0, 0, EVAL_TEST), 0);    /* without labels */
	CU_ASSERT_EQUAL(val_of(0, 60, 180, 0, 3, EVAL_TEST), 0);
}

static void test_splits(void)
{
	struct data_facts plain = facts(180, 0, 0, 0, 3), one = facts(180, 20, 0, 0, 1);
	struct data_facts flat = facts(0, 0, 180, 0, 0), whole = facts(180, 60, 0, 0, 3);

	CU_ASSERT_EQUAL(run_check_split(&plain, EVAL_TEST, 18), SKIP_NO_TEST);
	CU_ASSERT_EQUAL(run_check_split(&plain, EVAL_VAL, 18), SKIP_NOTHING);
	CU_ASSERT_EQUAL(run_check_split(&plain, EVAL_VAL, 0), SKIP_NO_VAL);
	CU_ASSERT_EQUAL(run_check_split(&one, EVAL_TEST, 0), SKIP_ONE_CLASS);
	CU_ASSERT_EQUAL(run_check_split(&flat, EVAL_TEST, 0), SKIP_NO_LABELS);
	CU_ASSERT_EQUAL(run_check_split(&whole, EVAL_TEST, 0), SKIP_NOTHING);
}

/* The check of a recipe with n settings; -1 where it is refused. */
static int check(struct run_check *c, const struct data_facts *f, const char *a, const char *b)
{
	struct recipe_set set[4] = {{"encoder.arch=convnet"}, {"optim.batch=16"}, {a}, {b}};
	struct error err = {0};
	struct recipe rc;
	int ret;

	CU_ASSERT_EQUAL_FATAL(
	    recipe_load(&rc, keys_schema(), NULL, set, 2 + (a != NULL) + (b != NULL), &err), 0);
	ret = run_check_given(c, &rc, run_check_names_split(&rc), f, &err);
	CU_ASSERT(!ret || (err.code == ERR_USAGE && err.msg[0]));
	recipe_release(&rc);
	return ret;
}

static void test_images(void)
{
	struct data_facts stl = facts(100, 60, 400, 0, 10), own = facts(180, 60, 0, 25, 3);
	struct run_check c;

	CU_ASSERT_EQUAL(check(&c, &stl, NULL, NULL), 0);
	CU_ASSERT(c.pool == 500 && !c.held && !c.skip && c.split == EVAL_TEST && !c.final_test);
	CU_ASSERT_EQUAL(check(&c, &stl, "data.val=20", NULL), 0);
	CU_ASSERT(c.pool == 480 && c.held == 20 && c.val == 20 && c.split == EVAL_VAL &&
		  c.final_test);
	CU_ASSERT_EQUAL(check(&c, &stl, "method=supervised", NULL), 0);
	CU_ASSERT_EQUAL(c.pool, 100);
	CU_ASSERT_EQUAL(check(&c, &own, "data.val=25", NULL), 0); /* the dataset's own */
	CU_ASSERT(c.pool == 180 && !c.held && c.val == 25 && c.split == EVAL_VAL && c.final_test);
	CU_ASSERT_EQUAL(check(&c, &own, "data.val=30", NULL), 0);
	CU_ASSERT(c.pool == 150 && c.held == 30 && c.val == 30);
	CU_ASSERT_EQUAL(check(&c, &own, "data.val=0", NULL), 0);
	CU_ASSERT(c.pool == 180 && !c.val && c.split == EVAL_TEST);
}

/* What is known of `shapes` before it is made is what it will be. */
static void test_shapes(void)
{
	struct data_facts before, after;
	char dir[] = "/tmp/ssl-check.XXXXXX", path[4200], hash[HASH_HEX];
	struct error err = {0};
	struct dataset d;

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
	CU_ASSERT_EQUAL_FATAL(
	    dataset_shapes(SHAPES_SEED, 20, 10, dir, path, sizeof path, hash, &err), 0);
	CU_ASSERT_EQUAL_FATAL(dataset_open(&d, path, &err), 0);
	data_facts_of(&after, &d, DATASET_SHAPES);
	data_facts_shapes(&before);
	CU_ASSERT(before.height == after.height && before.width == after.width &&
		  before.channels == after.channels && before.classes == after.classes);
	for (int s = 0; s < SPLIT_COUNT; s++)
		CU_ASSERT_EQUAL(before.present[s], after.present[s]);
	CU_ASSERT(before.n[SPLIT_TRAIN] == SHAPES_TRAIN && before.n[SPLIT_TEST] == SHAPES_TEST);
	dataset_close(&d);
	fs_remove_tree(dir);
}

static void test_what_is_wanted(void)
{
	struct data_facts flat = facts(0, 0, 180, 0, 0);
	struct run_check c;

	CU_ASSERT_EQUAL(check(&c, &flat, NULL, NULL), 0);
	CU_ASSERT(c.wanted && c.skip == SKIP_NO_LABELS);
	CU_ASSERT_EQUAL(check(&c, &flat, "eval.protocol=[]", NULL), 0);
	CU_ASSERT(!c.wanted && !c.skip);
	CU_ASSERT_EQUAL(check(&c, &flat, "eval.every=0", NULL), 0);
	CU_ASSERT(c.wanted && c.skip); /* knn before training */
	CU_ASSERT_EQUAL(check(&c, &flat, "eval.every=0", "eval.at_start=false"), 0);
	CU_ASSERT(!c.wanted && !c.skip);
	CU_ASSERT_EQUAL(check(&c, &flat, "eval.every=0", "eval.protocol=finetune"), 0);
	CU_ASSERT(!c.wanted); /* never before the last epoch */
}

static void test_refused(void)
{
	struct data_facts flat = facts(0, 0, 180, 0, 0), one = facts(180, 0, 0, 0, 1);
	struct data_facts plain = facts(180, 0, 0, 0, 3), whole = facts(180, 60, 0, 0, 3);
	struct run_check c;

	CU_ASSERT_EQUAL(check(&c, &flat, "method=supervised", NULL), -1);
	CU_ASSERT_EQUAL(check(&c, &one, "method=supervised", NULL), -1);
	CU_ASSERT_EQUAL(check(&c, &flat, "data.val=5", NULL), -1);
	CU_ASSERT_EQUAL(check(&c, &plain, "data.val=180", NULL), -1);
	CU_ASSERT_EQUAL(check(&c, &plain, "data.val=179", NULL), -1); /* no batch is left */
	CU_ASSERT_EQUAL(check(&c, &plain, "optim.batch=181", NULL), -1);
	CU_ASSERT_EQUAL(check(&c, &plain, "optim.batch=181", "method=random"), 0);
	CU_ASSERT_EQUAL(check(&c, &plain, "eval.split=test", NULL), -1);
	CU_ASSERT_EQUAL(check(&c, &plain, NULL, NULL), 0); /* skipped: nothing was named */
	CU_ASSERT_EQUAL(c.skip, SKIP_NO_TEST);
	CU_ASSERT_EQUAL(check(&c, &whole, "eval.split=val", NULL), -1);
	CU_ASSERT_EQUAL(check(&c, &flat, "eval.split=test", NULL), 0); /* no split would do */
	CU_ASSERT_EQUAL(check(&c, &plain, "encoder.depth=8", NULL), -1);
	CU_ASSERT_EQUAL(check(&c, &plain, "method=byol", "predictor.dims=7"), -1);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"validation images by default", test_default_val},
	    {"what can be evaluated on which split", test_splits},
	    {"which images are trained on", test_images},
	    {"the built-in dataset before it is made", test_shapes},
	    {"whether an evaluation is wanted", test_what_is_wanted},
	    {"what is refused", test_refused},
	    {0}};

	return check_run("run/check", cases);
}
