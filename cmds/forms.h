/*
 * The usage lines of a command, read as a grammar. Each line is a form: options, and operands in order.
 * A word of an operand or of an option's argument stands for itself if it begins with a small letter
 * ("ls", "-"), else for what it names ("REF", "@NAME"); alternatives are divided by |.
 */
#ifndef SSL_CMDS_FORMS_H
#define SSL_CMDS_FORMS_H

#include "cmds/cmd.h"

/* What was typed of a command so far. */
struct forms_typed {
	const struct cmd *cmd;
	const struct opt *own, *common; /* the tables of the command's options, and of all commands' */
	const char *const *operand;
	int n;
};

/* One alternative, n bytes. */
typedef void forms_fn(void *ctx, const char *word, int n);

int forms_is_literal(const char *word);

/* Calls fn for each alternative of "a|b | C". */
void forms_alternatives(const char *text, int n, forms_fn *fn, void *ctx);

/* Calls fn for each alternative of the operand that may come next, in every form that what was typed
 * fits. */
void forms_next_operand(const struct forms_typed *t, forms_fn *fn, void *ctx);

/* Does a form that what was typed fits name the option, by its name or its letter? */
int forms_have_option(const struct forms_typed *t, const struct opt *o);

#endif
