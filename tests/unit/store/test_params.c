/* Protects: rows of table param are made anew exactly where the keys are others than those that
 * they were made with, under the keys' present names; and run.method follows the recipe's word. */
#include "core/store/params.h"

#include <string.h>

#include "core/store/store_internal.h"
#include "tests/unit/store/scratch.h"

static const char old_sql[] =
    "INSERT INTO code VALUES (1, '0.1', 'b', 'gcc', '', '', '', '', 0);"
    "INSERT INTO host VALUES (1, 'box', 'CPU', '', 'Linux', 2);"
    "INSERT INTO recipe VALUES (1, 'h', 'g', '{\"mu\":5}');"
    "INSERT INTO param_name (id, name) VALUES (1, 'mu');"
    "INSERT INTO param (recipe_id, name_id, value, number) VALUES (1, 1, '5', 5);"
    "INSERT INTO run (id, uuid, name, method, recipe_id, code_id, host_id, seed, threads, epochs, "
    "steps, status, command, created, finished) VALUES (1, '00000000-0000-4000-8000-000000000001', "
    "'old', 'twins', 1, 1, 1, 1, 1, 1, 8, 'done', 'x', '2026-01-01 00:00:00.000', "
    "'2026-01-01 00:00:00.000');";

static int make(struct store *s, int64_t recipe, const char *json, struct error *err)
{
	const struct run_param p = {"spread", "5", 1, 5, 5};

	CU_ASSERT_STRING_EQUAL(json, "{\"mu\":5}");
	return params_replace(s, recipe, &p, 1, err);
}

static void says(struct scratch *x, const char *want)
{
	sqlite3_stmt *st =
	    db_prepare(x->s,
		       "SELECT r.method || ' ' || group_concat(p.param || '=' || "
		       "p.value) || ' ' || (SELECT count(*) FROM param_name) FROM run "
		       "r LEFT JOIN v_param p ON p.run_id = r.id",
		       &x->err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(st);
	CU_ASSERT_EQUAL_FATAL(db_step(x->s, st, &x->err), 1);
	CU_ASSERT_STRING_EQUAL(db_text(st, 0), want);
	sqlite3_reset(st);
}

static void test_remake(void)
{
	const struct params_name renamed = {"spread", "mu"}, method = {"barlow", "twins"};
	struct params_makers m = {.stamp = "1", .renamed = &renamed, .n_renamed = 1, .make = make};
	struct scratch x;

	m.methods = &method;
	m.n_methods = 1;
	scratch_open(&x);
	CU_ASSERT_EQUAL(params_remake_needed(x.s, &m, &x.err), 0); /* no recipe */
	CU_ASSERT_EQUAL_FATAL(db_script(x.s, old_sql, &x.err), 0);
	says(&x, "twins mu=5 1");
	CU_ASSERT_EQUAL(params_remake_needed(x.s, &m, &x.err), 1);
	CU_ASSERT_EQUAL(params_remake(x.s, &m, &x.err), 0);
	says(&x, "barlow spread=5 1");
	CU_ASSERT_EQUAL(params_remake_needed(x.s, &m, &x.err), 0);
	m.make = NULL; /* not called */
	CU_ASSERT_EQUAL(params_remake(x.s, &m, &x.err), 0);
	m.stamp = "2";
	CU_ASSERT_EQUAL(params_remake_needed(x.s, &m, &x.err), 1);
	scratch_close(&x);
}

int main(void)
{
	static const struct check_case cases[] = {{"rows made anew", test_remake}, {0}};

	return check_run("store/params", cases);
}
