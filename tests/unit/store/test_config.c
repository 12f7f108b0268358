/* Protects: a value comes back as it was set, other lines of the file stay, and a file that is
 * wrong is an error with its line. */
#include "core/store/config.h"
#include "tests/unit/store/scratch.h"

static void value_is(struct scratch *x, const char *key, int found, const char *want)
{
	struct strbuf got = STRBUF_INIT;

	CU_ASSERT_EQUAL(config_get(x->s, key, &got, &x->err), found);
	CU_ASSERT_STRING_EQUAL(got.buf, want);
	strbuf_release(&got);
}

static void test_values(void)
{
	static const char *const values[] = {"select 1", "a\nb", "\\n", "x = y # z", "", "\\"};
	struct scratch x;

	scratch_open(&x);
	value_is(&x, "gc.age", 0, "3600");
	value_is(&x, "query.a", 0, "");
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		CU_ASSERT_EQUAL(config_set(x.s, "query.a", values[i], &x.err), 0);
		CU_ASSERT_EQUAL(config_set(x.s, "query.b", "other", &x.err), 0);
		value_is(&x, "query.a", 1, values[i]);
	}
	CU_ASSERT_EQUAL(config_set(x.s, "query.a", NULL, &x.err), 0);
	value_is(&x, "query.a", 0, "");
	value_is(&x, "query.b", 1, "other");
	scratch_close(&x);
}

static void test_wrong(void)
{
	struct scratch x;
	struct strbuf got = STRBUF_INIT;
	char path[600];

	scratch_open(&x);
	CU_ASSERT_EQUAL(config_set(x.s, "nosuch", "1", &x.err), -1);
	err_is(&x.err, ERR_USAGE, "not a key");
	CU_ASSERT_EQUAL(config_set(x.s, "query.a", "1 ", &x.err), -1);
	err_is(&x.err, ERR_USAGE, "blank");
	CU_ASSERT_EQUAL(config_set(x.s, "gc.age", "soon", &x.err), -1);
	err_is(&x.err, ERR_USAGE, "seconds");
	snprintf(path, sizeof path, "%s/config", store_dir(x.s));
	CU_ASSERT_EQUAL(fs_write_atomic(path, "# c\nword\n", 9, &x.err), 0);
	CU_ASSERT_EQUAL(config_get(x.s, "query.a", &got, &x.err), -1);
	err_is(&x.err, ERR_USAGE, "config:2");
	CU_ASSERT_EQUAL(config_set(x.s, "query.a", "1", &x.err), -1);
	CU_ASSERT_EQUAL(fs_read(path, &got, &x.err), 0);
	CU_ASSERT_STRING_EQUAL(got.buf, "# c\nword\n");
	strbuf_release(&got);
	scratch_close(&x);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"values come back", test_values}, {"what is wrong is said", test_wrong}, {0}};

	return check_run("store/config", cases);
}
