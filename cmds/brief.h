/*
 * Long lists in brief: people see the first rows of each kind, and how many there are; programs, and who
 * asks with -v, get all rows.
 */
#ifndef SSL_CMDS_BRIEF_H
#define SSL_CMDS_BRIEF_H

#include "cmds/cmd.h"

enum { BRIEF_ROWS = 5 }; /* of each kind */

struct brief_kind {
	char word[2][32];
	long n; /* that were counted */
};
/* ctx is the caller's, the rest begins as zero. */
struct brief {
	const struct cmd_ctx *ctx;
	struct brief_kind *kind; /* in the order in which they came */
	int n;
};

/* Counts a row of the kind that two words name (the second may be ""): 1 when it is to be printed. */
int brief_shows(struct brief *b, const char *word, const char *second);
/* Were rows of the kind left out? */
int brief_is_cut(const struct brief *b, const struct brief_kind *k);
void brief_release(struct brief *b);

#endif
