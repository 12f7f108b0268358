/*
 * JSON: one reader and one way of writing strings.
 *
 * The reader is a cursor that its caller moves from token to token, by the grammar that the caller
 * expects; it never calls itself, so that no input can make it use more stack. Each function that fails
 * leaves the cursor where it stopped, and the reason in `why`.
 *
 * Canonical recipes and grids are not read here but with core/recipe/yaml.h, of which JSON is a subset:
 * their errors then name lines and keys as those of recipe files do.
 */
#ifndef SSL_BASE_JSON_H
#define SSL_BASE_JSON_H

#include <stdint.h>

#include "core/base/strbuf.h"

struct json {
	const char *p, *end; /* what is left to read */
	int compact;         /* blanks between tokens are refused */
	const char *why;     /* why reading failed: "a string without end" */
};

/* If the next character is c, steps past it and returns 1; else 0. */
int json_skip(struct json *j, char c);
/* Is nothing left but blanks? */
int json_at_end(struct json *j);

/* Appends the next string, decoded: escapes must be those of RFC 8259, surrogates in pairs, and no
 * character may be U+0000 or an unescaped control character. Bytes from 0x80 on are copied unchecked
 * (utf8_is_valid()). 0, or -1 with `why`. */
int json_read_string(struct json *j, struct strbuf *out);

/* A number, exactly as it is written. */
struct json_number {
	int is_integer; /* neither a point nor an exponent, and it fits into 64 bits */
	int64_t i;      /* if it is one; else 0 */
	double d;
};
/* Reads the next number, which is finite. An integer beyond 64 bits is an error. 0, or -1 with `why`. */
int json_read_number(struct json *j, struct json_number *out);

/* If the next token is null, true or false, steps past it and returns it; else NULL. */
const char *json_read_word(struct json *j);

/* Appends s as a JSON string, quotes included. Bytes from 0x20 on are kept as they are, valid UTF-8 or
 * not: recipes are hashed in this form. */
void json_add_string(struct strbuf *out, const char *s);
/* As json_add_string(), for output: valid UTF-8 (U+FFFD for every byte that is not), and characters that
 * a terminal would act upon as \u001b. */
void json_add_visible(struct strbuf *out, const char *s);

/* Begins the next member of an object, without blanks: a comma if it is not the first, the name as a
 * string, and a colon. */
void json_add_name(struct strbuf *out, const char *name);

#endif
