/* Options: a command's own table, and the flags that all commands share. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmds/cmd.h"
#include "cmds/pager.h"
#include "cmds/usage.h"
#include "core/base/log.h"
#include "core/base/output.h"
#include "core/recipe/recipe.h"
#include "core/run/keys.h"
#include "core/run/params.h"
#include "core/store/object.h"

/* The values of the common flags, before they are copied to the context. */
struct common {
	const char *dir, *output, *format, *color;
	int quiet, verbose, dry_run, force, no_pager, json, csv, help, version, short_help;
};

enum { NAMES_MAX = 64 };

static void common_table(struct common *c, struct opt out[OPT_COMMON_MAX])
{
	const struct opt rows[] = {
	    {'C', "dir", OPT_TEXT, &c->dir, "DIR", "use the store found from DIR", 0, 0},
	    {'q', "quiet", OPT_FLAG, &c->quiet, NULL, "print only errors and data", 0, 0},
	    {'v', "verbose", OPT_FLAG, &c->verbose, NULL, "print more", 0, 0},
	    {'n', "dry-run", OPT_FLAG, &c->dry_run, NULL, "check and report, change nothing", 0, 0},
	    {'f', "force", OPT_FLAG, &c->force, NULL, "overwrite files, or skip a check", 0, 0},
	    {'o', "output", OPT_TEXT, &c->output, "FILE", "write data to FILE", 0, 0},
	    {0, "format", OPT_TEXT, &c->format, "table|csv|tsv|json|jsonl|md|latex|html",
	     "format of tables", 0, 0},
	    {0, "json", OPT_FLAG, &c->json, NULL, "the same as --format json", 0, 0},
	    {0, "csv", OPT_FLAG, &c->csv, NULL, "the same as --format csv", 0, 0},
	    {0, "no-pager", OPT_FLAG, &c->no_pager, NULL, "do not start a pager", 0, 0},
	    {0, "color", OPT_TEXT, &c->color, "auto|always|never", "colours and styles", 0, 0},
	    {'h', "usage", OPT_FLAG, &c->short_help, NULL, "short usage", 0, 0},
	    {0, "help", OPT_FLAG, &c->help, NULL, "the manual page", 0, 0},
	    {0},
	};

	memcpy(out, rows, sizeof rows);
}

void opt_common(struct opt out[OPT_COMMON_MAX])
{
	struct common c;

	common_table(&c, out);
	for (; out->name; out++)
		out->value = NULL;
}

const struct opt *opt_find_letter(const struct opt *table, char letter)
{
	for (; table && table->name; table++)
		if (table->letter == letter)
			return table;
	return NULL;
}

const struct opt *opt_find_name(const struct opt *table, const char *name, size_t n)
{
	for (; table && table->name; table++)
		if (strlen(table->name) == n && !strncmp(table->name, name, n))
			return table;
	return NULL;
}

static int set_number(const struct opt *o, const char *text, struct error *err)
{
	char *end;
	double x;

	errno = 0;
	x = strtod(text, &end);
	if (!*text || *end || errno || !isfinite(x) || (o->kind == OPT_INT && x != rint(x)))
		return error_set(err, ERR_USAGE, "--%s: '%s' is not a %s", o->name, text,
				 o->kind == OPT_INT ? "whole number" : "number");
	if (o->min < o->max && (x < o->min || x > o->max))
		return error_set(err, ERR_USAGE, "--%s: %s is out of range: from %.16g to %.16g",
				 o->name, text, o->min, o->max);
	if (o->kind == OPT_INT)
		*(long *)o->value = (long)x;
	else
		*(double *)o->value = x;
	return 0;
}

