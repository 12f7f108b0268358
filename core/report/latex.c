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

/* Greek letters that do not look like Latin ones, from U+0391 and from U+03B1: pdflatex has them in
 * formulas only. */
static const char *const greek_large[] = {
    NULL,    NULL,     "Gamma",   "Delta", NULL, NULL,  NULL,   "Theta", NULL,
    NULL,    "Lambda", NULL,      NULL,    "Xi", NULL,  "Pi",   NULL,    NULL,
    "Sigma", NULL,     "Upsilon", "Phi",   NULL, "Psi", "Omega"};
static const char *const greek_small[] = {
    "alpha", "beta",   "gamma",   "delta", "epsilon", "zeta", "eta",  "theta", "iota",
    "kappa", "lambda", "mu",      "nu",    "xi",      NULL,   "pi",   "rho",   "varsigma",
    "sigma", "tau",    "upsilon", "phi",   "chi",     "psi",  "omega"};

/* The name of the Greek letter with which s begins, two bytes of UTF-8; NULL if it begins with
 * another character. */
static const char *greek_of(const char *s)
{
	const unsigned char *u = (const unsigned char *)s;
	unsigned c;

	if ((*u != 0xce && *u != 0xcf) || (u[1] & 0xc0) != 0x80)
		return NULL;
	c = (*u & 0x1fu) << 6 | (u[1] & 0x3fu);
	if (c >= 0x391 && c < 0x391 + sizeof greek_large / sizeof *greek_large)
		return greek_large[c - 0x391];
	if (c >= 0x3b1 && c < 0x3b1 + sizeof greek_small / sizeof *greek_small)
		return greek_small[c - 0x3b1];
	return NULL;
}

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
	const char *s, *to, *greek;

	utf8_visible_lines(raw, &safe);
	s = safe.buf;
	if (*s == '[' || *s == '*') /* \\ and \midrule would read an option */
		strbuf_adds(out, "{}");
	for (; *s; s++) {
		to = escape_of(*s);
		greek = greek_of(s);
		if (greek) {
			strbuf_addf(out, "\\ensuremath{\\%s}", greek);
			s++;
		} else if (to)
			strbuf_adds(out, to);
		else
			strbuf_addc(out, *s);
		if ((*s == s[1] && strchr("-'`,", *s)) || (s[1] == '`' && strchr("?!", *s)))
			/* a ligature would join the two */
			strbuf_adds(out, "{}");
	}
	strbuf_release(&safe);
}

void latex_needs(const char *text, struct strbuf *out)
{
	strbuf_adds(out, "% needs \\usepackage{booktabs}\n");
	for (const char *s = text; *s; s++)
		if ((unsigned char)*s >= 0x80) {
			strbuf_adds(out, "% has names beyond ASCII: where pdflatex lacks a "
					 "character, lualatex or xelatex and a font that has it\n");
			return;
		}
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
