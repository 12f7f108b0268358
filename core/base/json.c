#include "core/base/json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/utf8.h"

static int fail(struct json *j, const char *why)
{
	j->why = why;
	return -1;
}

static void skip_blanks(struct json *j)
{
	while (!j->compact && j->p < j->end && *j->p && strchr(" \n\r\t", *j->p))
		j->p++;
}

int json_skip(struct json *j, char c)
{
	skip_blanks(j);
	if (j->p == j->end || *j->p != c)
		return 0;
	j->p++;
	return 1;
}

int json_at_end(struct json *j)
{
	skip_blanks(j);
	return j->p == j->end;
}

/* ---- strings ---- */

static int read_hex4(struct json *j, unsigned *out)
{
	*out = 0;
	for (int i = 0; i < 4; i++, j->p++) {
		unsigned c = j->p < j->end ? (unsigned char)*j->p : 0, digit;

		if (c >= '0' && c <= '9')
			digit = c - '0';
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			digit = (c | 32) - 'a' + 10;
		else
			return fail(j, "bad \\u escape");
		*out = *out * 16 + digit;
	}
	return 0;
}

static void add_utf8(struct strbuf *out, unsigned c)
{
	if (c < 0x80) {
		strbuf_addc(out, (char)c);
	} else if (c < 0x800) {
		strbuf_addc(out, (char)(0xC0 | c >> 6));
		strbuf_addc(out, (char)(0x80 | (c & 0x3F)));
	} else {
		if (c < 0x10000) {
			strbuf_addc(out, (char)(0xE0 | c >> 12));
		} else {
			strbuf_addc(out, (char)(0xF0 | c >> 18));
			strbuf_addc(out, (char)(0x80 | (c >> 12 & 0x3F)));
		}
		strbuf_addc(out, (char)(0x80 | (c >> 6 & 0x3F)));
		strbuf_addc(out, (char)(0x80 | (c & 0x3F)));
	}
}

/* The cursor stands behind "\u". */
static int read_unicode(struct json *j, struct strbuf *out)
{
	unsigned c, low;

	if (read_hex4(j, &c))
		return -1;
	if (c >= 0xD800 && c < 0xDC00) {
		if (j->end - j->p < 2 || j->p[0] != '\\' || j->p[1] != 'u')
			return fail(j, "half a surrogate pair");
		j->p += 2;
		if (read_hex4(j, &low))
			return -1;
		if (low < 0xDC00 || low > 0xDFFF)
			return fail(j, "half a surrogate pair");
		c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
	} else if (c >= 0xDC00 && c < 0xE000) {
		return fail(j, "half a surrogate pair");
	}
	if (!c)
		return fail(j, "NUL in a string");
	add_utf8(out, c);
	return 0;
}

/* The cursor stands behind the backslash. */
static int read_escape(struct json *j, struct strbuf *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	char c = j->p < j->end ? *j->p++ : 0;
	const char *at = c ? strchr(from, c) : NULL;

	if (c == 'u')
		return read_unicode(j, out);
	if (!at)
		return fail(j, "bad escape in a string");
	strbuf_addc(out, to[at - from]);
	return 0;
}

int json_read_string(struct json *j, struct strbuf *out)
{
	if (!json_skip(j, '"'))
		return fail(j, "a string is expected");
	for (;;) {
		const char *from = j->p;

		while (j->p < j->end && *j->p != '"' && *j->p != '\\' &&
		       (unsigned char)*j->p >= 0x20)
			j->p++;
		strbuf_add(out, from, (size_t)(j->p - from));
		if (j->p == j->end)
			return fail(j, "a string without end");
		if (*j->p == '"')
			break;
		if (*j->p != '\\')
			return fail(j, "control character in a string");
		j->p++;
		if (read_escape(j, out))
			return -1;
	}
	j->p++;
	return 0;
}

/* ---- numbers and words ---- */

/* Steps past one or more digits. */
static int skip_digits(const char **s)
{
	size_t n = strspn(*s, "0123456789");

	*s += n;
	return n > 0;
}

/* -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)? */
static int is_number(const char *s)
{
	s += *s == '-';
	if (s[0] == '0' && s[1] >= '0' && s[1] <= '9')
		return 0;
	if (!skip_digits(&s))
		return 0;
	if (*s == '.' && (s++, !skip_digits(&s)))
		return 0;
	if (*s == 'e' || *s == 'E') {
		s += s[1] == '+' || s[1] == '-' ? 2 : 1;
		if (!skip_digits(&s))
			return 0;
	}
	return !*s;
}

int json_read_number(struct json *j, struct json_number *out)
{
	struct json_number n = {0};
	char text[64];
	size_t size = 0;

	skip_blanks(j);
	while (j->p < j->end && *j->p && strchr("+-.0123456789eE", *j->p)) {
		if (size == sizeof text - 1)
			return fail(j, "a number is too long");
		text[size++] = *j->p++;
	}
	text[size] = 0;
	if (!is_number(text))
		return fail(j, "a number is expected");
	errno = 0;
	n.is_integer = !strpbrk(text, ".eE");
	n.i = n.is_integer ? strtoll(text, NULL, 10) : 0;
	if (errno)
		return fail(j, "an integer is too large");
	n.d = strtod(text, NULL);
	if (!isfinite(n.d))
		return fail(j, "a number is too large");
	*out = n;
	return 0;
}

const char *json_read_word(struct json *j)
{
	static const char *const word[] = {"null", "true", "false"};

	skip_blanks(j);
	for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
		size_t n = strlen(word[i]);

		if ((size_t)(j->end - j->p) >= n && !memcmp(j->p, word[i], n)) {
			j->p += n;
			return word[i];
		}
	}
	return NULL;
}

/* ---- writing ---- */

void json_add_string(struct strbuf *out, const char *s)
{
	strbuf_addc(out, '"');
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			strbuf_addf(out, "\\%c", c);
		else if (c == '\n')
			strbuf_adds(out, "\\n");
		else if (c == '\t')
			strbuf_adds(out, "\\t");
		else if (c < 0x20)
			strbuf_addf(out, "\\u%04x", c);
		else
			strbuf_addc(out, (char)c);
	}
	strbuf_addc(out, '"');
}

void json_add_visible(struct strbuf *out, const char *s)
{
	uint32_t c;
	int n;

	strbuf_addc(out, '"');
	for (; *s; s += n) {
		n = utf8_next(s, &c);
		if (c == '"' || c == '\\')
			strbuf_addf(out, "\\%c", (int)c);
		else if (c == '\n' || c == '\t')
			strbuf_adds(out, c == '\n' ? "\\n" : "\\t");
		else if (utf8_hides(c))
			strbuf_addf(out, "\\u%04x", (unsigned)c);
		else
			utf8_add(s, n, c, out);
	}
	strbuf_addc(out, '"');
}

void json_add_name(struct strbuf *out, const char *name)
{
	if (out->len && !strchr("{,", out->buf[out->len - 1]))
		strbuf_addc(out, ',');
	json_add_string(out, name);
	strbuf_addc(out, ':');
}
