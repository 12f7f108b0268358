#include "core/store/bundle/jsonline.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct cursor {
	const char *p, *end;
};

static int is(struct cursor *c, char want)
{
	if (c->p == c->end || *c->p != want)
		return 0;
	c->p++;
	return 1;
}

static int hex4(struct cursor *c, unsigned *out)
{
	*out = 0;
	for (int i = 0; i < 4; i++, c->p++) {
		const char *digits = "0123456789abcdef", *at;

		if (c->p == c->end || !*c->p)
			return -1;
		at = strchr(digits, *c->p);
		if (!at)
			return -1;
		*out = *out << 4 | (unsigned)(at - digits);
	}
	return 0;
}

static void add_utf8(unsigned v, struct strbuf *out)
{
	if (v < 0x80) {
		strbuf_addc(out, (char)v);
		return;
	}
	if (v < 0x800) {
		strbuf_addc(out, (char)(0xC0 | v >> 6));
	} else {
		strbuf_addc(out, (char)(0xE0 | v >> 12));
		strbuf_addc(out, (char)(0x80 | (v >> 6 & 63)));
	}
	strbuf_addc(out, (char)(0x80 | (v & 63)));
}

/* The escapes that strbuf_add_json() writes: for control characters only. */
static int escape(struct cursor *c, struct strbuf *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at;
	unsigned v;

	if (c->p == c->end || !*c->p)
		return -1;
	if (is(c, 'u')) {
		if (hex4(c, &v) || !v)
			return -1;
		add_utf8(v, out);
		return 0;
	}
	at = strchr(from, *c->p++);
	if (!at)
		return -1;
	strbuf_addc(out, to[at - from]);
	return 0;
}

static int string(struct cursor *c, struct strbuf *out, size_t *at)
{
	*at = out->len;
	if (!is(c, '"'))
		return -1;
	while (c->p < c->end && *c->p != '"') {
		if ((unsigned char)*c->p < ' ')
			return -1;
		if (is(c, '\\')) {
			if (escape(c, out))
				return -1;
		} else {
			strbuf_addc(out, *c->p++);
		}
	}
	strbuf_addc(out, 0);
	return is(c, '"') ? 0 : -1;
}

static int number(struct cursor *c, struct json_field *f)
{
	char text[40], *end;
	size_t n = 0;

	while (c->p < c->end && strchr("+-.0123456789eE", *c->p) && *c->p && n < sizeof text - 1)
		text[n++] = *c->p++;
	text[n] = 0;
	f->kind = strpbrk(text, ".eE") ? JSON_REAL : JSON_INTEGER;
	errno = 0;
	f->i = f->kind == JSON_INTEGER ? strtoll(text, &end, 10) : 0;
	if (errno)
		return -1;
	f->d = strtod(text, &end);
	return n && !*end && isfinite(f->d) ? 0 : -1;
}

static int value(struct cursor *c, struct json_field *f, struct strbuf *text)
{
	if (c->end - c->p >= 4 && !strncmp(c->p, "null", 4)) {
		c->p += 4;
		f->kind = JSON_NULL;
		return 0;
	}
	if (c->p < c->end && *c->p == '"') {
		f->kind = JSON_TEXT;
		return string(c, text, &f->text);
	}
	return number(c, f);
}

int jsonline_read(struct jsonline *j, const char *line, const char *end, struct error *err)
{
	struct cursor c = {line, end};

	j->n = 0;
	strbuf_clear(&j->text);
	if (!is(&c, '{'))
		goto bad;
	do {
		struct json_field *f = &j->field[j->n];

		if (j->n == JSON_FIELDS)
			goto bad;
		*f = (struct json_field){0};
		if (string(&c, &j->text, &f->name) || !is(&c, ':') || value(&c, f, &j->text))
			goto bad;
		j->n++;
	} while (is(&c, ','));
	if (is(&c, '}') && c.p == c.end)
		return 0;
bad:
	return error_set(err, ERR_CORRUPT, "not a row at its byte %zu: %.40s", (size_t)(c.p - line),
			 line);
}

const struct json_field *jsonline_find(const struct jsonline *j, const char *name)
{
	for (int i = 0; i < j->n; i++)
		if (!strcmp(j->text.buf + j->field[i].name, name))
			return &j->field[i];
	return NULL;
}

const char *jsonline_text(const struct jsonline *j, const struct json_field *f)
{
	return j->text.buf + f->text;
}
