/* Protects: a run that began under version 1 of the rules of metrics computes its series by it,
 * under names of their own, so that its digest chain stays what it was; the corrected value stands
 * beside it, and verify makes the run again by its own rules. */
#include <math.h>

#include "core/run/keys.h"
#include "core/run/run.h"
#include "core/run/verify.h"
#include "core/store/store_internal.h"
#include "tests/unit/run/tiny_dataset.h"
#include "tests/unit/store/scratch.h"

static const struct recipe_set settings[] = {
    {"method=random"},  {"encoder.arch=convnet"}, {"encoder.width=4"},
    {"augment.size=8"}, {"eval.knn.k=1"},
};

static int64_t evaluated_run(struct scratch *x, int rules)
{
	struct run r = {.store = x->s};
	int64_t id;

	CU_ASSERT_EQUAL_FATAL(recipe_load(&r.recipe, keys_schema(), NULL, settings,
					  sizeof settings / sizeof *settings, &x->err),
			      0);
	r.opts.command = "test";
	r.opts.threads = 1;
	r.opts.rules = rules;
	CU_ASSERT_EQUAL_FATAL(run_execute(&r, &x->err), 0);
	id = r.handle.id;
	run_release(&r);
	return id;
}

/* NaN when the run has no such series, or evaluation. */
static double value_of(struct scratch *x, int64_t run, const char *view, const char *metric)
{
	char sql[200];
	sqlite3_stmt *st;
	double v = NAN;

	snprintf(sql, sizeof sql, "SELECT value FROM %s WHERE run_id = %lld AND metric = '%s'",
		 view, (long long)run, metric);
	CU_ASSERT_EQUAL_FATAL(sqlite3_prepare_v2(x->s->db, sql, -1, &st, NULL), SQLITE_OK);
	if (sqlite3_step(st) == SQLITE_ROW)
		v = sqlite3_column_double(st, 0);
	sqlite3_finalize(st);
	return v;
}

static void check_verify(struct scratch *x, int64_t id)
{
	struct verify_opts opts = {.threads = 1};
	struct verify_report report = {0};
	struct run_row row;

	CU_ASSERT_EQUAL_FATAL(runs_get(x->s, id, &row, &x->err), 0);
	CU_ASSERT_EQUAL(verify_run(x->s, &row, &opts, &report, &x->err), 0);
	CU_ASSERT_EQUAL(report.count[VERIFY_METRIC], 0);
	CU_ASSERT_EQUAL(report.count[VERIFY_DIGEST], 0);
	run_row_release(&row);
}

static void test_own_rules(void)
{
	struct scratch x;
	int64_t old, now;
	double top1, top5;

	scratch_open(&x);
	tiny_dataset(&x);
	old = evaluated_run(&x, 1);
	now = evaluated_run(&x, 0);
	top1 = value_of(&x, now, "v_metric", "test.knn.top1");
	top5 = value_of(&x, now, "v_metric", "test.knn.top5");
	CU_ASSERT_EQUAL(top5, top1); /* one neighbour, one guess */
	CU_ASSERT_EQUAL(value_of(&x, old, "v_metric", "test.knn.top1"), top1);
	CU_ASSERT(value_of(&x, old, "v_metric", "test.knn.top5/rule=1") > top5);
	CU_ASSERT(isnan(value_of(&x, old, "v_metric", "test.knn.top5")));
	CU_ASSERT_EQUAL(value_of(&x, old, "v_eval", "test.knn.top5"), top5);
	CU_ASSERT_EQUAL(value_of(&x, old, "v_last", "test.knn.top5"), top5);
	check_verify(&x, old);
	check_verify(&x, now);
	scratch_close(&x);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"a run keeps its own version of the rules", test_own_rules}, {0}};

	return check_run("run/rules", cases);
}
