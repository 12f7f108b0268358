/* See latex.h. */
#include "core/report/latex.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"

static const struct {
	char c;
	const char *to;
} escapes[] = {
    {'&', "\\&"},
    {'%', "\\%"},
    {'$', "\\$"},
    {'#', "\\#"},
    {'_', "\\_"},
    {'{', "\\{"},
    {'}', "\\}"},
    {'~', "\\textasciitilde{}"},
    {'^', "\\textasciicircum{}"},
    {'\\', "\\textbackslash{}"},
    {'<', "\\textless{}"},
    {'>', "\\textgreater{}"},
    {'|', "\\textbar{}"},
    {'\n', " "},
};

static const char *escape_of(char c)
{
	for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++)
		if (escapes[i].c == c)
			return escapes[i].to;
	return NULL;
}

void latex_escape(const char *raw, struct strbuf *out)
{
	struct strbuf safe = STRBUF_INIT;
	const char *s, *to;

	utf8_visible_lines(raw, &safe);
	s = safe.buf;
	if (*s == '[' || *s == '*') /* what \\ and \midrule would take for their option */
		strbuf_adds(out, "{}");
	for (; *s; s++) {
		to = escape_of(*s);
		if (to)
			strbuf_adds(out, to);
		else
			strbuf_addc(out, *s);
		if ((*s == s[1] && strchr("-'`,", *s)) || (s[1] == '`' && strchr("?!", *s)))
			/* the two would be joined to another sign */
			strbuf_adds(out, "{}");
	}
	strbuf_release(&safe);
}

void latex_label(const char *raw, struct strbuf *out)
{
	int gap = 0, any = 0;

	for (const char *s = raw; *s; s++) {
		char c = *s >= 'A' && *s <= 'Z' ? (char)(*s - 'A' + 'a') : *s;

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) {
			gap = any;
			continue;
		}
		if (gap)
			strbuf_addc(out, '-');
		strbuf_addc(out, c);
		any = 1;
		gap = 0;
	}
}

void latex_number(double v, int digits, int plus, struct strbuf *out)
{
	char text[400];

	if (isnan(v)) {
		strbuf_adds(out, "--");
		return;
	}
	if (isinf(v)) {
		strbuf_adds(out, v < 0 ? "$-\\infty$" : "$\\infty$");
		return;
	}
	if (digits < 0)
		snprintf(text, sizeof text, "%.4g", fabs(v));
	else
		snprintf(text, sizeof text, "%.*f", digits, fabs(v));
	if (strspn(text, "0.") < strlen(text) && (v < 0 || plus))
		strbuf_adds(out, v < 0 ? "$-$" : "$+$");
	strbuf_adds(out, text);
}
