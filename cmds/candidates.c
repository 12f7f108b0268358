#include "cmds/candidates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmds/cmd.h"
#include "core/report/rows.h"
#include "core/run/keys.h"
#include "core/store/config.h"
#include "core/store/engine_tables.h"
#include "core/store/query/lists.h"
#include "core/tensor/devices.h"

enum { WORDS_MAX = 8 };

static int is_there(const struct candidates *c, const char *word)
{
	const size_t before = strlen(c->before), n = strlen(word);

	for (const char *line = c->lines.buf; *line; line += strcspn(line, "\n") + 1)
		if (!strncmp(line + before, word, n) && strchr("\t\n", line[before + n]))
			return 1;
	return 0;
}

void candidates_add(struct candidates *c, const char *word, const char *about)
{
	if (strncmp(word, c->typed, strlen(c->typed)) != 0 || !*word || is_there(c, word))
		return;
	strbuf_addf(&c->lines, "%s%s", c->before, word);
	if (about && *about)
		strbuf_addf(&c->lines, "\t%s", about);
	strbuf_addc(&c->lines, '\n');
}

/* ---- the first two columns of what a command prints ---- */

static void run_command(const char *dir, const char *command, FILE *out)
{
	struct cmd_ctx ctx = {
	    .dir = dir, .quiet = 1, .no_pager = 1, .format = TABLE_TSV, .out = out};
	char text[128], *argv[WORDS_MAX + 1] = {NULL}, *rest = text;
	struct error ignored;
	int argc = 0;

	snprintf(text, sizeof text, "%s", command);
	while (argc < WORDS_MAX && (argv[argc] = strtok_r(rest, " ", &rest)))
		argc++;
	cmd_find(argv[0], NULL)->run(&ctx, argc, argv, &ignored);
	store_close(ctx.store);
}

/* Adds the first column of a table in TSV, with its second one as what it is. `sign` stands in
 * front of each word. */
static void add_rows(struct candidates *c, char *tsv, const char *sign, int with_about)
{
	struct strbuf word = STRBUF_INIT;
	char *line, *rest = tsv;

	strtok_r(rest, "\n", &rest); /* the header */
	while ((line = strtok_r(rest, "\n", &rest))) {
		char *end = line + strcspn(line, "\t");
		char *about = *end ? end + 1 : NULL;

		*end = 0;
		if (about)
			about[strcspn(about, "\t")] = 0;
		strbuf_clear(&word);
		strbuf_addf(&word, "%s%s", sign, line);
		candidates_add(c, word.buf, with_about ? about : NULL);
	}
	strbuf_release(&word);
}

static void add_printed(struct candidates *c, const char *command, const char *sign, int with_about)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (!out)
		return;
	run_command(c->dir, command, out);
	if (!fclose(out) && text)
		add_rows(c, text, sign, with_about);
	free(text);
}

/* ---- each kind of word ---- */

static void add_refs(struct candidates *c)
{
	candidates_add(c, "@", "the newest run");
	add_printed(c, "log -l 50 --columns name", "", 0);
}

static void add_methods(struct candidates *c)
{
	add_printed(c, "methods", "", 1);
}

static void add_datasets(struct candidates *c)
{
	add_printed(c, "data ls", "", 0);
}

static void add_sweeps(struct candidates *c)
{
	add_printed(c, "sweep ls", "", 0);
}

static void add_tags(struct candidates *c)
{
	add_printed(c, "tag", "", 0);
}

static void add_tables(struct candidates *c)
{
	add_printed(c, "schema", "", 0);
}

static void add_queries(struct candidates *c)
{
	add_printed(c, "sql --list", "", 0);
}

static void add_query_refs(struct candidates *c)
{
	add_printed(c, "sql --list", "@", 0);
}

/* Of query.* only what stands before the star. */
static void add_config_keys(struct candidates *c, const struct config_key *k)
{
	for (; k->key; k++) {
		char key[64];

		snprintf(key, sizeof key, "%.*s", (int)strcspn(k->key, "*"), k->key);
		candidates_add(c, key, k->help);
	}
}

static void add_settings(struct candidates *c)
{
	struct config user;

	add_config_keys(c, config_keys);
	if (!config_of_user(&user, NULL))
		add_config_keys(c, user.keys);
	add_printed(c, "config", "", 0);
}

static void add_commands(struct candidates *c)
{
	const struct cmd *cmd;

	for (int i = 0; (cmd = cmd_at(i)); i++)
		candidates_add(c, cmd->name, cmd->summary);
}

