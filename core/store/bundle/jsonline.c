#include "core/store/bundle/jsonline.h"

#include <string.h>

#include "core/base/json.h"

/* A string, with a NUL behind it; *at: where it begins in `out`. */
static int read_text(struct json *in, struct strbuf *out, size_t *at)
{
	*at = out->len;
	if (json_read_string(in, out))
		return -1;
	strbuf_addc(out, 0);
	return 0;
}

static int read_value(struct json *in, struct json_field *f, struct strbuf *text)
{
	struct json_number n;
	const char *word;

	if (in->p < in->end && *in->p == '"') {
		f->kind = JSON_TEXT;
		return read_text(in, text, &f->text);
	}
	word = json_read_word(in);
	if (word) {
		f->kind = JSON_NULL;
		return strcmp(word, "null") ? -1 : 0;
	}
	if (json_read_number(in, &n))
		return -1;
	f->kind = n.is_integer ? JSON_INTEGER : JSON_REAL;
	f->i = n.i;
	f->d = n.d;
	return 0;
}

int jsonline_read(struct jsonline *j, const char *line, const char *end, struct error *err)
{
	struct json in = {.p = line, .end = end, .compact = 1};

	j->n = 0;
	strbuf_clear(&j->text);
	if (!json_skip(&in, '{'))
		goto bad;
	do {
		struct json_field *f = &j->field[j->n];

		if (j->n == JSON_FIELDS)
			goto bad;
		*f = (struct json_field){0};
		if (read_text(&in, &j->text, &f->name) || !json_skip(&in, ':') ||
		    read_value(&in, f, &j->text))
			goto bad;
		j->n++;
	} while (json_skip(&in, ','));
	if (json_skip(&in, '}') && json_at_end(&in))
		return 0;
bad:
	return error_set(err, ERR_CORRUPT, "not a row at its byte %zu: %.40s",
			 (size_t)(in.p - line), line);
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
