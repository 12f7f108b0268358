/*
 * Text for people. Names, paths, labels, notes and messages may hold any bytes, and a terminal obeys
 * control characters: all text that is not ssl's own is printed by these functions or in a table.
 * Control characters (C0, DEL, C1), marks that change the direction of writing, and bytes that are not
 * UTF-8 are made visible as utf8_visible() does: \x1b, \u202e.
 */
#ifndef SSL_BASE_TERMINAL_H
#define SSL_BASE_TERMINAL_H

#include <stdio.h>

/* The number of columns of the terminal `out`, or of the terminal on which a pager shows it
 * (SSL_PAGER_IN_USE and COLUMNS, set by cmds/pager.c); 0 if it is no terminal: lines have any length. */
int terminal_columns(FILE *out);

/* True if the terminal has no escape sequences: TERM is dumb or not set. */
int terminal_is_dumb(void);

/* True if lines on standard error can be overwritten: it is a terminal with escape sequences. */
int terminal_moves(void);

/* True if text for people has to be ASCII (utf8_ascii()): `out` is standard output or standard error, and
 * TERM is dumb or the locale (LC_ALL, else LC_CTYPE, else LANG) is not UTF-8. Files (-o) do not depend on
 * the locale. */
int terminal_is_ascii(FILE *out);

/* Prints one line: the text with all control characters visible, including newlines, and a newline. */
void terminal_line(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* As terminal_line(), cut to the width of the terminal: for lines that are overwritten later. */
void terminal_row(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Prints text of several lines; newlines and tabs are kept. */
void terminal_text(FILE *out, const char *text);

#endif
