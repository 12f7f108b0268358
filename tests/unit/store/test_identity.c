/* Protects: what older versions of ssl recorded gets its identity without a change of a value:
 * other settings than the recipe's in the name, measures, version 1 of a rule beside a missing
 * value; and again changes nothing. Names: settings in any order and spelling. */
#include "core/store/identity.h"

#include <string.h>

#include "core/store/digests.h"
#include "core/store/metric_kinds.h"
#include "core/store/metric_names.h"
#include "core/store/query/metric_caveats.h"
#include "tests/unit/store/scratch.h"

static void canonical(const char *settings, const char *want)
{
	struct strbuf out = STRBUF_INIT;

	identity_canonical(settings, &out);
	CU_ASSERT_STRING_EQUAL(out.buf, want);
	strbuf_release(&out);
}

static void measure(const char *protocol, const char *settings, const char *want)
{
	struct strbuf out = STRBUF_INIT;

	identity_measure(protocol, settings, &out);
	CU_ASSERT_STRING_EQUAL(out.buf, want);
	strbuf_release(&out);
}

static void test_names(void)
{
	struct strbuf out = STRBUF_INIT;

	CU_ASSERT_EQUAL(identity_base("test.knn.top1"), 13);
	CU_ASSERT_EQUAL(identity_base("test.knn.top1/k=3"), 13);
	CU_ASSERT_EQUAL(identity_base("test.linear.top1/l2=1,steps=3"), 16);
	CU_ASSERT_EQUAL(identity_base("train/loss"), 10);
	canonical("steps=3,l2=1e2", "l2=100,steps=3");
	canonical("solver=sgd,epochs=02", "epochs=2,solver=sgd");
	canonical("", "");
	canonical("k", "k=");
	identity_add_setting("a", "x,y /z", &out);
	identity_add_setting("b", "0.5", &out);
	CU_ASSERT_STRING_EQUAL(out.buf, "a=x%2Cy%20%2Fz,b=0.5");
	strbuf_release(&out);
	CU_ASSERT_EQUAL(digest_name_length("test.knn.top5/rule=1"), 13);
	CU_ASSERT_EQUAL(digest_name_length("a/rule=x"), 8);
	CU_ASSERT_STRING_EQUAL(metric_kind_goal("test.linear.top1/l2=1"), "max");
	CU_ASSERT_STRING_EQUAL(metric_kind_goal("train/epoch_s"), "min");
}

/* k and batches are cut to the bank, outcomes and a seed that draws nothing have no say, and what
 * is no JSON does no harm. */
static void test_measures(void)
{
	measure("knn", "{\"k\":20,\"temperature\":0.07,\"trained\":9,\"images\":4,\"seed\":5}",
		"bank=9, images=4, k=9, temperature=0.07");
	measure("linear",
		"{\"solver\":\"lbfgs\",\"l2\":0.1,\"steps\":44,\"converged\":true,\"trained\":9,"
		"\"seed\":5}",
		"bank=9, l2=0.1, solver=lbfgs");
	measure("linear-10pct", "{\"solver\":\"lbfgs\",\"trained\":9,\"labels\":0.1,\"seed\":5}",
		"bank=9, labels=0.1, seed=5, solver=lbfgs");
	measure("linear", "{\"solver\":\"sgd\",\"seed\":5}", "seed=5, solver=sgd");
	measure("linear", "{\"batch\":256,\"trained\":64}", "bank=64, batch=64");
	measure("knn", "{", "");
	measure("knn", "{\"k\":", "k=");
	measure("knn", "{\"k\"", "");
	measure("knn", "{\"k\":\"x", "k=x");
}

/* Run 1 as version 1 left it: kNN and a probe that stopped early during training, then kNN with
 * k = 3, fine-tuning, and kNN with k = 5, which came to what the series has, and with more
 * neighbours than there are images. */
