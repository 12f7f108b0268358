#include "cmds/forms.h"

#include <ctype.h>
#include <string.h>

enum { PARTS_MAX = 48 };

struct part {
	const char *text;
	int n;
};

struct form {
	struct part option[PARTS_MAX], operand[PARTS_MAX];
	int n_options, n_operands;
	int repeats; /* the last operand may come again */
};

int forms_is_literal(const char *word)
{
	return islower((unsigned char)*word) || *word == '-';
}

void forms_alternatives(const char *text, int n, forms_fn *fn, void *ctx)
{
	for (int end; n > 0; text += end + 1, n -= end + 1) {
		int from = 0, to;

		for (end = 0; end < n && text[end] != '|'; end++)
			;
		to = end;
		while (from < to && text[from] == ' ')
			from++;
		while (from < to && text[to - 1] == ' ')
			to--;
		if (from < to)
			fn(ctx, text + from, to - from);
	}
}

static void add_option(struct form *f, const char *text)
{
	int n = (int)(strspn(text, "-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"));

	if (f->n_options < PARTS_MAX)
		f->option[f->n_options++] = (struct part){text, n};
}

static void add_operand(struct form *f, const char *text, int n)
{
	if (n > 3 && !strncmp(text + n - 3, "...", 3)) {
		f->repeats = 1;
		for (n -= 3; n && text[n - 1] == ' ';)
			n--;
	}
	if (f->n_operands < PARTS_MAX && strncmp(text, "options", 7) != 0)
		f->operand[f->n_operands++] = (struct part){text, n};
}

/* The length of what stands in brackets, with both. */
static int bracket_length(const char *text)
{
	int depth = 0, n = 0;

	do
		depth += (text[n] == '[') - (text[n] == ']');
	while (text[n++] != ']' || depth);
	return n;
}

/* [-f], [--per-class|--confusion], [--seed N] or [REF]: n bytes, without the brackets. */
static void add_bracket(struct form *f, const char *text, int n)
{
	if (*text != '-') {
		add_operand(f, text, n);
		return;
	}
	for (int i = 0; i < n; i++)
		if (text[i] == '-' && (!i || strchr(" |", text[i - 1])))
			add_option(f, text + i);
}

static const struct opt *find_option(const struct forms_typed *t, const struct part *p)
{
	const struct opt *o;

	if (p->n > 2 && p->text[1] == '-') {
		o = opt_find_name(t->own, p->text + 2, (size_t)p->n - 2);
		return o ? o : opt_find_name(t->common, p->text + 2, (size_t)p->n - 2);
	}
	o = opt_find_letter(t->own, p->text[1]);
	return o ? o : opt_find_letter(t->common, p->text[1]);
}

/* Reads one line, from behind the command's name on. */
static void read_form(const struct forms_typed *t, const char *line, struct form *f)
{
	int skip = 0; /* the next word is an option's value */

	*f = (struct form){.n_options = 0};
	for (int n; *line && *line != '\n'; line += n) {
		if (*line == ' ') {
			n = 1;
		} else if (*line == '[') {
			n = bracket_length(line);
			add_bracket(f, line + 1, n - 2);
		} else if (*line == '-' && isalpha((unsigned char)line[1 + (line[1] == '-')])) {
			const struct opt *o;

			n = (int)strcspn(line, " \n");
			add_option(f, line);
			o = find_option(t, &f->option[f->n_options - 1]);
			skip = o && opt_takes_value(o);
		} else {
			n = (int)strcspn(line, " [\n");
			if (n == 3 && !strncmp(line, "...", 3))
				f->repeats = 1;
			else if (!skip)
				add_operand(f, line, n);
			skip = 0;
		}
	}
}

struct match {
	const char *word;
	int found;
};

static void match_one(void *ctx, const char *word, int n)
{
	struct match *m = ctx;

	m->found |= !forms_is_literal(word) ||
		    ((int)strlen(m->word) == n && !strncmp(m->word, word, (size_t)n));
}

static const struct part *operand_at(const struct form *f, int i)
{
	if (i < f->n_operands)
		return &f->operand[i];
	return f->repeats && f->n_operands ? &f->operand[f->n_operands - 1] : NULL;
}

static int fits(const struct form *f, const struct forms_typed *t)
{
	for (int i = 0; i < t->n; i++) {
		const struct part *p = operand_at(f, i);
		struct match m = {t->operand[i], 0};

		if (p)
			forms_alternatives(p->text, p->n, match_one, &m);
		if (!m.found)
			return 0;
	}
	return 1;
}

/* The next form that what was typed fits, from *line on: 1, or 0. */
static int next_form(const struct forms_typed *t, const char **line, struct form *f)
{
	while (**line) {
		read_form(t, *line + strlen(t->cmd->name), f);
		*line += strcspn(*line, "\n");
		*line += **line == '\n';
		if (fits(f, t))
			return 1;
	}
	return 0;
}

void forms_next_operand(const struct forms_typed *t, forms_fn *fn, void *ctx)
{
	const char *line = t->cmd->usage;
	const struct part *p;
	struct form f;

	while (next_form(t, &line, &f)) {
		p = operand_at(&f, t->n);
		if (p)
			forms_alternatives(p->text, p->n, fn, ctx);
	}
}

int forms_have_option(const struct forms_typed *t, const struct opt *o)
{
	const char *line = t->cmd->usage;
	struct form f;

	while (next_form(t, &line, &f))
		for (int i = 0; i < f.n_options; i++)
			if (find_option(t, &f.option[i]) == o)
				return 1;
	return 0;
}
