/* Protects: JSON is read strictly and exactly, and written in the form that recipes are hashed in.
 */
#include "core/base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check.h"

static struct json of(const char *text)
{
	return (struct json){.p = text, .end = text + strlen(text)};
}

/* A string that is read as `want`, or (want NULL) refused for the reason `why`. */
static void string(const char *text, const char *want, const char *why)
{
	struct strbuf out = STRBUF_INIT;
	struct json j = of(text);
	int ret = json_read_string(&j, &out);

	if (want)
		CU_ASSERT(!ret && !strcmp(out.buf, want) && json_at_end(&j));
	if (why)
		CU_ASSERT(ret && !strcmp(j.why, why));
	strbuf_release(&out);
}

static void test_strings(void)
{
	string("\"\"", "", NULL);
	string(" \n\"a b\" ", "a b", NULL);
	string("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", NULL);
	string("\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"", "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80",
	       NULL);
	string("\"\xFF\"", "\xFF", NULL); /* the caller checks */
	string("a", NULL, "a string is expected");
	string("\"a", NULL, "a string without end");
	string("\"a\\", NULL, "bad escape in a string");
	string("\"\\x\"", NULL, "bad escape in a string");
	string("\"\\u12\"", NULL, "bad \\u escape");
	string("\"\\ud83d\"", NULL, "half a surrogate pair");
	string("\"\\ude00\"", NULL, "half a surrogate pair");
	string("\"\\u0000\"", NULL, "NUL in a string");
	string("\"a\nb\"", NULL, "control character in a string");
}

static void number(const char *text, int is_integer, double want)
{
	struct json j = of(text);
	struct json_number n;

	CU_ASSERT(!json_read_number(&j, &n) && json_at_end(&j));
	CU_ASSERT(n.is_integer == is_integer && n.d == want);
	CU_ASSERT_EQUAL(n.i, is_integer ? (int64_t)strtoll(text, NULL, 10) : 0);
}

static void test_numbers(void)
{
	static const char *const bad[] = {"",
					  "-",
					  "+1",
					  "01",
					  "1.",
					  ".5",
					  "1e",
					  "1e+5.",
					  "--1",
					  "nan",
					  "inf",
					  "0x10",
					  "9223372036854775808",
					  "1e999"};
	struct json_number n;

	number("0", 1, 0);
	number("-0", 1, 0);
	number("9223372036854775807", 1, 9223372036854775807.0);
	number("-9223372036854775808", 1, -9223372036854775808.0);
	number("0.1", 0, 0.1);
	number("1e-05", 0, 1e-05);
	number("1E+2", 0, 100);
	number("5e-324", 0, 5e-324);
	number("1.7976931348623157e308", 0, 1.7976931348623157e308);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct json j = of(bad[i]);

		CU_ASSERT(json_read_number(&j, &n) || !json_at_end(&j));
	}
}

/* Every double is read back as it was, from the text that strbuf_add_number() writes. */
static void test_doubles_are_exact(void)
{
	struct strbuf text = STRBUF_INIT;
	uint64_t bits = 1;

	for (int i = 0; i < 20000; i++) {
		struct json_number n;
		struct json j;
		double x;

		bits = bits * 6364136223846793005ULL + 1442695040888963407ULL;
		memcpy(&x, &bits, sizeof x);
		if (!isfinite(x))
			continue;
		strbuf_clear(&text);
		strbuf_add_number(&text, x);
		j = of(text.buf);
		CU_ASSERT_FATAL(!json_read_number(&j, &n) && !memcmp(&n.d, &x, sizeof x));
	}
	strbuf_release(&text);
}

static void test_tokens(void)
{
	struct json j = of(" { } "), tight = {.compact = 1};
	const char *spaced = " null";

	CU_ASSERT(json_skip(&j, '{') && !json_at_end(&j) && json_skip(&j, '}') && json_at_end(&j));
	CU_ASSERT(!json_skip(&j, '}'));
	j = of(spaced);
	CU_ASSERT_STRING_EQUAL(json_read_word(&j), "null");
	j = of("nul");
	CU_ASSERT_PTR_NULL(json_read_word(&j));
	tight.p = spaced;
	tight.end = spaced + strlen(spaced);
	CU_ASSERT_PTR_NULL(json_read_word(&tight));
}

static void test_writing(void)
{
	struct strbuf sb = STRBUF_INIT;

	json_add_string(&sb, "a\"b\\c\n\t\x01 τ");
	CU_ASSERT_STRING_EQUAL(sb.buf, "\"a\\\"b\\\\c\\n\\t\\u0001 τ\"");
	strbuf_clear(&sb);
	json_add_visible(&sb, "\x1b[1m\xFF");
	CU_ASSERT_STRING_EQUAL(sb.buf, "\"\\u001b[1m\xEF\xBF\xBD\"");
	strbuf_clear(&sb);
	strbuf_addc(&sb, '{');
	json_add_name(&sb, "a");
	strbuf_addc(&sb, '1');
	json_add_name(&sb, "b\"");
	strbuf_adds(&sb, "[]}");
	CU_ASSERT_STRING_EQUAL(sb.buf, "{\"a\":1,\"b\\\"\":[]}");
	strbuf_release(&sb);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"strings are decoded, and refused where they are wrong", test_strings},
	    {"numbers are those of the standard", test_numbers},
	    {"every double is read back exactly", test_doubles_are_exact},
	    {"tokens, with and without blanks", test_tokens},
	    {"writing", test_writing},
	    {0}};

	return check_run("base/json", cases);
}
