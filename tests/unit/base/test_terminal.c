/* Protects: what is known of a terminal, and texts that are made to fit it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/terminal.h"
#include "core/base/utf8.h"
#include "tests/check.h"

static void set(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

static int is_ascii(const char *term, const char *all, const char *ctype, const char *lang)
{
	set("TERM", term);
	set("LC_ALL", all);
	set("LC_CTYPE", ctype);
	set("LANG", lang);
	return terminal_is_ascii(stdout);
}

/* As POSIX has it: the first that is set and not empty counts. */
static void test_locale(void)
{
	FILE *file = tmpfile();

	CU_ASSERT_EQUAL(is_ascii("xterm", NULL, NULL, NULL), 1);
	CU_ASSERT_EQUAL(is_ascii("xterm", NULL, NULL, "de_DE.UTF-8"), 0);
	CU_ASSERT_EQUAL(is_ascii("xterm", NULL, NULL, "C.utf8"), 0);
	CU_ASSERT_EQUAL(is_ascii("xterm", "C", NULL, "de_DE.UTF-8"), 1);
	CU_ASSERT_EQUAL(is_ascii("xterm", "", "C.UTF-8", "C"), 0);
	CU_ASSERT_EQUAL(is_ascii("xterm", NULL, "de_DE.ISO-8859-1", "C.UTF-8"), 1);
	CU_ASSERT_EQUAL(is_ascii("dumb", "C.UTF-8", NULL, NULL), 1);
	if (file) {
		CU_ASSERT_EQUAL(terminal_is_ascii(file), 0);
		CU_ASSERT_EQUAL(terminal_columns(file), 0);
		fclose(file);
	}
	set("TERM", NULL);
	CU_ASSERT_EQUAL(terminal_is_dumb(), 1);
	set("TERM", "xterm");
	CU_ASSERT_EQUAL(terminal_is_dumb(), 0);
}

static void check_ascii(const char *from, const char *to)
{
	struct strbuf out = STRBUF_INIT;

	utf8_ascii(from, &out);
	CU_ASSERT_STRING_EQUAL(out.buf, to);
	strbuf_release(&out);
}

static void test_ascii(void)
{
	check_ascii("1 \xC2\xB1 2 \xC3\x97 3\xE2\x80\xA6", "1 +- 2 x 3~");
	check_ascii("\xE2\x96\x88\xE2\x96\x8C\xE2\x96\x8F\xE2\xA0\x80\xE2\xA0\x81", "##  *");
	check_ascii("Gr\xC3\xB6\xC3\x9F"
		    "e",
		    "Gr\xC3\xB6\xC3\x9F"
		    "e"); /* a name stays */
	check_ascii("\xFF", "\xFF");
}

static void check_cut(const char *from, int width, const char *to, int used)
{
	struct strbuf out = STRBUF_INIT;

	CU_ASSERT_EQUAL(utf8_cut(from, width, &out), used);
	CU_ASSERT_STRING_EQUAL(out.buf, to);
	strbuf_release(&out);
}

static void test_cut(void)
{
	check_cut("abc", 5, "abc", 3);
	check_cut("abc", 2, "ab", 2);
	check_cut("abc", 0, "", 0);
	check_cut("\xC3\xB6\xC3\x9Fx", 2, "\xC3\xB6\xC3\x9F", 2);
	check_cut("\xE4\xB8\xAD\xE6\x96\x87", 3, "\xE4\xB8\xAD", 2); /* wide: two columns each */
	check_cut("a\xCC\x81"
		  "b",
		  1, "a\xCC\x81", 1); /* a mark belongs to its letter */
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"the locale says what can be shown, and so does a dumb terminal", test_locale},
	    {"signs of ours are ASCII, names stay", test_ascii},
	    {"a text is cut between characters", test_cut},
	    {0},
	};
	return check_run("base/terminal", cases);
}
