/*
 * What every CUnit program needs: a suite from a table of cases, verbose output, an exit status. A
 * test program looks like this:
 *
 *     static void test_x(void) { CU_ASSERT(...); }
 *     int main(void)
 *     {
 *             static const struct check_case cases[] = {{"x does y", test_x}, {0}};
 *             return check_run("base/rng", cases);
 *     }
 */
#ifndef SSL_TESTS_CHECK_H
#define SSL_TESTS_CHECK_H

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct check_case {
	const char *name;
	void (*fn)(void);
};

/* Runs the cases as one suite; with SSL_TEST_CASES=TEXT in the environment only those whose names
 * contain TEXT. Returns the exit status: 0 if at least one test ran and none failed. */
static inline int check_run(const char *suite_name, const struct check_case *cases)
{
	const char *part = getenv("SSL_TEST_CASES");
	CU_pSuite suite;
	unsigned failed;

	if (CU_initialize_registry() != CUE_SUCCESS)
		return 1;
	suite = CU_add_suite(suite_name, NULL, NULL);
	for (; suite && cases->name; cases++)
		if ((!part || strstr(cases->name, part)) &&
		    !CU_add_test(suite, cases->name, cases->fn))
			suite = NULL;
	if (!suite) {
		fprintf(stderr, "%s: %s\n", suite_name, CU_get_error_msg());
		CU_cleanup_registry();
		return 1;
	}
	CU_basic_set_mode(CU_BRM_VERBOSE);
	CU_basic_run_tests();
	failed = CU_get_number_of_failures() + CU_get_number_of_suites_failed() +
	         (CU_get_number_of_tests_run() == 0);
	CU_cleanup_registry();
	return failed ? 1 : 0;
}

#endif
