/*
 * Text for people. Names, paths, labels, notes and messages may hold anything, and a terminal obeys
 * control characters: whatever is not our own goes there through here, or through a table. Control
 * characters (C0, DEL, C1), marks that turn the direction of writing, and bytes that are no UTF-8
 * are written out, as utf8_visible() does: \x1b, \u202e.
 */
#ifndef SSL_BASE_TERMINAL_H
#define SSL_BASE_TERMINAL_H

#include <stdio.h>

/* Columns of the terminal that `out` is, or that a pager behind it shows it on (SSL_PAGER_IN_USE and
 * COLUMNS, which cmds/pager.c sets); 0: it is no terminal, and no line is too long for it. */
int terminal_columns(FILE *out);

/* The terminal knows no escape sequences: TERM is dumb, or not set. */
int terminal_is_dumb(void);

/* Lines on standard error may move: it is a terminal, and no dumb one. */
int terminal_moves(void);

/* What people read has to be utf8_ascii(): `out` is standard output or standard error, and TERM is dumb
 * or the locale (LC_ALL, else LC_CTYPE, else LANG) not UTF-8. Files of our own (-o) are the same
 * everywhere. */
int terminal_is_ascii(FILE *out);

/* One line: the whole text made visible, newlines in it too, and a newline. */
void terminal_line(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* As terminal_line(), cut to the width of the terminal: a line that the next look goes back over. */
void terminal_row(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A text of several lines, whose newlines and tabs stay. */
void terminal_text(FILE *out, const char *text);

#endif