static int set_value(const struct opt *o, const char *text, struct error *err)
{
	struct opt_list *list = o->value;

	switch (o->kind) {
	case OPT_FLAG:
		*(int *)o->value = 1;
		return 0;
	case OPT_TEXT:
	case OPT_OPTIONAL:
		*(const char **)o->value = text;
		return 0;
	case OPT_INT:
	case OPT_REAL:
		return set_number(o, text, err);
	case OPT_LIST:
		if (list->n == OPT_LIST_MAX)
			return error_set(err, ERR_USAGE, "--%s: given more than %d times", o->name,
					 OPT_LIST_MAX);
		list->item[list->n++] = text;
		return 0;
	}
	BUG("option %s has no kind", o->name);
}

int opt_takes_value(const struct opt *o)
{
	return o->kind != OPT_FLAG && o->kind != OPT_OPTIONAL;
}

/* Copies the rows of a command's table for the caller who asked for them, without their values,
 * which are the command's own. */
static void copy_table(const struct opt *table, struct opt_copy *out)
{
	out->n = 0;
	for (; table && table->name; table++) {
		if (out->n == OPT_TABLE_MAX)
			BUG("more than %d options", OPT_TABLE_MAX);
		out->row[out->n] = *table;
		out->row[out->n++].value = NULL;
	}
	out->row[out->n] = (struct opt){0};
}

/* The hyperparameter of this name, in full or by its last word ("epochs"); NULL if there is none.
 */
static const char *key_of(const char *word)
{
	const char *near = recipe_nearest(keys_schema(), word);
	const char *dot = near ? strrchr(near, '.') : NULL;

	return near && (!strcmp(near, word) || (dot && !strcmp(dot + 1, word))) ? near : NULL;
}

static int unknown_option(const char *word, const struct opt *own, const struct opt *common,
			  const struct cmd *cmd, struct error *err)
{
	const char *names[NAMES_MAX], *near;
	char bare[64];
	int n = 0, takes_keys = opt_find_name(own, "set", 3) != NULL;

	for (; own && own->name && n < NAMES_MAX; own++)
		names[n++] = own->name;
	for (; common->name && n < NAMES_MAX; common++)
		names[n++] = common->name;
	snprintf(bare, sizeof bare, "%.*s", (int)strcspn(word + 2, "="), word + 2);
	if (word[1] == '-' && takes_keys && (near = key_of(bare)))
		return error_set(err, ERR_USAGE, "%s: no such option: did you mean --set %s=...?",
				 word, near);
	near = word[1] == '-' ? nearest_word(bare, names, n) : NULL;
	if (near)
		return error_set(err, ERR_USAGE, "%s: no such option: did you mean --%s?", word,
				 near);
	return error_set(err, ERR_USAGE, "%s: no such option: see `ssl %s -h`", word,
			 cmd ? cmd->name : "help");
}

/* Parses the option at argv[*at] (which starts with '-'); steps *at past it and its value. */
static int parse_option(const struct opt *own, const struct opt *common, const struct cmd *cmd,
			int argc, char **argv, int *at, struct error *err)
{
	char *word = argv[*at];
	const struct opt *o;

	if (word[1] == '-') {
		size_t n = strcspn(word + 2, "=");
		const char *value = word[2 + n] ? word + 3 + n : NULL;

		o = opt_find_name(own, word + 2, n);
		if (!o)
			o = opt_find_name(common, word + 2, n);
		if (!o)
			return unknown_option(word, own, common, cmd, err);
		++*at;
		if (o->kind == OPT_FLAG && value)
			return error_set(err, ERR_USAGE, "--%s: takes no value", o->name);
		if (o->kind == OPT_OPTIONAL && !value)
			value = "";
		if (o->kind != OPT_FLAG && !value) {
			if (*at >= argc)
				return error_set(err, ERR_USAGE, "--%s: needs a value", o->name);
			value = argv[(*at)++];
		}
		return set_value(o, value, err);
	}
	++*at;
	for (char *c = word + 1; *c; c++) {
		o = opt_find_letter(own, *c);
		if (!o)
			o = opt_find_letter(common, *c);
		if (!o)
			return unknown_option(word, own, common, cmd, err);
		if (o->kind == OPT_FLAG) {
			*(int *)o->value = 1;
			continue;
		}
		if (c[1])
			return set_value(o, c + 1, err);
		if (*at >= argc)
			return error_set(err, ERR_USAGE, "-%c: needs a value", *c);
		return set_value(o, argv[(*at)++], err);
	}
	return 0;
}

