/* ssl help: lists the commands, or explains a command, a method, a key, a family of keys, or a word
 * that occurs in any of them. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmds/cmd.h"
#include "cmds/pager.h"
#include "core/base/arena.h"
#include "core/eval/protocol.h"
#include "core/methods/method.h"
#include "core/recipe/yaml.h"
#include "core/run/keys.h"
#include "core/store/metric_kinds.h"

static int run_help(struct cmd_ctx *ctx, int argc, char **argv, struct error *err);

const struct cmd cmd_help = {
    .name = "help",
    .summary = "explain a command, a method or a recipe's keys",
    .usage = "help [options] [COMMAND | METHOD | KEY | WORD | keys | recipe]",
    .needs = NEED_NOTHING,
    .run = run_help,
};

/* The table of commands is in this order: a group begins with the command that is named here. */
static const struct {
	const char *title, *first;
} groups[] = {
    {"work", "init"},        {"look", "log"},    {"organise", "tag"},
    {"store", "checkpoint"}, {"meta", "config"},
};

static void print_command_table(struct cmd_ctx *ctx)
{
	struct table *t = table_new();
	const struct cmd *c;

	table_column(t, "command");
	table_column(t, "summary");
	for (int i = 0; (c = cmd_at(i)); i++) {
		table_text(t, c->name);
		table_text(t, c->summary);
	}
	table_print(t, ctx->format, ctx->out);
	table_free(t);
}

static int help_commands(struct cmd_ctx *ctx)
{
	const struct cmd *c;

	if (ctx->format != TABLE_TEXT) {
		print_command_table(ctx);
		return 0;
	}
	fputs("usage: ssl COMMAND [options] [arguments]\n", ctx->out);
	for (int i = 0; (c = cmd_at(i)); i++) {
		for (size_t g = 0; g < sizeof groups / sizeof *groups; g++)
			if (!strcmp(groups[g].first, c->name))
				fprintf(ctx->out, "\n%s\n", groups[g].title);
		fprintf(ctx->out, "  %-12s %s\n", c->name, c->summary);
	}
	fputs("\nssl COMMAND -h              short usage\n"
	      "ssl help COMMAND            its manual page\n"
	      "ssl help METHOD             formula, source and hyperparameters (ssl methods)\n"
	      "ssl help keys               everything that a recipe can set\n"
	      "ssl help WORD               keys, metrics, protocols and commands with that word\n",
	      ctx->out);
	return 0;
}

