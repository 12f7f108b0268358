/* Protects: the workers of a sweep get the devices of a list in turn. */
#include "core/run/sweep.h"
#include "tests/check.h"

static void check(const char *list, int i, const char *expected)
{
	char out[64];

	supervisor_device(list, i, out, sizeof out);
	CU_ASSERT_STRING_EQUAL(out, expected);
}

static void test_turns(void)
{
	check(NULL, 3, "");
	check("cuda", 0, "cuda");
	check("cuda", 5, "cuda");
	check("cuda:0,cuda:1,cpu", 0, "cuda:0");
	check("cuda:0,cuda:1,cpu", 1, "cuda:1");
	check("cuda:0,cuda:1,cpu", 2, "cpu");
	check("cuda:0,cuda:1,cpu", 7, "cuda:1");
}

int main(void)
{
	static const struct check_case cases[] = {{"in turn", test_turns}, {0}};

	return check_run("run/supervise", cases);
}
