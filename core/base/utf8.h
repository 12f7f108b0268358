/* UTF-8 as a terminal shows it. What is not UTF-8 is shown, and passed on, as U+FFFD. */
#ifndef SSL_BASE_UTF8_H
#define SSL_BASE_UTF8_H

#include <stdint.h>

#include "core/base/strbuf.h"

/* Reads one character: its length, with *c = U+FFFD and length 1 where the bytes are not UTF-8. */
int utf8_next(const char *s, uint32_t *c);

/* Columns that the text takes: 0 for combining marks, 2 for wide characters. */
int utf8_width(const char *s);

/* Appends s as valid UTF-8. */
void utf8_repair(const char *s, struct strbuf *out);

/* As utf8_repair(), with control characters and marks that turn the direction of writing written
 * out: \n, \t, \x1b, \u202e. */
void utf8_visible(const char *s, struct strbuf *out);

#endif