/* Runs man and returns its exit status, or -1. quiet: only checks that the page exists. */
static int man(const struct cmd_ctx *ctx, const char *section, const char *page, int quiet)
{
	const char *argv[6] = {"man"};
	int n = 1, status, null;
	pid_t pid;

	if (quiet)
		argv[n++] = "-w";
	else if (ctx->no_pager) {
		argv[n++] = "-P";
		argv[n++] = "cat";
	}
	argv[n++] = section;
	argv[n++] = page;
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return -1;
	if (!pid) {
		if (quiet && (null = open("/dev/null", O_WRONLY)) >= 0) {
			dup2(null, STDOUT_FILENO);
			dup2(null, STDERR_FILENO);
		}
		execvp("man", (char *const *)argv);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* 1 if the page was shown: man and the page are installed, and output goes to standard output. */
static int show_page(const struct cmd_ctx *ctx, const char *section, const char *page)
{
	if (ctx->output || man(ctx, section, page, 1))
		return 0;
	return man(ctx, section, page, 0) == 0;
}

static int help_command(struct cmd_ctx *ctx, const struct cmd *cmd, struct error *err)
{
	char page[64], usage[] = "-h", *argv[] = {(char *)cmd->name, usage, NULL};

	snprintf(page, sizeof page, "ssl-%s", cmd->name);
	if (show_page(ctx, "1", page))
		return 0;
	return cmd->run(ctx, 2, argv, err);
}

/* A list of keys: printed at once for people, collected in a table for programs. */
struct key_list {
	struct cmd_ctx *ctx;
	struct table *table; /* NULL: for people */
	int n;
};

static void list_start(struct key_list *l, struct cmd_ctx *ctx)
{
	static const char *const column[] = {"key", "type", "allowed", "default", "help"};

	*l = (struct key_list){.ctx = ctx};
	pager_start(ctx);
	if (ctx->format == TABLE_TEXT)
		return;
	l->table = table_new();
	for (int i = 0; i < 5; i++)
		table_column(l->table, column[i]);
}

static void list_end(struct key_list *l)
{
	if (l->table)
		table_print(l->table, l->ctx->format, l->ctx->out);
	table_free(l->table);
}

enum { INDENT = 8, WIDTH = 88 };

static void print_wrapped(FILE *out, const char *s)
{
	size_t column = INDENT, n;

	fprintf(out, "%*s", INDENT, "");
	for (; *s; s += n + (s[n] == ' ')) {
		n = strcspn(s, " ");
		if (column > INDENT && column + 1 + n > WIDTH) {
			fprintf(out, "\n%*s", INDENT, "");
			column = INDENT;
		}
		column += (size_t)fprintf(out, "%s%.*s", column > INDENT ? " " : "", (int)n, s);
	}
	fputc('\n', out);
}

static void list_add(struct key_list *l, const struct hparam *hp, const char *allowed,
		     const char *def)
{
	const char *type = hparam_type_name(hp->type);

	l->n++;
	if (!l->table) {
		fprintf(l->ctx->out, "  %s = %s    (%s%s%s)\n", hp->name, def, type,
			hp->type == HP_TEXT ? "" : ": ", hp->type == HP_TEXT ? "" : allowed);
		print_wrapped(l->ctx->out, hp->help);
		return;
	}
	table_text(l->table, hp->name);
	table_text(l->table, type);
	table_text(l->table, allowed);
	table_text(l->table, def);
	table_text(l->table, hp->help);
}

/* Adds a key; its default is that of the recipe r if r has the key, else that of the table. */
static void key_row(struct key_list *l, const struct hparam *hp, const struct recipe *r)
{
	struct strbuf choices = STRBUF_INIT, range = STRBUF_INIT;
	const char *def = hp->def;

	for (int i = 0; r && i < r->n; i++)
		if (r->value[i].hp == hp)
			def = r->value[i].text;
	recipe_choices(keys_schema(), hp, &choices);
	hparam_range(hp, choices.buf, &range);
	list_add(l, hp, range.buf, def);
	strbuf_release(&choices);
	strbuf_release(&range);
}

/* Is the key `topic` itself, or of its family? NULL: every key is. */
static int is_about(const char *key, const char *topic)
{
	const size_t n = topic ? strlen(topic) : 0;

	return !topic || (!strncmp(key, topic, n) && (!key[n] || key[n] == '.'));
}

/* Lists the keys of a topic; 0 if there are none. */
static int help_keys(struct cmd_ctx *ctx, const char *topic)
{
	const struct hparam *hp;
	struct key_list l;

	list_start(&l, ctx);
	for (int i = 0; (hp = recipe_row(keys_schema(), i, NULL)); i++)
		if (is_about(hp->name, topic))
			key_row(&l, hp, NULL);
	if (!l.n) {
		table_free(l.table);
		return 0;
	}
	list_end(&l);
	return 1;
}

static int has_default(const struct method *m, const char *key)
{
	for (const struct hparam_default *d = m->defaults; d && d->name; d++)
		if (!strcmp(d->name, key))
			return 1;
	return 0;
}

/* Lists the keys of the method, then those of its heads, then the others whose default it changes.
 */
static void method_keys(const struct method *m, const struct recipe *r, struct key_list *l)
{
	struct hparam_group g;
	const struct hparam *hp;

	for (int pass = 0; pass < 3; pass++)
		for (int i = 0; (hp = recipe_row(keys_schema(), i, &g)); i++) {
			int kind = !g.when_key ? 2 : g.when_value ? 0 : 1;

			if (kind != pass || !recipe_has(r, hp->name))
				continue;
			if (pass < 2 || has_default(m, hp->name))
				key_row(l, hp, r);
		}
}

static int help_method(struct cmd_ctx *ctx, const struct method *m, struct error *err)
{
	int ret, len = (int)strlen(m->formula);
	struct strbuf text = STRBUF_INIT;
	struct recipe_set set;
	struct key_list l;
	struct recipe r;

	strbuf_addf(&text, "method=%s", m->name);
	set.text = text.buf;
	ret = recipe_load(&r, keys_schema(), NULL, &set, 1, err);
	strbuf_release(&text);
	if (ret)
		return -1;
	while (len && m->formula[len - 1] == '\n')
		len--;
	pager_start(ctx);
	if (ctx->format == TABLE_TEXT)
		fprintf(ctx->out,
			"%s (%s): %s\n\n%.*s\n\nsource: %s\n\nkeys, as they are for %s:\n",
			m->title, m->name, m->summary, len, m->formula, m->source, m->name);
	list_start(&l, ctx);
	method_keys(m, &r, &l);
	list_end(&l);
	recipe_release(&r);
	return 0;
}

/* Does the text contain the word, not as part of a longer one? */
static int has_word(const char *text, const char *word)
{
	const size_t n = strlen(word);

	for (const char *s = text; n && (s = strcasestr(s, word)); s++)
		if ((s == text || !isalnum((unsigned char)s[-1])) && !isalnum((unsigned char)s[n]))
			return 1;
	return 0;
}

/* The names and descriptions in which a word was found. */
struct findings {
	struct cmd_ctx *ctx;
	struct table *table; /* NULL: for people */
	const char *word, *kind;
	int n;
};

static void find_in(struct findings *f, const char *kind, const char *name, const char *about,
		    const char *value)
{
	if (!has_word(name, f->word) && !has_word(about, f->word))
		return;
	f->n++;
	if (f->table) {
		table_text(f->table, kind);
		table_text(f->table, name);
		table_text(f->table, value);
		table_text(f->table, about);
		return;
	}
	pager_start(f->ctx);
	if (!f->kind || strcmp(f->kind, kind) != 0)
		fprintf(f->ctx->out, "%s%ss\n", f->kind ? "\n" : "", kind);
	f->kind = kind;
	fprintf(f->ctx->out, "  %s%s%s\n", name, value ? " = " : "", value ? value : "");
	if (*about)
		print_wrapped(f->ctx->out, about);
}

static void find_all(struct findings *f)
{
	const struct protocol_row *p;
	const struct metric_kind *k;
	const struct method *m;
	const struct hparam *hp;
	const struct cmd *c;

	for (int i = 0; (hp = recipe_row(keys_schema(), i, NULL)); i++)
		find_in(f, "key", hp->name, hp->help, hp->def);
	for (int i = 0; (m = method_at(i)); i++)
		find_in(f, "method", m->name, m->summary, NULL);
	for (int i = 0; (p = protocol_at(i)); i++)
		find_in(f, "protocol", p->name, p->protocol->summary, NULL);
	for (int i = 0; (p = protocol_at(i)); i++) {
		char name[96];

		snprintf(name, sizeof name, "test.%s.top1", p->name);
		find_in(f, "metric", name, metric_kind(name)->about, NULL);
	}
	for (int i = 0; (k = metric_kind_at(i)); i++)
		if (!k->guess)
			find_in(f, "metric", k->pattern, k->about, NULL);
	for (int i = 0; (c = cmd_at(i)); i++)
		find_in(f, "command", c->name, c->summary, NULL);
}

/* Prints everything in which the word occurs; 0 if there is nothing. */
static int help_word(struct cmd_ctx *ctx, const char *word)
{
	static const char *const column[] = {"kind", "name", "default", "help"};
	struct findings f = {.ctx = ctx, .word = word};

	if (ctx->format != TABLE_TEXT) {
		f.table = table_new();
		for (int i = 0; i < 4; i++)
			table_column(f.table, column[i]);
	}
	find_all(&f);
	if (f.table && f.n)
		table_print(f.table, ctx->format, ctx->out);
	table_free(f.table);
	return f.n;
}

/* Names, and the words that they consist of: among them the nearest to an unknown topic is looked
 * for. */
enum { TOPICS = 2048 };

struct topics {
	struct arena arena;
	const char *name[TOPICS];
	int n;
};

static void add_topic(struct topics *t, const char *name)
{
	if (t->n < TOPICS)
		t->name[t->n++] = name;
}

static void add_words(struct topics *t, const char *name)
{
	for (size_t n; *name; name += n + (name[n] != 0)) {
		n = strcspn(name, "._-*");
		if (n > 2) {
			char *word = arena_zalloc(&t->arena, n + 1);

			memcpy(word, name, n);
			add_topic(t, word);
		}
	}
}

static void add_all(struct topics *t)
{
	const struct protocol_row *p;
	const struct metric_kind *k;
	const struct method *m;
	const struct hparam *hp;
	const struct cmd *c;

	for (int i = 0; (c = cmd_at(i)); i++)
		add_topic(t, c->name);
	for (int i = 0; (m = method_at(i)); i++)
		add_topic(t, m->name);
	for (int i = 0; (p = protocol_at(i)); i++)
		add_topic(t, p->name);
	for (int i = 0; (hp = recipe_row(keys_schema(), i, NULL)); i++) {
		add_topic(t, hp->name);
		add_words(t, hp->name);
	}
	for (int i = 0; (k = metric_kind_at(i)); i++)
		if (!k->guess)
			add_words(t, k->pattern);
}

static int fail_topic(const char *topic, struct error *err)
{
	struct topics *t = xcalloc(1, sizeof *t);
	char shown[YAML_SHOWN];
	const char *near;

	add_all(t);
	near = strchr(topic, '.') ? recipe_nearest(keys_schema(), topic) : NULL;
	if (!near)
		near = nearest_word(topic, t->name, t->n);
	error_set(err, ERR_USAGE, "help: %s: no command, method, key or word in them%s%s%s",
		  yaml_shown(shown, topic), near ? ": did you mean " : ": see `ssl help`",
		  near ? near : "", near ? "?" : "");
	arena_release(&t->arena);
	free(t);
	return -1;
}

/* A trailing dot asks for a family whose name is also that of a command: `ssl help eval.`. */
static int help_key(struct cmd_ctx *ctx, const char *topic, struct error *err)
{
	struct arena a = ARENA_INIT;
	struct strbuf key = STRBUF_INIT;
	int ret;

	strbuf_adds(&key, yaml_key(&a, topic));
	if (key.len > 1 && key.buf[key.len - 1] == '.')
		key.buf[--key.len] = 0;
	ret = help_keys(ctx, key.buf) || help_word(ctx, key.buf) ? 0 : fail_topic(topic, err);
	strbuf_release(&key);
	arena_release(&a);
	return ret;
}

static int help_topic(struct cmd_ctx *ctx, const char *topic, struct error *err)
{
	const struct method *m = method_find(topic);
	const struct cmd *c;

	for (int i = 0; (c = cmd_at(i)); i++)
		if (!strcmp(c->name, topic))
			return help_command(ctx, c, err);
	if (m)
		return help_method(ctx, m, err);
	if (!strcmp(topic, "keys") ||
	    (!strcmp(topic, "recipe") && !show_page(ctx, "5", "ssl-recipe")))
		return help_keys(ctx, NULL) ? 0 : -1;
	if (!strcmp(topic, "recipe"))
		return 0;
	return help_key(ctx, topic, err);
}

static int run_help(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	int n, ret = opt_parse(ctx, &cmd_help, NULL, argc, argv, 0, 1, &n, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	return n ? help_topic(ctx, argv[1], err) : help_commands(ctx);
}