/* Metrics, also by what stands behind "test." or "val.". */
static void add_metrics(struct candidates *c)
{
	struct cmd_ctx ctx = {.dir = c->dir, .quiet = 1};
	struct error ignored;
	struct query_sink sink;
	struct rows rows;
	char *text = NULL;
	size_t n;
	FILE *out;

	if (cmd_open_store(&ctx, NEED_STORE_READ, &ignored))
		return;
	rows_init(&rows, 0, TABLE_TSV);
	sink = rows_sink(&rows);
	out = open_memstream(&text, &n);
	if (out && !query_metric_names(ctx.store, &sink, &ignored))
		table_print(rows.table, TABLE_TSV, out);
	if (out && !fclose(out) && text)
		add_rows(c, text, "", 0);
	free(text);
	rows_release(&rows);
	store_close(ctx.store);
}

static void add_keys(struct candidates *c)
{
	const struct hparam *hp;

	for (int i = 0; (hp = recipe_row(keys_schema(), i, NULL)); i++)
		candidates_add(c, hp->name, hp->help);
}

/* Keys, and the other things that make groups of runs. */
static void add_groups(struct candidates *c)
{
	candidates_add(c, "recipe", "runs that differ in their seed alone");
	candidates_add(c, "dataset", NULL);
	add_keys(c);
}

static void add_columns(struct candidates *c)
{
	add_printed(c, "schema v_run", "", 0);
	add_metrics(c);
}

/* A column or metric, with a minus in front for the descending order. */
static void add_orders(struct candidates *c)
{
	struct candidates inner = *c;
	struct strbuf before = STRBUF_INIT;
	int minus = *c->typed == '-';

	strbuf_addf(&before, "%s%s", c->before, minus ? "-" : "");
	inner.before = before.buf;
	inner.typed += minus;
	add_columns(&inner);
	c->lines = inner.lines;
	strbuf_release(&before);
}

static const struct hparam *find_key(const char *name, size_t n)
{
	const struct hparam *hp;

	for (int i = 0; (hp = recipe_row(keys_schema(), i, NULL)); i++)
		if (strlen(hp->name) == n && !strncmp(hp->name, name, n))
			return hp;
	return NULL;
}

/* The values of a hyperparameter where these are words. */
static void add_values(struct candidates *c, const char *name, size_t n)
{
	const struct hparam *hp = find_key(name, n);
	struct strbuf words = STRBUF_INIT;

	if (!hp)
		return;
	if (!strcmp(hp->name, "data.set"))
		add_datasets(c);
	else if (hp->type == HP_BOOL)
		strbuf_adds(&words, "true|false");
	else if (hp->type == HP_ENUM || hp->type == HP_LIST)
		recipe_choices(keys_schema(), hp, &words);
	else if (hp->choices)
		strbuf_adds(&words, hp->choices);
	for (char *word, *rest = words.buf; words.len && (word = strtok_r(rest, "|", &rest));)
		candidates_add(c, word, NULL);
	strbuf_release(&words);
}

/* Adds what `add` adds behind the last comma of what was typed. */
static void add_last(struct candidates *c,
		     void (*add)(struct candidates *c, const char *arg, size_t n), const char *arg,
		     size_t n)
{
	const char *comma = strrchr(c->typed, ',');
	size_t kept = comma ? (size_t)(comma + 1 - c->typed) : 0;
	struct strbuf before = STRBUF_INIT;
	struct candidates inner = *c;

	strbuf_adds(&before, c->before);
	strbuf_add(&before, c->typed, kept);
	inner.before = before.buf;
	inner.typed += kept;
	add(&inner, arg, n);
	c->lines = inner.lines;
	strbuf_release(&before);
}

static void add_setting_to(struct candidates *c, int is_list)
{
	const char *equals = strchr(c->typed, '=');
	struct strbuf before = STRBUF_INIT, word = STRBUF_INIT;
	struct candidates inner = *c;
	const struct hparam *hp;

	if (equals) {
		const size_t n = (size_t)(equals - c->typed);

		strbuf_adds(&before, c->before);
		strbuf_add(&before, c->typed, n + 1);
		inner.before = before.buf;
		inner.typed = equals + 1;
		add_last(&inner, add_values, c->typed, n);
		c->lines = inner.lines;
		c->offer |= is_list ? OFFER_NO_SPACE : 0;
	} else {
		for (int i = 0; (hp = recipe_row(keys_schema(), i, NULL)); i++) {
			strbuf_clear(&word);
			strbuf_addf(&word, "%s=", hp->name);
			candidates_add(c, word.buf, hp->help);
		}
		c->offer |= OFFER_NO_SPACE;
	}
	strbuf_release(&before);
	strbuf_release(&word);
}

