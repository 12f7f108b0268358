/*
 * `ssl __complete`: what the scripts in cmds/completion/ ask. It is in no list of commands.
 *
 *   ssl __complete words [WORD ...]     the words that can stand in place of the last WORD, which
 * may be empty; the others are what was typed before it, behind "ssl". The first line holds what
 * else the shell is to do, in words: nospace, files, recipes, folders (candidates.h). Then a line
 *                                       for each word; behind a tab, what it is.
 *   ssl __complete describe [COMMAND]   what words draws upon: the commands; or the options of one,
 * and the words of its usage lines.
 */
#include <stdlib.h>
#include <string.h>

#include "cmds/candidates.h"
#include "cmds/cmd.h"
#include "cmds/forms.h"

static int complete_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);

const struct cmd cmd_complete = {
    .name = "__complete",
    .summary = "what the completion scripts ask",
    .usage = "__complete words [WORD ...]\n__complete describe [COMMAND]",
    .needs = NEED_NOTHING,
    .run = complete_run,
};

/* The words before the cursor, understood as opt_parse() will. */
struct line {
	const char *dir; /* -C */
	const struct cmd *cmd;
	struct opt common[OPT_COMMON_MAX];
	struct opt_copy own;
	const struct opt *wants; /* the option whose value comes next */
	int only_operands;
	const char **operand;
	int n;
};

/* Copies the table of the command's options. */
static void read_table(const struct cmd *cmd, struct opt_copy *out)
{
	struct cmd_ctx ctx = {.dir = ".", .wants_table = out};
	char *argv[] = {(char *)cmd->name, NULL};
	struct error ignored;

	cmd->run(&ctx, 1, argv, &ignored);
}

static struct forms_typed typed_of(const struct line *l)
{
	return (struct forms_typed){l->cmd, l->own.row, l->common, l->operand, l->n};
}

static const struct opt *find_name(const struct line *l, const char *name)
{
	const size_t n = strcspn(name, "=");
	const struct opt *o = opt_find_name(l->own.row, name, n);

	return o ? o : opt_find_name(l->common, name, n);
}

static void read_value(struct line *l, const struct opt *o, const char *value)
{
	if (!strcmp(o->name, "dir"))
		l->dir = value;
}

static void read_letters(struct line *l, const char *letters)
{
	for (; *letters; letters++) {
		const struct opt *o = opt_find_letter(l->own.row, *letters);

		if (!o)
			o = opt_find_letter(l->common, *letters);
		if (!o || !opt_takes_value(o))
			continue;
		if (letters[1])
			read_value(l, o, letters + 1);
		else
			l->wants = o;
		return;
	}
}

static void read_option(struct line *l, const char *word)
{
	const struct opt *o;

	if (word[1] != '-') {
		read_letters(l, word + 1);
		return;
	}
	l->only_operands = !word[2];
	o = find_name(l, word + 2);
	if (!o || !opt_takes_value(o))
		return;
	if (strchr(word, '='))
		read_value(l, o, strchr(word, '=') + 1);
	else
		l->wants = o;
}

/* Reads a word before the cursor. 0, or -1: there is no such command. */
static int read_word(struct line *l, const char *word)
{
	if (l->wants) {
		read_value(l, l->wants, word);
		l->wants = NULL;
	} else if (!l->only_operands && word[0] == '-' && word[1]) {
		read_option(l, word);
	} else if (l->cmd) {
		l->operand[l->n++] = word;
	} else {
		l->cmd = cmd_find(word, NULL);
		if (!l->cmd)
			return -1;
		read_table(l->cmd, &l->own);
	}
	return 0;
}

struct adding {
	struct candidates *c;
	const struct line *l;
};

static void add_word(void *ctx, const char *word, int n)
{
	const struct adding *a = ctx;
	char text[64];

	if (forms_is_literal(word)) {
		snprintf(text, sizeof text, "%.*s", n, word);
		candidates_add(a->c, text, NULL);
	} else {
		candidates_of(a->c, a->l->cmd ? a->l->cmd->name : "", word, n);
	}
}

static void add_argument(struct candidates *c, const struct line *l, const struct opt *o)
{
	struct adding a = {c, l};

	if (strchr(o->arg, '|'))
		forms_alternatives(o->arg, (int)strlen(o->arg), add_word, &a);
	else
		add_word(&a, o->arg, (int)strlen(o->arg));
}

static void add_options(struct candidates *c, const struct line *l, const struct opt *table)
{
	const struct forms_typed typed = typed_of(l);

	for (const struct opt *o = table; o->name; o++) {
		char text[64];

		if (table == l->own.row && !forms_have_option(&typed, o))
			continue;
		snprintf(text, sizeof text, "--%s", o->name);
		candidates_add(c, text, o->help);
		snprintf(text, sizeof text, "-%c", o->letter);
		if (o->letter)
			candidates_add(c, text, o->help);
	}
}

