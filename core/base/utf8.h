/* UTF-8 as a terminal shows it. What is not UTF-8 is shown, and passed on, as U+FFFD. */
#ifndef SSL_BASE_UTF8_H
#define SSL_BASE_UTF8_H

#include <stdint.h>

#include "core/base/strbuf.h"

/* Reads one character: its length, with *c = U+FFFD and length 1 where the bytes are not UTF-8. */
int utf8_next(const char *s, uint32_t *c);

/* Is all of it UTF-8? */
int utf8_is_valid(const char *s);

/* Columns that the text takes: 0 for combining marks, 2 for wide characters. */
int utf8_width(const char *s);

/* Appends as much of s as fits `width` columns; how many it takes. */
int utf8_cut(const char *s, int width, struct strbuf *out);

/* Appends s as valid UTF-8. */
void utf8_repair(const char *s, struct strbuf *out);

/* As utf8_repair(), with control characters and marks that turn the direction of writing written
 * out: \n, \t, \x1b, \u202e. */
void utf8_visible(const char *s, struct strbuf *out);
/* The same of a text of several lines: \n and \t stay. */
void utf8_visible_lines(const char *s, struct strbuf *out);

/* Appends s with the signs that ssl itself prints (plus-minus, times, ellipsis, lines, blocks, dots of
 * braille) replaced by ASCII; each but the plus-minus sign keeps its one column. All else, such as
 * the names that people gave, stays. */
void utf8_ascii(const char *s, struct strbuf *out);

/* A character that utf8_visible() writes out. */
int utf8_hides(uint32_t c);

/* Appends s as a JSON string, quotes included: valid, and with what a terminal would obey as \u001b.
 * (strbuf_add_json() leaves the bytes as they are: recipes are hashed in that form.) */
void utf8_json(const char *s, struct strbuf *out);

#endif
