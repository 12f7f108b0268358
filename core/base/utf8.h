/* UTF-8 as a terminal shows it. Bytes that are not UTF-8 are replaced by U+FFFD. */
#ifndef SSL_BASE_UTF8_H
#define SSL_BASE_UTF8_H

#include <stdint.h>

#include "core/base/strbuf.h"

/* Reads one character into *c and returns its length in bytes; U+FFFD and 1 if the bytes are not
 * UTF-8. */
int utf8_next(const char *s, uint32_t *c);

/* Appends the character c of n bytes that utf8_next() read at s. */
void utf8_add(const char *s, int n, uint32_t c, struct strbuf *out);

/* True if the whole text is UTF-8. */
int utf8_is_valid(const char *s);

/* The number of columns that the text takes: 0 for combining marks, 2 for wide characters. */
int utf8_width(const char *s);

/* Appends as much of s as fits into `width` columns, and returns the number of columns that it
 * takes. */
int utf8_cut(const char *s, int width, struct strbuf *out);

/* Appends s as valid UTF-8, with U+FFFD for every byte that is not. */
void utf8_repair(const char *s, struct strbuf *out);

/* As utf8_repair(), with control characters and marks that change the direction of writing written
 * as escapes: \n, \t, \x1b, \u202e. */
void utf8_visible(const char *s, struct strbuf *out);
/* As utf8_visible(), for a text of several lines: \n and \t are kept. */
void utf8_visible_lines(const char *s, struct strbuf *out);

/* Appends s with the symbols that ssl itself prints (plus-minus, times, ellipsis, lines, blocks,
 * braille dots) replaced by ASCII; all of them except plus-minus keep their width of one column.
 * Other characters, such as those of users' names, are kept. */
void utf8_ascii(const char *s, struct strbuf *out);

/* True for a character that utf8_visible() writes as an escape. */
int utf8_hides(uint32_t c);

/* Is it a character that no picture shows: a control character, or a mark that turns the direction
 * of the text around it, or what is no character at all? U+FFFD stands for it. */
int utf8_is_undrawable(uint32_t c);

/* Appends s as XML (and HTML) text, fit for an attribute in quotes too; what XML cannot hold is
 * written as U+FFFD. */
void utf8_xml(const char *s, struct strbuf *out);

#endif
