/* One line of JSON that is a flat object, of which bundles consist. Strict: no nested values and no
 * blanks; a number without a point or an exponent is an integer. */
#ifndef SSL_STORE_BUNDLE_JSONLINE_H
#define SSL_STORE_BUNDLE_JSONLINE_H

#include <stdint.h>

#include "core/base/error.h"
#include "core/base/strbuf.h"

enum json_kind { JSON_NULL, JSON_INTEGER, JSON_REAL, JSON_TEXT };
struct json_field {
	size_t name, text; /* offsets in `text` of the line */
	enum json_kind kind;
	int64_t i;
	double d;
};
enum { JSON_FIELDS = 64 };
struct jsonline {
	struct json_field field[JSON_FIELDS];
	int n;
	struct strbuf text;
};

/* Reads the line that ends at `end`. ERR_CORRUPT if it is anything else. *j is {.text =
 * STRBUF_INIT} or was read before; the caller releases j->text. */
int jsonline_read(struct jsonline *j, const char *line, const char *end, struct error *err);
/* The field of that name, or NULL. */
const struct json_field *jsonline_find(const struct jsonline *j, const char *name);
const char *jsonline_text(const struct jsonline *j, const struct json_field *f);

#endif
