/*
 * Text for people. Names, paths, labels, notes and messages may hold anything, and a terminal obeys
 * control characters: whatever is not our own goes there through here, or through a table. Control
 * characters (C0, DEL, C1), marks that turn the direction of writing, and bytes that are no UTF-8
 * are written out, as utf8_visible() does: \x1b, \u202e.
 */
#ifndef SSL_BASE_TERMINAL_H
#define SSL_BASE_TERMINAL_H

#include <stdio.h>

/* One line: the whole text made visible, newlines in it too, and a newline. */
void terminal_line(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A text of several lines, whose newlines and tabs stay. */
void terminal_text(FILE *out, const char *text);

#endif
