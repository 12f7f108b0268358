/* Tables: every format escapes what would break it, and numbers stay numbers. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/report/human.h"
#include "core/report/table.h"
#include "core/base/utf8.h"
#include "tests/check.h"

static void is(const struct table *t, enum table_format format, const char *want)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	table_print(t, format, f);
	fclose(f);
	if (strcmp(text, want))
		fprintf(stderr, "\n--- wanted\n%s--- got\n%s---\n", want, text);
	CU_ASSERT_STRING_EQUAL(text, want);
	free(text);
}

/* A name, a whole number, a real of two digits. */
static struct table *sample(const char *name)
{
	struct table *t = table_new();

	table_column(t, "name");
	table_column(t, "n");
	table_column(t, "x");
	table_text(t, name);
	table_int(t, -12);
	table_real(t, 0.125, 2);
	table_text(t, "b");
	table_null(t);
	table_real(t, NAN, 2);
	return t;
}

static void test_plain(void)
{
	struct table *t = sample("calm");

	CU_ASSERT_EQUAL(table_rows(t), 2);
	is(t, TABLE_TEXT, "name    n     x\ncalm  -12  0.12\nb       -   nan\n");
	is(t, TABLE_CSV, "name,n,x\ncalm,-12,0.125\nb,,nan\n");
	is(t, TABLE_TSV, "name\tn\tx\ncalm\t-12\t0.125\nb\t\tnan\n");
	is(t, TABLE_JSON,
	   "[{\"name\": \"calm\", \"n\": -12, \"x\": 0.125},\n"
	   " {\"name\": \"b\", \"n\": null, \"x\": null}]\n");
	is(t, TABLE_JSONL,
	   "{\"name\": \"calm\", \"n\": -12, \"x\": 0.125}\n"
	   "{\"name\": \"b\", \"n\": null, \"x\": null}\n");
	is(t, TABLE_MD,
	   "| name | n | x |\n| --- | ---: | ---: |\n| calm | -12 | 0.12 |\n| b |  | nan |\n");
	is(t, TABLE_LATEX,
	   "% needs \\usepackage{booktabs}\n\\begin{tabular}{lrr}\n\\toprule\nname & n & x "
	   "\\\\\n\\midrule\n"
	   "calm & -12 & 0.12 \\\\\nb &  & nan \\\\\n\\bottomrule\n\\end{tabular}\n");
	is(t, TABLE_HTML,
	   "<table>\n<thead>\n<tr><th>name</th><th style=\"text-align:right\">n</th>"
	   "<th style=\"text-align:right\">x</th></tr>\n</thead>\n<tbody>\n"
	   "<tr><td>calm</td><td style=\"text-align:right\">-12</td>"
	   "<td style=\"text-align:right\">0.12</td></tr>\n"
	   "<tr><td>b</td><td style=\"text-align:right\"></td>"
	   "<td style=\"text-align:right\">nan</td></tr>\n</tbody>\n</table>\n");
	table_free(t);
}

/* Numbers are rounded as printf rounds them. */
static void numbers_are(const char *format, int digits)
{
	static const double odd[] = {
	    0,      -0.0,    0.5,     1.5,      2.5,          0.125,     -0.125,   0.375,
	    0.005,  1.005,   99.995,  -0.004,   999999.4,     999999.5,  1e6,      1e-4,
	    9.9e-5, 0.1,     0.01,    0.001,    0.0999999995, 1e9,       123456.5, 99999.95,
	    1e300,  -1e-300, 1234567, 9.999995, 99.99995,     999999.99, 1e5,      1e15};
	enum { ODD = sizeof odd / sizeof *odd, ALL = 20000 };
	struct table *t = table_new();
	char *text = NULL, *line, number[400];
	size_t size;
	FILE *f = open_memstream(&text, &size);
	double v[ALL];
	struct rng r;

	rng_init(&r, 1, RNG_TEST, 0, (uint64_t)digits);
	table_column(t, "x");
	for (int i = 0; i < ALL; i++) {
		double wide = pow(10, floor(14 * rng_uniform(&r)) - 6);

		v[i] = i < ODD ? odd[i]
		       : i & 1 ? wide * rng_normal(&r)
			       : floor(1e6 * rng_uniform(&r)) / 1000; /* many are ties */
		table_real(t, v[i], digits);
	}
	table_print(t, TABLE_MD, f); /* no padding */
	fclose(f);
	line = strstr(text, "---:");
	for (int i = 0; i < ALL && line; i++) {
		size_t n;

		line = strstr(line, "\n| ");
		if (!line)
			break;
		line += 3;
		snprintf(number, sizeof number, format, v[i]);
		n = strcspn(line, " ");
		if (n != strlen(number) || strncmp(line, number, n)) {
			fprintf(stderr, "%.17g: %.*s, not %s\n", v[i], (int)n, line, number);
			CU_FAIL("rounded otherwise");
		}
	}
	CU_ASSERT_PTR_NOT_NULL(line);
	free(text);
	table_free(t);
}

static void test_numbers(void)
{
	numbers_are("%.0f", 0);
	numbers_are("%.1f", 1);
	numbers_are("%.2f", 2);
	numbers_are("%.4f", 4);
	numbers_are("%.6g", TABLE_SIX);
}

/* One column, one hostile cell. */
static void cell_is(const char *cell, enum table_format format, const char *want)
{
	struct table *t = table_new();

	table_column(t, "c");
	table_text(t, cell);
	is(t, format, want);
	table_free(t);
}

