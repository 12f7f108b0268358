/* A selection that was prepared (selection_prepare()) returns the same as one that was not, as a
 * whole and in part. */
#include "core/store/query/selection.h"
#include "core/store/query/selection_add.h"
#include "core/store/query/selection_varied.h"
#include "tests/unit/store/scratch.h"

/* The same parameters with the same values. */
static void same_varied(const struct varied_set *a, const struct varied_set *b)
{
	CU_ASSERT_EQUAL_FATAL(a->n, b->n);
	CU_ASSERT_EQUAL_FATAL(a->runs, b->runs);
	for (int i = 0; i < a->n; i++) {
		CU_ASSERT_STRING_EQUAL(a->param[i].name, b->param[i].name);
		CU_ASSERT_EQUAL(a->param[i].levels, b->param[i].levels);
		CU_ASSERT_EQUAL(a->param[i].is_number, b->param[i].is_number);
		for (int k = 0; k < a->runs; k++)
			CU_ASSERT_STRING_EQUAL(a->param[i].text[k], b->param[i].text[k]);
	}
}

static void same(struct scratch *x, struct selection *plain, struct selection *prepared)
{
	struct varied_set a, b;

	CU_ASSERT_EQUAL_FATAL(plain->n, prepared->n);
	CU_ASSERT_EQUAL_FATAL(selection_varied(x->s, plain, &a, &x->err), 0);
	CU_ASSERT_EQUAL_FATAL(selection_varied(x->s, prepared, &b, &x->err), 0);
	same_varied(&a, &b);
	for (int i = 0; i < plain->n; i++)
		CU_ASSERT_EQUAL(selection_repeats(plain, i), selection_repeats(prepared, i));
	varied_release(&a);
	varied_release(&b);
}

/* Two values of mu with three seeds each, and the second run repeated. */
static void test_prepared(void)
{
	struct selection plain = {0}, prepared = {0}, p, s;
	const char keep[] = {1, 0, 1, 0, 1, 0, 0};
	struct run_handle h;
	struct scratch x;

	scratch_open(&x);
	for (int i = 0; i < 6; i++)
		CU_ASSERT_EQUAL_FATAL(scratch_run(x.s, i == 4 ? "byol" : "vicreg", NULL, i / 2,
						  i % 2 + 1, &h, &x.err),
				      0);
	CU_ASSERT_EQUAL_FATAL(scratch_run(x.s, "vicreg", NULL, 0, 2, &h, &x.err), 0);
	CU_ASSERT_EQUAL_FATAL(selection_add_where(x.s, &plain, NULL, &x.err), 0);
	CU_ASSERT_EQUAL_FATAL(selection_add_where(x.s, &prepared, NULL, &x.err), 0);
	for (int i = 0; i < plain.n; i++) {
		strcpy(plain.run[i].status, "done");
		strcpy(prepared.run[i].status, "done");
	}
	CU_ASSERT_EQUAL_FATAL(selection_prepare(x.s, &prepared, &x.err), 0);
	same(&x, &plain, &prepared);
	CU_ASSERT_EQUAL(selection_repeats(&prepared, 1), 1);
	CU_ASSERT_EQUAL(selection_repeats(&prepared, 6), 0);

	p = selection_part(&plain, keep); /* one mu, two methods */
	s = selection_part(&prepared, keep);
	same(&x, &p, &s);
	CU_ASSERT_EQUAL_FATAL(s.varied->n, 1);
	CU_ASSERT_STRING_EQUAL(s.varied->param[0].name, "method");
	selection_release(&p);
	selection_release(&s);
	selection_release(&plain);
	selection_release(&prepared);
	scratch_close(&x);
}

int main(void)
{
	static const struct check_case cases[] = {{"prepared, whole and in part", test_prepared},
						  {0}};

	return check_run("store/selection", cases);
}
