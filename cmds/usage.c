#include "cmds/usage.h"

#include <ctype.h>
#include <string.h>

#include "core/base/strbuf.h"

static size_t line_length(const char *line)
{
	return strcspn(line, "\n");
}

static const char *next_line(const char *line)
{
	line += line_length(line);
	return *line ? line + 1 : NULL;
}

/* The usage line that begins with the command and `form`, or NULL. */
static const char *find_line(const struct cmd *cmd, const char *form)
{
	size_t name = strlen(cmd->name), n = strlen(form);

	for (const char *line = cmd->usage; line; line = next_line(line)) {
		const char *rest = line + name + (line[name] == ' ');

		if (n && !strncmp(rest, form, n) && (!rest[n] || strchr(" \n", rest[n])))
			return line;
	}
	return NULL;
}

/* Steps past the next word of a usage line outside brackets and returns its length; 0 at the end of
 * the line. An option is skipped with the word after it. */
static size_t next_word(const char **at)
{
	const char *s = *at;
	size_t n = 0;
	int depth = 0, skip = 0;

	for (; *s && *s != '\n'; s += n) {
		n = strcspn(s, " []\n");
		if (!n) {
			depth += (*s == '[') - (*s == ']');
			n = 1;
		} else if (depth || !strncmp(s, "...", n) || *s == '-' || skip) {
			skip = !depth && *s == '-';
		} else {
			*at = s + n;
			return n;
		}
	}
	*at = s;
	return 0;
}

/* A word that stands for itself: `ls`, not NAME. */
static int is_literal(const char *word)
{
	return islower((unsigned char)*word);
}

/* Appends the first words of all lines: add|ls|show. */
static void add_choices(const struct cmd *cmd, struct strbuf *out)
{
	const char *last = "";
	size_t last_n = 0;

	for (const char *line = cmd->usage; line; line = next_line(line)) {
		const char *at = line + strlen(cmd->name);
		size_t n = next_word(&at);
		const char *word = at - n;

		if (!n || (n == last_n && !strncmp(word, last, n)))
			continue;
		strbuf_addf(out, "%s%.*s", last_n ? "|" : "", (int)n, word);
		last = word;
		last_n = n;
	}
}

static int missing(const struct cmd *cmd, const char *form, const char *line, int index,
		   struct error *err)
{
	const char *at = line + strlen(cmd->name) + (*form ? 1 + strlen(form) : 0), *word = at;
	struct strbuf choices = STRBUF_INIT;
	size_t n = 0, more;

	for (int i = 0; i <= index && (more = next_word(&at)); i++) {
		word = at - more;
		n = more;
	}
	if (is_literal(word) && next_line(cmd->usage) && !*form) {
		add_choices(cmd, &choices);
		error_set(err, ERR_USAGE, "%s: missing argument %s; usage: ssl %s %s ...",
			  cmd->name, choices.buf, cmd->name, choices.buf);
	} else {
		error_set(err, ERR_USAGE, "%s%s%s: missing argument %.*s; usage: ssl %.*s",
			  cmd->name, *form ? " " : "", form, (int)n, word, (int)line_length(line),
			  line);
	}
	strbuf_release(&choices);
	return -1;
}

int usage_check(const struct cmd *cmd, const char *form, char **operand, int n, int min, int max,
		struct error *err)
{
	const char *line, *verb = form ? form : n ? operand[0] : "";

	if (n >= min && n <= max)
		return 0;
	line = find_line(cmd, verb);
	if (!line) {
		line = cmd->usage;
		verb = "";
	}
	if (n < min)
		return missing(cmd, verb, line, form || !*verb ? n : n - 1, err);
	return error_set(err, ERR_USAGE, "%s%s%s: unexpected argument '%s'; usage: ssl %.*s",
			 cmd->name, *verb ? " " : "", verb, operand[max], (int)line_length(line),
			 line);
}

int usage_no_table(const struct cmd_ctx *ctx, const char *what, const char *instead,
		   struct error *err)
{
	if (ctx->format == TABLE_TEXT)
		return 0;
	return error_set(err, ERR_USAGE, "%s: --format, --json and --csv do not apply: %s", what,
			 instead);
}