static void test_escapes(void)
{
	cell_is("a,\"b\"\nc", TABLE_CSV, "c\n\"a,\"\"b\"\"\nc\"\n");
	cell_is("", TABLE_CSV, "c\n\"\"\n");
	cell_is(NULL, TABLE_CSV, "c\n\n");
	cell_is("a\tb\nc\\", TABLE_TSV, "c\na\\tb\\nc\\\\\n");
	cell_is("\"\\\n\x01\xff", TABLE_JSONL, "{\"c\": \"\\\"\\\\\\n\\u0001\xEF\xBF\xBD\"}\n");
	cell_is("a|b_c*<i>&", TABLE_MD, "| c |\n| --- |\n| a\\|b\\_c\\*&lt;i&gt;&amp; |\n");
	cell_is("50%_a&b\\{}$#~^", TABLE_LATEX,
		"% needs \\usepackage{booktabs}\n\\begin{tabular}{l}\n\\toprule\nc "
		"\\\\\n\\midrule\n50\\%\\_a\\&b\\textbackslash{}\\{\\}"
		"\\$\\#\\textasciitilde{}\\textasciicircum{} \\\\\n\\bottomrule\n\\end{tabular}\n");
	cell_is("<a href='x'>&\"", TABLE_HTML,
		"<table>\n<thead>\n<tr><th>c</th></tr>\n</thead>\n<tbody>\n<tr><td>&lt;a "
		"href=&#39;x&#39;&gt;&amp;&quot;</td></tr>\n</tbody>\n</table>\n");
	/* a terminal must not obey a run's error message */
	cell_is("a\x1b[31m\nb", TABLE_TEXT, "c\na\\x1b[31m\\nb\n");
}

/* Columns are aligned by the width in a terminal: combining marks have none, wide characters two
 * columns. */
static void test_width(void)
{
	struct table *t = table_new();

	CU_ASSERT_EQUAL(utf8_width("abc"), 3);
	CU_ASSERT_EQUAL(utf8_width("λμν"), 3);
	CU_ASSERT_EQUAL(utf8_width("e\xCC\x81"), 1);
	CU_ASSERT_EQUAL(utf8_width("猫"), 2);
	CU_ASSERT_EQUAL(utf8_width("\xff\xfe"), 2);
	table_column(t, "a");
	table_column(t, "b");
	table_text(t, "猫");
	table_text(t, "x");
	table_text(t, "λ");
	table_text(t, "y");
	is(t, TABLE_TEXT, "a   b\n猫  x\nλ   y\n");
	table_free(t);
}

static void test_empty(void)
{
	struct table *t = table_new();

	is(t, TABLE_TEXT, "");
	table_column(t, "a");
	CU_ASSERT_EQUAL(table_rows(t), 0);
	is(t, TABLE_TEXT, "a\n");
	is(t, TABLE_JSON, "[]\n");
	is(t, TABLE_JSONL, "");
	is(t, TABLE_CSV, "a\n");
	table_free(t);
}

static void test_real_digits(void)
{
	struct table *t = table_new();

	table_column(t, "x");
	table_real(t, 1.0 / 3, TABLE_SIX);
	table_real(t, 0.1, TABLE_SHORTEST);
	table_real(t, 1.0 / 3, TABLE_SHORTEST);
	is(t, TABLE_TEXT,
	   "                 x\n          0.333333\n               0.1\n0.3333333333333333\n");
	is(t, TABLE_CSV, "x\n0.3333333333333333\n0.1\n0.3333333333333333\n");
	table_free(t);
}

static void test_format_names(void)
{
	enum table_format format = TABLE_CSV;
	struct error err = {0};

	CU_ASSERT_EQUAL(table_format_parse("latex", &format, &err), 0);
	CU_ASSERT_EQUAL(format, TABLE_LATEX);
	CU_ASSERT_EQUAL(table_format_parse("xml", &format, &err), -1);
	CU_ASSERT_EQUAL(err.code, ERR_USAGE);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, "jsonl"));
}

static void human_is(const char *want, double seconds, int64_t bytes)
{
	struct strbuf s = STRBUF_INIT;

	if (bytes < 0)
		human_duration(seconds, &s);
	else
		human_bytes(bytes, &s);
	CU_ASSERT_STRING_EQUAL(s.buf, want);
	strbuf_release(&s);
}

static void test_human(void)
{
	human_is("0s", 0.4, -1);
	human_is("119s", 119.9, -1);
	human_is("2m", 120, -1);
	human_is("2h", 7200, -1);
	human_is("2d", 48 * 3600, -1);
	human_is("inf", INFINITY, -1);
	human_is("0 B", 0, 0);
	human_is("999 B", 0, 999);
	human_is("1.0 kB", 0, 1000);
	human_is("412 MB", 0, 412345678);
	human_is("1.0 GB", 0, 999600000);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"all eight formats", test_plain},
	    {"each format escapes what would break it", test_escapes},
	    {"columns line up as a terminal shows them", test_width},
	    {"no rows, no columns", test_empty},
	    {"digits are for people, programs get all", test_real_digits},
	    {"numbers are rounded as printf rounds them", test_numbers},
	    {"formats have names", test_format_names},
	    {"durations and sizes are short", test_human},
	    {0},
	};

	return check_run("report/table", cases);
}
