/* The words that a shell can offer in place of a word of a usage line: runs for REF, hyperparameters for
 * KEY. They are read from the tables of the program and from the store. */
#ifndef SSL_CMDS_CANDIDATES_H
#define SSL_CMDS_CANDIDATES_H

#include "core/base/strbuf.h"

/* What the shell has to do beside offering the words. */
enum {
	OFFER_NO_SPACE = 1, /* put no blank behind the word: more of it may follow */
	OFFER_FILES = 2,    /* files as well */
	OFFER_RECIPES = 4,  /* files whose name ends in .yaml or .yml, as well */
	OFFER_FOLDERS = 8,  /* folders as well */
};

/* The words that begin with `typed`, a line each: the word, and behind a tab what it is, if that is
 * known. Release `lines`. */
struct candidates {
	const char *dir;    /* the store is the one found from there */
	const char *before; /* stands in front of every word: "--set=" */
	const char *typed;  /* behind `before` */
	struct strbuf lines;
	int offer;
};

/* Adds a word, if it begins with what was typed; about may be NULL. */
void candidates_add(struct candidates *c, const char *word, const char *about);

/* Adds what the word of n bytes stands for in the usage of `command`: nothing if that is a number or a
 * new name. */
void candidates_of(struct candidates *c, const char *command, const char *word, int n);

#endif