static int apply_common(struct cmd_ctx *ctx, const struct common *c, struct error *err)
{
	if (c->dir)
		ctx->dir = c->dir;
	if (c->output)
		ctx->output = strcmp(c->output, "-") ? c->output : NULL;
	ctx->quiet |= c->quiet;
	ctx->verbose |= c->verbose;
	ctx->dry_run |= c->dry_run;
	ctx->force |= c->force;
	ctx->no_pager |= c->no_pager;
	if (c->json + c->csv + (c->format != NULL) > 1)
		return error_set(err, ERR_USAGE, "--format, --json and --csv exclude each other");
	if (c->json || c->csv)
		ctx->format = c->json ? TABLE_JSON : TABLE_CSV;
	if (c->format && table_format_parse(c->format, &ctx->format, err))
		return -1;
	if (c->color) {
		if (!strcmp(c->color, "always"))
			ctx->color = COLOR_ALWAYS;
		else if (!strcmp(c->color, "never"))
			ctx->color = COLOR_NEVER;
		else if (strcmp(c->color, "auto"))
			return error_set(err, ERR_USAGE,
					 "--color: '%s' is not auto, always or never", c->color);
	}
	log_set_level(ctx->quiet ? LOG_QUIET : ctx->verbose ? LOG_VERBOSE : LOG_NORMAL);
	return 0;
}

enum { LEFT_WIDTH = 26 }; /* of the column with the options */

static void print_rows(FILE *out, const struct opt *o)
{
	for (; o && o->name; o++) {
		char left[96];

		snprintf(left, sizeof left, "%s%c%s--%s%s%s", o->letter ? "-" : " ",
			 o->letter ? o->letter : ' ', o->letter ? ", " : "  ", o->name,
			 o->arg && o->kind != OPT_OPTIONAL ? " " : "", o->arg ? o->arg : "");
		if (strlen(left) > LEFT_WIDTH)
			fprintf(out, "  %s\n  %-*s %s\n", left, LEFT_WIDTH, "", o->help);
		else
			fprintf(out, "  %-*s %s\n", LEFT_WIDTH, left, o->help);
	}
}

static void print_usage(FILE *out, const struct cmd *cmd, const struct opt *own,
			const struct opt *common)
{
	const char *line = cmd->usage;

	fprintf(out, "ssl %s: %s\n\n", cmd->name, cmd->summary);
	while (*line) {
		int n = (int)strcspn(line, "\n");

		fprintf(out, "usage: ssl %.*s\n", n, line);
		line += n + (line[n] == '\n');
	}
	if (own && own->name) {
		fputs("\noptions:\n", out);
		print_rows(out, own);
	}
	fputs("\neverywhere:\n", out);
	print_rows(out, common);
}

int cmd_output_flags(const struct cmd_ctx *ctx)
{
	return ctx->force ? OUTPUT_REPLACE : ctx->remakes ? OUTPUT_REMAKE : 0;
}

/* Checks the -o file before the work, and collects what the command prints. */
static int open_output(struct cmd_ctx *ctx, const struct cmd *cmd, struct error *err)
{
	if (!ctx->output || cmd->own_output)
		return 0;
	ctx->remakes = cmd->remakes;
	if (output_check(ctx->output, cmd_output_flags(ctx), err))
		return -1;
	ctx->out = open_memstream(&ctx->out_text, &ctx->out_size);
	if (!ctx->out) {
		ctx->out = stdout;
		return error_errno(err, ERR_FAILED, "%s", ctx->output);
	}
	return 0;
}

const char *cmd_claim_output(struct cmd_ctx *ctx)
{
	if (ctx->out != stdout) {
		fclose(ctx->out);
		free(ctx->out_text);
		ctx->out_text = NULL;
		ctx->out = stdout;
	}
	return ctx->output;
}