static const char old_sql[] =
    "INSERT INTO code VALUES (1, '0.1', 'b', 'gcc', '', '', '', '', 0);"
    "INSERT INTO host VALUES (1, 'box', 'CPU', '', 'Linux', 2);"
    "INSERT INTO recipe VALUES (1, 'h', 'g', '{\"eval.finetune.batch\":64,"
    "\"eval.finetune.head_lr\":0,\"eval.finetune.lr\":0.05,\"eval.knn.k\":20,"
    "\"eval.linear.steps\":2,\"eval.seed\":0}');"
    "INSERT INTO run (id, uuid, name, method, recipe_id, code_id, host_id, seed, threads, epochs, "
    "steps, status, command, created, finished) VALUES (1, '00000000-0000-4000-8000-000000000001', "
    "'old', 'vicreg', 1, 1, 1, 1, 1, 1, 8, 'done', 'x', '2026-01-01 00:00:00.000', "
    "'2026-01-01 00:00:00.000');"
    "INSERT INTO metric_name (id, name, goal, unit, about) VALUES (1, 'test.knn.top1', 'max', '%', "
    "''), (2, 'test.knn.top5', 'max', '%', ''), (3, 'test.linear.top1', 'max', '%', ''), "
    "(4, 'test.finetune.top1', 'max', '%', '');"
    "INSERT INTO metric VALUES (1, 1, 8, 30, 0), (1, 2, 8, 90, 0), (1, 3, 8, 40, 0);"
    "INSERT INTO metric_summary VALUES (1, 1, 1, 0, 30, 0, 8, 30, 8, 30, 8), "
    "(1, 2, 1, 0, 90, 0, 8, 90, 8, 90, 8), (1, 3, 1, 0, 40, 0, 8, 40, 8, 40, 8);"
    "INSERT INTO eval (id, run_id, step, epoch, protocol, split, settings, seconds, created) "
    "VALUES "
    "(1, 1, 8, 1, 'knn', 'test', '{\"k\":20,\"trained\":9,\"images\":4,\"seed\":0}', 1, 't'), "
    "(2, 1, 8, 1, 'linear', 'test', '{\"solver\":\"lbfgs\",\"steps\":2,\"converged\":false,"
    "\"trained\":9,\"images\":4,\"seed\":0}', 1, 't'), "
    "(3, 1, 8, 1, 'knn', 'test', '{\"k\":3,\"trained\":9,\"images\":4,\"seed\":7}', 1, 't'), "
    "(4, 1, 8, 1, 'finetune', 'test', '{\"batch\":9,\"lr\":0.0017578125,"
    "\"head_lr\":0.0017578125,\"trained\":9,\"images\":4,\"seed\":7}', 1, 't'), "
    "(5, 1, 8, 1, 'knn', 'test', '{\"k\":5,\"trained\":9,\"images\":4,\"seed\":0}', 1, 't'), "
    "(6, 1, 8, 1, 'knn', 'test', '{\"k\":99,\"trained\":9,\"images\":4,\"seed\":0}', 1, 't');"
    "INSERT INTO eval_value VALUES (1, 1, 30, 0), (1, 2, 90, 0), (2, 3, 40, 0), (3, 1, 20, 0), "
    "(3, 2, 80, 0), (4, 4, 50, 0), (5, 1, 30, 0), (6, 1, 30, 0);";

/* "NAME VALUE;" of all values, in order. */
static void all_values(struct scratch *x, struct strbuf *out)
{
	sqlite3_stmt *st = db_prepare(
	    x->s,
	    "SELECT metric || ' ' || coalesce(value, 'none') || ';' FROM v_eval UNION ALL SELECT "
	    "'series ' "
	    "|| metric || ' ' || coalesce(value, 'none') || ';' FROM v_metric ORDER BY 1",
	    &x->err);

	strbuf_clear(out);
	CU_ASSERT_PTR_NOT_NULL_FATAL(st);
	while (db_step(x->s, st, &x->err) > 0)
		strbuf_adds(out, db_text(st, 0));
}

static void test_old_store(void)
{
	static const char want[] =
	    "series test.knn.top1 30.0;series test.knn.top5/rule=1 90.0;"
	    "series test.linear.top1/rule=1 40.0;test.finetune.top1/seed=7 50.0;"
	    "test.knn.top1 30.0;test.knn.top1 30.0;test.knn.top1/k=3 20.0;"
	    "test.knn.top1/k=5 30.0;test.knn.top5/k=3,rule=1 80.0;"
	    "test.knn.top5/rule=1 90.0;test.linear.top1 none;test.linear.top1/rule=1 40.0;";
	struct strbuf got = STRBUF_INIT, said = STRBUF_INIT;
	const int64_t run = 1;
	struct scratch x;
	int64_t id;
	int differ;

	scratch_open(&x);
	CU_ASSERT_EQUAL_FATAL(db_script(x.s, old_sql, &x.err), 0);
	for (int i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(identity_migrate(x.s, 0, &x.err), 0);
		all_values(&x, &got);
		CU_ASSERT_STRING_EQUAL(got.buf, want);
	}
	/* what a name means then, and what is said of it */
	CU_ASSERT_EQUAL(metric_pick(x.s, "knn.top5", &id, &x.err), 1);
	CU_ASSERT_EQUAL(
	    metric_caveats(x.s, "test.knn.top5/rule=1", &run, 1, &said, &differ, &x.err), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(said.buf, "older rule"));
	strbuf_clear(&said);
	CU_ASSERT_EQUAL(metric_caveats(x.s, "test.linear.top1", &run, 1, &said, &differ, &x.err),
			0);
	CU_ASSERT_PTR_NOT_NULL(strstr(said.buf, "did not converge in 2 steps"));
	CU_ASSERT_EQUAL(differ, 0);
	strbuf_release(&got);
	strbuf_release(&said);
	scratch_close(&x);
}

int main(void)
{
	static const struct check_case cases[] = {{"names of metrics with settings", test_names},
						  {"measures", test_measures},
						  {"values of an older version", test_old_store},
						  {0}};

	return check_run("store/identity", cases);
}
