#include "core/base/utf8.h"

#include <string.h>

struct range {
	uint32_t lo, hi;
};

/* Combining marks and invisible characters, which take no column. */
static const struct range zero[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A},   {0x064B, 0x065F},
    {0x093C, 0x093C}, {0x0941, 0x0948}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A},   {0x1AB0, 0x1AFF},
    {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x2064},   {0x20D0, 0x20FF},
    {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF},
};
/* East Asian wide and full-width characters, and emoji. */
static const struct range wide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x23E9, 0x23EC},   {0x25FD, 0x25FE},
    {0x2614, 0x2615},   {0x2648, 0x2653},   {0x26A1, 0x26A1},   {0x26BD, 0x26BE},
    {0x2705, 0x2705},   {0x270A, 0x270B},   {0x2728, 0x2728},   {0x274C, 0x274C},
    {0x2753, 0x2755},   {0x2757, 0x2757},   {0x2795, 0x2797},   {0x2B50, 0x2B50},
    {0x2B55, 0x2B55},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},   {0xA960, 0xA97F},
    {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},
    {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF},
    {0x20000, 0x3FFFD},
};

static int is_in(uint32_t c, const struct range *r, int n)
{
	for (int i = 0; i < n; i++)
		if (c >= r[i].lo && c <= r[i].hi)
			return 1;
	return 0;
}

int utf8_next(const char *s, uint32_t *c)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *b = (const unsigned char *)s;
	int n = b[0] < 0x80   ? 1
		: b[0] < 0xC2 ? 0
		: b[0] < 0xE0 ? 2
		: b[0] < 0xF0 ? 3
		: b[0] < 0xF5 ? 4
			      : 0;
	uint32_t v;

	if (n == 1) {
		*c = b[0];
		return 1;
	}
	*c = 0xFFFD;
	if (!n)
		return 1;
	v = b[0] & (0x7Fu >> n);
	for (int i = 1; i < n; i++) {
		if ((b[i] & 0xC0) != 0x80)
			return 1;
		v = v << 6 | (b[i] & 0x3Fu);
	}
	if (v < least[n] || v > 0x10FFFF || (v >= 0xD800 && v <= 0xDFFF))
		return 1;
	*c = v;
	return n;
}

int utf8_is_valid(const char *s)
{
	uint32_t c;

	for (; *s; s += utf8_next(s, &c))
		if (utf8_next(s, &c) == 1 && c == 0xFFFD)
			return 0;
	return 1;
}

int utf8_width(const char *s)
{
	int width = 0;
	uint32_t c;

	while (*s) {
		s += utf8_next(s, &c);
		if (c < 0x300)
			width++;
		else if (!is_in(c, zero, sizeof zero / sizeof *zero))
			width += 1 + is_in(c, wide, sizeof wide / sizeof *wide);
	}
	return width;
}

void utf8_add(const char *s, int n, uint32_t c, struct strbuf *out)
{
	if (c == 0xFFFD)
		strbuf_adds(out, "\xEF\xBF\xBD");
	else
		strbuf_add(out, s, (size_t)n);
}

void utf8_repair(const char *s, struct strbuf *out)
{
	uint32_t c;
	int n;

	for (; *s; s += n) {
		n = utf8_next(s, &c);
		utf8_add(s, n, c, out);
	}
}

/* Marks that change the direction of writing, with which a name could be shown as another one. */
static int changes_direction(uint32_t c)
{
	return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
	       (c >= 0x2066 && c <= 0x2069);
}

int utf8_hides(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || changes_direction(c) || c == 0x2028 ||
	       c == 0x2029;
}

static void add_visible(const char *s, const char *kept, struct strbuf *out)
{
	uint32_t c;
	int n;

	for (; *s; s += n) {
		n = utf8_next(s, &c);
		if (!utf8_hides(c) || (c < 0x80 && strchr(kept, (int)c)))
			utf8_add(s, n, c, out);
		else if (c == '\n' || c == '\t')
			strbuf_adds(out, c == '\n' ? "\\n" : "\\t");
		else
			strbuf_addf(out, c < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)c);
	}
}

void utf8_visible(const char *s, struct strbuf *out)
{
	add_visible(s, "", out);
}

void utf8_visible_lines(const char *s, struct strbuf *out)
{
	add_visible(s, "\n\t", out);
}

/* The ASCII for a sign that ssl itself prints, or NULL. */
static const char *ascii_for(uint32_t c)
{
	static const struct {
		uint32_t c;
		const char *to;
	} sign[] = {
	    {0x00B1, "+-"}, {0x00B7, "."}, {0x00D7, "x"}, {0x2026, "~"}, {0x2500, "-"},
	    {0x2501, "-"},  {0x2502, "|"}, {0x2514, "+"}, {0x2524, "+"}, {0x2588, "#"},
	    {0x2591, "."},  {0x2592, ":"}, {0x2593, "+"}, {0x25C2, "<"},
	};

	for (size_t i = 0; i < sizeof sign / sizeof *sign; i++)
		if (sign[i].c == c)
			return sign[i].to;
	if (c >= 0x2589 && c <= 0x258F) /* 7 eighths to 1 eighth of a block */
		return c <= 0x258C ? "#" : " ";
	if (c >= 0x2800 && c <= 0x28FF)
		return c == 0x2800 ? " " : "*";
	return NULL;
}

void utf8_ascii(const char *s, struct strbuf *out)
{
	uint32_t c;

	for (int n; *s; s += n) {
		const char *to;

		n = utf8_next(s, &c);
		to = n > 1 ? ascii_for(c) : NULL;
		if (to)
			strbuf_adds(out, to);
		else
			strbuf_add(out, s, (size_t)n);
	}
}

int utf8_cut(const char *s, int width, struct strbuf *out)
{
	int used = 0, step, n;
	char one[8];
	uint32_t c;

	for (; *s; s += n) {
		n = utf8_next(s, &c);
		memcpy(one, s, (size_t)n);
		one[n] = 0;
		step = utf8_width(one);
		if (used + step > width)
			break;
		strbuf_add(out, s, (size_t)n);
		used += step;
	}
	return used;
}

int utf8_is_undrawable(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || c == 0x200E || c == 0x200F ||
	       (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c > 0x10FFFF ||
	       (c & 0xFFFE) == 0xFFFE || c == 0xFFFD;
}

void utf8_xml(const char *s, struct strbuf *out)
{
	uint32_t c;
	int n;

	for (; *s; s += n) {
		n = utf8_next(s, &c);
		if (c == '&')
			strbuf_adds(out, "&amp;");
		else if (c == '<')
			strbuf_adds(out, "&lt;");
		else if (c == '>')
			strbuf_adds(out, "&gt;");
		else if (c == '"')
			strbuf_adds(out, "&quot;");
		else if (c == '\'')
			strbuf_adds(out, "&#39;");
		else if (utf8_is_undrawable(c) && c != '\n' && c != '\t')
			strbuf_adds(out, "\xEF\xBF\xBD");
		else
			strbuf_add(out, s, (size_t)n);
	}
}