/* Warns if hyperparameters have the names of another version of ssl. A store that is open for
 * reading is not changed. */
static int warn_if_stale(struct store *s, struct error *err)
{
	int stale = params_stale(s, err);

	if (stale > 0)
		log_warn("hyperparameters have the names of another version of ssl: `ssl init` "
			 "updates them");
	return stale < 0 ? -1 : 0;
}

int cmd_open_store(struct cmd_ctx *ctx, enum cmd_needs needs, struct error *err)
{
	if (needs == NEED_NOTHING || ctx->store)
		return 0;
	if (store_open(&ctx->store, ctx->dir,
		       ctx->dry_run                ? STORE_DRY
		       : needs == NEED_STORE_WRITE ? STORE_WRITE
						   : STORE_READ,
		       err))
		return -1;
	if (store_is_writable(ctx->store))
		return params_refresh(ctx->store, err);
	if (needs == NEED_STORE_WRITE && objects_check(ctx->store, 0, err))
		return -1;
	return warn_if_stale(ctx->store, err);
}

int cmd_open_store_if_any(struct cmd_ctx *ctx, struct error *err)
{
	struct error why = {0};

	if (!cmd_open_store(ctx, NEED_STORE_READ, &why))
		return 0;
	ctx->store = NULL;
	if (why.code == ERR_NOT_FOUND)
		return 0;
	*err = why;
	return -1;
}

static int answer_help(struct cmd_ctx *ctx, const struct cmd *cmd, const struct opt *own,
		       const struct opt *common, int page, struct error *err)
{
	char *argv[] = {(char *)"help", (char *)cmd->name, NULL};

	if (page && strcmp(cmd->name, "help"))
		return cmd_find("help", NULL)->run(ctx, 2, argv, err) < 0 ? -1 : 1;
	print_usage(ctx->out, cmd, own, common);
	return 1;
}

int opt_parse(struct cmd_ctx *ctx, const struct cmd *cmd, const struct opt *table, int argc,
	      char **argv, int min, int max, int *n_operands, struct error *err)
{
	struct common c = {0};
	struct opt common[OPT_COMMON_MAX];
	int at = 1, n = 0, only_operands = 0;

	if (ctx->wants_table) {
		copy_table(table, ctx->wants_table);
		return 1;
	}
	common_table(&c, common);
	while (at < argc) {
		if (only_operands || argv[at][0] != '-' || !argv[at][1]) {
			argv[1 + n++] = argv[at++];
		} else if (!strcmp(argv[at], "--")) {
			only_operands = 1;
			at++;
		} else if (parse_option(table, common, cmd, argc, argv, &at, err)) {
			return -1;
		}
	}
	if (c.short_help || c.help)
		return answer_help(ctx, cmd, table, common, c.help, err);
	if (apply_common(ctx, &c, err))
		return -1;
	if (cmd->no_table && usage_no_table(ctx, cmd->name, cmd->no_table, err))
		return -1;
	if (usage_check(cmd, NULL, argv + 1, n, min, max, err))
		return -1;
	if (n_operands)
		*n_operands = n;
	if (cmd_open_store(ctx, cmd->needs, err) || open_output(ctx, cmd, err))
		return -1;
	if (cmd->pages)
		pager_start(ctx);
	return 0;
}

int opt_parse_leading(struct cmd_ctx *ctx, int argc, char **argv, int *at, struct error *err)
{
	struct common c = {0};
	struct opt common[OPT_COMMON_MAX];
	const struct opt version[] = {
	    {'V', "version", OPT_FLAG, &c.version, NULL, "the version", 0, 0}, {0}};

	common_table(&c, common);
	while (*at < argc && argv[*at][0] == '-' && argv[*at][1])
		if (parse_option(version, common, NULL, argc, argv, at, err))
			return -1;
	if (c.version)
		argv[--*at] = (char *)"version";
	ctx->asked_help = c.help || c.short_help;
	if (ctx->asked_help)
		*at = argc;
	return apply_common(ctx, &c, err);
}
