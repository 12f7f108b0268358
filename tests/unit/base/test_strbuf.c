/* Protects: text that is built, above all numbers, which must read back as they were. */
#include "core/base/strbuf.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check.h"

static void test_growing(void)
{
	struct strbuf sb = STRBUF_INIT;
	char *s;

	CU_ASSERT_STRING_EQUAL(sb.buf, "");
	strbuf_release(&sb);
	for (int i = 0; i < 1000; i++)
		strbuf_addf(&sb, "%d,", i);
	CU_ASSERT_EQUAL(sb.len, 3890);
	CU_ASSERT_EQUAL(strlen(sb.buf), sb.len);
	strbuf_clear(&sb);
	strbuf_adds(&sb, "ab");
	strbuf_addc(&sb, 'c');
	strbuf_add(&sb, "\0d", 2);
	CU_ASSERT(sb.len == 5 && !memcmp(sb.buf, "abc\0d", 6));
	s = strbuf_detach(&sb);
	CU_ASSERT_STRING_EQUAL(s, "abc");
	CU_ASSERT(sb.len == 0 && !*sb.buf);
	free(s);
	s = strbuf_detach(&sb);
	CU_ASSERT_STRING_EQUAL(s, "");
	free(s);
	CU_ASSERT_EQUAL(*strbuf_empty, 0); /* the shared empty string was not written to */
}

static void number(double x, const char *want)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_add_number(&sb, x);
	if (strcmp(sb.buf, want))
		printf("%s is not %s\n", sb.buf, want);
	CU_ASSERT_STRING_EQUAL(sb.buf, want);
	strbuf_release(&sb);
}

static void test_numbers(void)
{
	static const double hard[] = {
	    1 / 3.0,  5e-324, 1.7976931348623157e308, 0.1 + 0.2, 123456789.123, 1e22, 3e-7,
	    -2.5e-10, 1e15,   999999999999999.0};

	number(0.1, "0.1");
	number(25, "25");
	number(-3, "-3");
	number(1e-5, "1e-05");
	number(0.996, "0.996");
	number(100000, "100000");
	number(NAN, "nan");
	number(INFINITY, "inf");
	number(-INFINITY, "-inf");
	for (size_t i = 0; i < sizeof hard / sizeof *hard; i++) {
		struct strbuf sb = STRBUF_INIT;

		strbuf_add_number(&sb, hard[i]);
		CU_ASSERT_EQUAL(strtod(sb.buf, NULL), hard[i]);
		strbuf_release(&sb);
	}
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"growing, clearing, detaching", test_growing},
	    {"numbers are short and read back the same", test_numbers},
	    {0}};

	return check_run("base/strbuf", cases);
}
