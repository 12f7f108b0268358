#include "core/base/strbuf.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"

char strbuf_empty[1];

static void reserve(struct strbuf *sb, size_t extra)
{
	size_t want = sb->len + extra + 1;

	if (want <= sb->cap)
		return;
	if (want < 2 * sb->cap)
		want = 2 * sb->cap;
	if (want < 64)
		want = 64;
	sb->buf = xrealloc(sb->cap ? sb->buf : NULL, want);
	sb->cap = want;
}

void strbuf_release(struct strbuf *sb)
{
	if (sb->cap)
		free(sb->buf);
	sb->buf = strbuf_empty;
	sb->len = sb->cap = 0;
}

void strbuf_clear(struct strbuf *sb)
{
	sb->len = 0;
	if (sb->cap)
		sb->buf[0] = 0;
}

void strbuf_add(struct strbuf *sb, const void *data, size_t n)
{
	reserve(sb, n);
	if (n)
		memcpy(sb->buf + sb->len, data, n);
	sb->len += n;
	sb->buf[sb->len] = 0;
}

void strbuf_adds(struct strbuf *sb, const char *s)
{
	strbuf_add(sb, s, strlen(s));
}

void strbuf_addc(struct strbuf *sb, char c)
{
	strbuf_add(sb, &c, 1);
}

void strbuf_addf(struct strbuf *sb, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(sb, fmt, ap);
	va_end(ap);
}

void strbuf_vaddf(struct strbuf *sb, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n < 0)
		BUG("bad format %s", fmt);
	reserve(sb, (size_t)n);
	vsnprintf(sb->buf + sb->len, (size_t)n + 1, fmt, again);
	va_end(again);
	sb->len += (size_t)n;
}

void strbuf_add_int(struct strbuf *sb, int64_t v)
{
	uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	char text[24];
	size_t at = sizeof text;

	do {
		text[--at] = (char)('0' + left % 10);
		left /= 10;
	} while (left);
	if (v < 0)
		text[--at] = '-';
	strbuf_add(sb, text + at, sizeof text - at);
}

void strbuf_shorten(struct strbuf *sb, size_t n)
{
	if (n > sb->len)
		BUG("%zu of %zu bytes", n, sb->len);
	if (n)
		sb->buf[sb->len -= n] = 0;
}

void strbuf_add_number(struct strbuf *sb, double x)
{
	char text[40];
	int digits;

	if (isnan(x)) {
		strbuf_adds(sb, "nan");
		return;
	}
	if (isinf(x)) {
		strbuf_adds(sb, x < 0 ? "-inf" : "inf");
		return;
	}
	/* 15 digits always survive (except in denormals), and %g drops trailing zeros, so fewer
	 * digits need not be tried */
	for (digits = fabs(x) < 1e-300 ? 1 : 15; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, x);
		if (strtod(text, NULL) == x)
			break;
	}
	if (x == rint(x) && fabs(x) < 1e15)
		snprintf(text, sizeof text, "%.0f", x);
	strbuf_adds(sb, text);
}

char *strbuf_detach(struct strbuf *sb)
{
	char *s = sb->cap ? sb->buf : xstrdup("");

	sb->buf = strbuf_empty;
	sb->len = sb->cap = 0;
	return s;
}
