/* Reads a bundle's text line by line; see bundle_internal.h. */
#include <string.h>

#include "core/store/bundle/bundle_internal.h"
#include "core/store/times.h"

/* Converts times in the formats of older versions; a text that is not a time is refused. */
static int read_times(struct bundle_import *m, const char *part, struct error *err)
{
	struct jsonline *line = &m->line;

	for (int i = 0; i < line->n; i++) {
		struct json_field *f = &line->field[i];
		const char *name = line->text.buf + f->name;
		char text[CLOCK_TEXT];

		if (f->kind == JSON_NULL || !times_is_column(name))
			continue;
		if (f->kind != JSON_TEXT || clock_parse(jsonline_text(line, f), text))
			return error_set(err, ERR_CORRUPT,
					 "%.40s, line %ld, a row of %.40s: %s: '%.40s' is not a "
					 "time as in 2026-01-31 12:00:00.000",
					 part, m->lines, bundle_field(m, "table"), name,
					 f->kind == JSON_TEXT ? jsonline_text(line, f)
							      : "a number");
		f->text = line->text.len;
		strbuf_add(&line->text, text, sizeof text);
	}
	return 0;
}

int bundle_next_line(struct bundle_import *m, const struct bundle_text *in, size_t *at,
		     struct error *err)
{
	const struct strbuf *text = &in->text;
	const char *line = text->buf + *at, *end;

	m->lines = *at ? m->lines + 1 : 1;
	if (*at >= text->len)
		return 0;
	end = memchr(line, '\n', text->len - *at);
	if (!end)
		return error_set(err, ERR_CORRUPT, "a line without an end");
	*at += (size_t)(end - line) + 1;
	if (jsonline_read(&m->line, line, end, err) || read_times(m, in->name, err))
		return -1;
	bundle_read_words(m);
	return 1;
}