static void add_setting(struct candidates *c)
{
	add_setting_to(c, 0);
}

static void add_axis(struct candidates *c)
{
	add_setting_to(c, 1);
}

static void add_columns_of(struct candidates *c, const char *arg, size_t n)
{
	(void)arg;
	(void)n;
	add_columns(c);
}

static void add_column_list(struct candidates *c)
{
	add_last(c, add_columns_of, NULL, 0);
	c->offer |= OFFER_NO_SPACE;
}

static void add_protocols(struct candidates *c)
{
	add_last(c, add_values, "eval.protocol", strlen("eval.protocol"));
	c->offer |= OFFER_NO_SPACE;
}

static void add_devices(struct candidates *c)
{
	const struct device_kind *kind;

	candidates_add(c, DEVICE_AUTO, "the best device that works here");
	for (int i = 0; (kind = device_kind_at(i)); i++)
		if (!kind->missing)
			candidates_add(c, kind->name, NULL);
}

static int add_engine_table(void *ctx, const struct engine_table_row *row)
{
	candidates_add(ctx, row->name, row->about);
	return 0;
}

static void add_engines(struct candidates *c)
{
	struct cmd_ctx ctx = {.dir = c->dir, .quiet = 1};
	struct error ignored;

	if (!cmd_open_store(&ctx, NEED_STORE_READ, &ignored))
		engine_tables_each(ctx.store, add_engine_table, c, &ignored);
	store_close(ctx.store);
}

static void add_vectors(struct candidates *c)
{
	candidates_add(c, "z", "embeddings");
	candidates_add(c, "h", "features");
	candidates_add(c, "predictor.cos", "alignment with the predictor");
}

/* ---- which word is of which kind ---- */

static const struct {
	const char *command; /* only in its usage; NULL: in that of every command */
	const char *word;
	void (*add)(struct candidates *c); /* NULL: files alone */
	int offer;
} kinds[] = {
    {"config", "KEY", add_settings, 0},
    {"data", "NAME", add_datasets, 0},
    {"help", "KEY", add_keys, 0},
    {"sql", "NAME", add_queries, 0},
    {"sweep", "FILE", NULL, OFFER_RECIPES},
    {NULL, "@NAME", add_query_refs, 0},
    {NULL, "A,B", add_column_list, 0},
    {NULL, "COMMAND", add_commands, 0},
    {NULL, "DATASET", add_datasets, 0},
    {NULL, "DEVICE", add_devices, 0},
    {NULL, "DIR", NULL, OFFER_FOLDERS},
    {NULL, "ENGINES", add_engines, 0},
    {NULL, "FILE", NULL, OFFER_FILES},
    {NULL, "FOLDER=SPLIT", NULL, OFFER_FOLDERS},
    {NULL, "KEY", add_groups, 0},
    {NULL, "KEY=V,V", add_axis, 0},
    {NULL, "KEY=VALUE", add_setting, 0},
    {NULL, "METHOD", add_methods, 0},
    {NULL, "METRIC", add_metrics, 0},
    {NULL, "P,...", add_protocols, 0},
    {NULL, "PATH", NULL, OFFER_FILES},
    {NULL, "PATTERN", NULL, OFFER_FILES},
    {NULL, "RECIPE", NULL, OFFER_RECIPES},
    {NULL, "REF", add_refs, 0},
    {NULL, "SWEEP", add_sweeps, 0},
    {NULL, "TABLE", add_tables, 0},
    {NULL, "TAG", add_tags, 0},
    {NULL, "VECTORS", add_vectors, 0},
    {NULL, "[-]KEY", add_orders, 0},
};

void candidates_of(struct candidates *c, const char *command, const char *word, int n)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if ((int)strlen(kinds[i].word) != n || strncmp(kinds[i].word, word, (size_t)n) != 0)
			continue;
		if (kinds[i].command && strcmp(kinds[i].command, command) != 0)
			continue;
		c->offer |= kinds[i].offer;
		if (kinds[i].add)
			kinds[i].add(c);
		return;
	}
}
