/* Protects: a value is read back as it was set, other lines of the file are kept, and a mistake in
 * the file is an error with its line. */
#include "core/store/config.h"
#include "core/store/owner.h"
#include "tests/unit/store/scratch.h"

static void value_is(struct scratch *x, const char *key, int found, const char *want)
{
	struct strbuf got = STRBUF_INIT;
	struct config c;

	config_of_store(x->s, &c);
	CU_ASSERT_EQUAL(config_get(&c, key, &got, &x->err), found);
	CU_ASSERT_STRING_EQUAL(got.buf, want);
	strbuf_release(&got);
}

static void test_values(void)
{
	static const char *const values[] = {"select 1", "a\nb", "\\n", "x = y # z", "", "\\"};
	struct scratch x;
	struct config c;

	scratch_open(&x);
	config_of_store(x.s, &c);
	value_is(&x, "gc.age", 0, "3600");
	value_is(&x, "query.a", 0, "");
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		CU_ASSERT_EQUAL(config_set(&c, "query.a", values[i], &x.err), 0);
		CU_ASSERT_EQUAL(config_set(&c, "query.b", "other", &x.err), 0);
		value_is(&x, "query.a", 1, values[i]);
	}
	CU_ASSERT_EQUAL(config_unset(&c, "query.a", NULL, &x.err), 0);
	value_is(&x, "query.a", 0, "");
	value_is(&x, "query.b", 1, "other");
	scratch_close(&x);
}

static void test_wrong(void)
{
	struct scratch x;
	struct config c;
	struct strbuf got = STRBUF_INIT;
	char path[600];

	scratch_open(&x);
	config_of_store(x.s, &c);
	CU_ASSERT_EQUAL(config_set(&c, "nosuch", "1", &x.err), -1);
	err_is(&x.err, ERR_USAGE, "not a key");
	CU_ASSERT_EQUAL(config_set(&c, "query.a", "1 ", &x.err), -1);
	err_is(&x.err, ERR_USAGE, "blank");
	CU_ASSERT_EQUAL(config_set(&c, "gc.age", "soon", &x.err), -1);
	err_is(&x.err, ERR_USAGE, "seconds");
	snprintf(path, sizeof path, "%s/config", store_dir(x.s));
	CU_ASSERT_EQUAL(fs_write_atomic(path, "# c\nword\n", 9, &x.err), 0);
	CU_ASSERT_EQUAL(config_get(&c, "query.a", &got, &x.err), -1);
	err_is(&x.err, ERR_USAGE, "config:2");
	CU_ASSERT_EQUAL(config_set(&c, "query.a", "1", &x.err), -1);
	CU_ASSERT_EQUAL(fs_read(path, &got, &x.err), 0);
	CU_ASSERT_STRING_EQUAL(got.buf, "# c\nword\n");
	strbuf_release(&got);
	scratch_close(&x);
}

static void test_lists(void)
{
	struct scratch x;
	struct config c;
	struct strbuf got = STRBUF_INIT;

	scratch_open(&x);
	setenv("XDG_CONFIG_HOME", store_dir(x.s), 1);
	CU_ASSERT_EQUAL(config_of_user(&c, &x.err), 0);
	CU_ASSERT_EQUAL(config_set(&c, "safe.directory", "/a", &x.err), 0);
	CU_ASSERT_EQUAL(config_set(&c, "safe.directory", "/b", &x.err), 0);
	CU_ASSERT_EQUAL(config_set(&c, "safe.directory", "/a", &x.err), 0);
	CU_ASSERT_EQUAL(config_get(&c, "safe.directory", &got, &x.err), 1);
	CU_ASSERT_STRING_EQUAL(got.buf, "/a\n/b");
	CU_ASSERT_EQUAL(config_unset(&c, "safe.directory", "/a", &x.err), 0);
	strbuf_clear(&got);
	CU_ASSERT_EQUAL(config_get(&c, "safe.directory", &got, &x.err), 1);
	CU_ASSERT_STRING_EQUAL(got.buf, "/b");
	CU_ASSERT_EQUAL(config_unset(&c, "safe.directory", NULL, &x.err), 0);
	strbuf_clear(&got);
	CU_ASSERT_EQUAL(config_get(&c, "safe.directory", &got, &x.err), 0);
	CU_ASSERT_EQUAL(config_set(&c, "gc.age", "1", &x.err), -1);
	err_is(&x.err, ERR_USAGE, "not a key");
	unsetenv("XDG_CONFIG_HOME");
	strbuf_release(&got);
	scratch_close(&x);
}

static void test_safe(void)
{
	static const struct {
		const char *value, *folder;
		int matches;
	} cases[] = {
	    {"*", "/home/a/b", 1},
	    {"/home/a/b", "/home/a/b", 1},
	    {"/home/a/b///", "/home/a/b", 1},
	    {"/home/a", "/home/a/b", 0},
	    {"/home/a/*", "/home/a/b", 1},
	    {"/home/a/*", "/home/a/b/c", 1},
	    {"/home/a/*", "/home/a", 0},
	    {"/home/a/*", "/home/ab/c", 0},
	    {"~/b", "/home/a/b", 1},
	    {"~/*", "/home/a/b", 1},
	    {"a/b", "/home/a/b", 0},
	    {"", "/home/a/b", 0},
	    {"/home/a/b*", "/home/a/bc", 0},
	    {"/", "/", 1},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CU_ASSERT_EQUAL(owner_matches(cases[i].value, cases[i].folder, "/home/a"),
				cases[i].matches);
}

int main(void)
{
	static const struct check_case cases[] = {{"values come back", test_values},
						  {"mistakes are errors", test_wrong},
						  {"a list has every value once", test_lists},
						  {"which folders are safe", test_safe},
						  {0}};

	return check_run("store/config", cases);
}