static void add_all_options(struct candidates *c, const struct line *l)
{
	if (l->cmd)
		add_options(c, l, l->own.row);
	else
		candidates_add(c, "--version", "the version");
	add_options(c, l, l->common);
}

/* Adds the words for the one at the cursor. */
static void add_for(struct candidates *c, const struct line *l, const char *word)
{
	const char *equals = !strncmp(word, "--", 2) ? strchr(word, '=') : NULL;
	struct strbuf before = STRBUF_INIT;
	struct adding a = {c, l};
	const struct cmd *cmd;

	if (l->wants) {
		add_argument(c, l, l->wants);
	} else if (!l->only_operands && equals) {
		const struct opt *o = find_name(l, word + 2);

		strbuf_add(&before, word, (size_t)(equals + 1 - word));
		c->before = before.buf;
		c->typed = equals + 1;
		if (o && o->arg)
			add_argument(c, l, o);
	} else if (!l->only_operands && *word == '-') {
		add_all_options(c, l);
	} else if (l->cmd) {
		const struct forms_typed typed = typed_of(l);

		forms_next_operand(&typed, add_word, &a);
	} else {
		for (int i = 0; (cmd = cmd_at(i)); i++)
			candidates_add(c, cmd->name, cmd->summary);
	}
	strbuf_release(&before);
}

static void print_candidates(FILE *out, const struct candidates *c)
{
	static const char *const name[] = {"nospace", "files", "recipes", "folders"};
	const char *blank = "";

	for (int i = 0; i < 4; i++)
		if (c->offer & 1 << i) {
			fprintf(out, "%s%s", blank, name[i]);
			blank = " ";
		}
	fprintf(out, "\n%s", c->lines.buf);
}

static int print_words(struct cmd_ctx *ctx, int n, char **word)
{
	struct line l = {.dir = ctx->dir};
	struct candidates c = {.before = "", .typed = n ? word[n - 1] : "", .lines = STRBUF_INIT};
	int known = 1;

	l.operand = xcalloc((size_t)n + 1, sizeof *l.operand);
	opt_common(l.common);
	for (int i = 0; i < n - 1 && known; i++)
		known = !read_word(&l, word[i]);
	c.dir = l.dir;
	if (known)
		add_for(&c, &l, c.typed);
	print_candidates(ctx->out, &c);
	strbuf_release(&c.lines);
	free(l.operand);
	return 0;
}

/* ---- describe ---- */

static void add_row(struct table *t, const char *kind, const char *word, const char *arg,
		    const char *help)
{
	table_text(t, kind);
	table_text(t, word);
	table_text(t, arg);
	table_text(t, help);
}

static void describe_options(struct table *t, const char *kind, const struct opt *o)
{
	for (; o->name; o++) {
		char word[64];

		snprintf(word, sizeof word, "--%s", o->name);
		add_row(t, kind, word, o->arg, o->help);
	}
}

static void describe_word(void *ctx, const char *word, int n)
{
	char text[64];

	snprintf(text, sizeof text, "%.*s", n, word);
	add_row(ctx, forms_is_literal(word) ? "word" : "argument", text, NULL, NULL);
}

/* The first operand, which holds the verbs, in all forms. */
static void describe_command(struct table *t, const struct cmd *cmd)
{
	struct line l = {.cmd = cmd};
	struct forms_typed typed;

	opt_common(l.common);
	read_table(cmd, &l.own);
	typed = typed_of(&l);
	forms_next_operand(&typed, describe_word, t);
	describe_options(t, "option", l.own.row);
	describe_options(t, "common", l.common);
}

static int describe(struct cmd_ctx *ctx, const char *name, struct error *err)
{
	static const char *const column[] = {"kind", "word", "argument", "help"};
	const struct cmd *cmd = name ? cmd_find(name, err) : NULL;
	struct table *t;

	if (name && !cmd)
		return -1;
	t = table_new();
	for (int i = 0; i < 4; i++)
		table_column(t, column[i]);
	if (cmd)
		describe_command(t, cmd);
	for (int i = 0; !name && (cmd = cmd_at(i)); i++)
		add_row(t, "command", cmd->name, NULL, cmd->summary);
	table_print(t, ctx->format, ctx->out);
	table_free(t);
	return 0;
}

static int complete_run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	if (ctx->wants_table) {
		ctx->wants_table->n = 0;
		return 0;
	}
	if (argc > 1 && !strcmp(argv[1], "words"))
		return print_words(ctx, argc - 2, argv + 2);
	if (argc > 1 && argc < 4 && !strcmp(argv[1], "describe"))
		return describe(ctx, argv[2], err);
	return error_set(err, ERR_USAGE, "__complete: usage: ssl __complete words [WORD ...]");
}
