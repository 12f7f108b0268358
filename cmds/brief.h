/*
 * Long lists, shortened for people: the first rows of each kind and their number. Formats for programs and -v
 * print all rows.
 */
#ifndef SSL_CMDS_BRIEF_H
#define SSL_CMDS_BRIEF_H

#include "cmds/cmd.h"

enum { BRIEF_ROWS = 5 }; /* of each kind */

struct brief_kind {
	char word[2][32];
	long n; /* rows counted so far */
};
/* The caller sets ctx; the other members begin as zero. */
struct brief {
	const struct cmd_ctx *ctx;
	struct brief_kind *kind; /* in the order of their first rows */
	int n;
};

/* Counts a row of the kind that two words name (the second may be ""). 1 if the row is to be printed. */
int brief_shows(struct brief *b, const char *word, const char *second);
/* True if rows of the kind were left out. */
int brief_is_cut(const struct brief *b, const struct brief_kind *k);
void brief_release(struct brief *b);

#endif
