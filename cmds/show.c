/* `ssl show`: everything that the store has about a run. As text it lists only the hyperparameters
 * that are not the defaults, unless -v asks for all. */
#include <stdio.h>
#include <string.h>

#include "cmds/cmd.h"
#include "core/base/strbuf.h"
#include "core/base/terminal.h"
#include "core/report/rows.h"
#include "core/run/recipe_context.h"
#include "core/run/keys.h"
#include "core/store/query/refs.h"
#include "core/store/query/show.h"
#include "core/store/run_rows.h"
#include "core/store/runs.h"

extern const struct cmd cmd_show;

/* The first block: a line for each column that is not NULL. */
struct lines {
	FILE *out;
	struct strbuf names; /* each ended by NUL */
	const char *next;
	struct strbuf text;
};

static void line_column(void *ctx, const char *name)
{
	struct lines *l = ctx;

	strbuf_add(&l->names, name, strlen(name) + 1);
	l->next = NULL;
}

static const char *line_name(struct lines *l)
{
	const char *name = l->next ? l->next : l->names.buf;

	l->next = name + strlen(name) + 1;
	return name;
}

static void print_line(struct lines *l, const char *name, const char *text)
{
	const char *label = !strcmp(name, "peak_rss")     ? "peak memory"
			    : !strcmp(name, "arena_peak") ? "of training"
			    : !strcmp(name, "eta")        ? "time left"
							  : name;

	terminal_line(l->out, "%-12s %s", label, text);
}

static void line_text(void *ctx, const char *s)
{
	struct lines *l = ctx;
	const char *name = line_name(l);

	if (!s || !*s)
		return;
	strbuf_clear(&l->text);
	if (column_unit(name) == UNIT_TIME)
		human_time(s, &l->text);
	else
		strbuf_adds(&l->text, s);
	print_line(l, name, l->text.buf);
}

static void line_integer(void *ctx, int64_t v)
{
	struct lines *l = ctx;
	const char *name = line_name(l);

	strbuf_clear(&l->text);
	if (column_unit(name) == UNIT_BYTES)
		human_bytes(v, &l->text);
	else
		strbuf_addf(&l->text, "%lld", (long long)v);
	print_line(l, name, l->text.buf);
}

static void line_real(void *ctx, double v)
{
	struct lines *l = ctx;
	const char *name = line_name(l);

	strbuf_clear(&l->text);
	if (column_unit(name) == UNIT_DURATION)
		human_duration(v, &l->text);
	else
		strbuf_addf(&l->text, "%.1f", v);
	print_line(l, name, l->text.buf);
}

static int show_head(struct cmd_ctx *ctx, int64_t id, struct error *err)
{
	struct lines l = {.out = ctx->out, .names = STRBUF_INIT, .text = STRBUF_INIT};
	const struct query_sink sink = {&l, line_column, line_text, line_integer, line_real};
	int ret = query_show_head(ctx->store, id, &sink, err);

	strbuf_release(&l.names);
	strbuf_release(&l.text);
	return ret;
}

static struct table *departures(const struct recipe *r, const struct recipe_context *context)
{
	struct table *t = table_new();
	struct strbuf def = STRBUF_INIT;

	table_column(t, "param");
	table_column(t, "value");
	table_column(t, "default");
	for (int i = 0; i < r->n; i++) {
		const struct recipe_value *v = &r->value[i];
		int unknown;

		strbuf_clear(&def);
		unknown = recipe_default_of(r, i, context, &def, NULL);
		if (!unknown && !strcmp(def.buf, v->text))
			continue;
		table_text(t, v->hp->name);
		table_text(t, v->text);
		table_text(t, unknown ? NULL : def.buf);
	}
	strbuf_release(&def);
	return t;
}

/* Prints the hyperparameters that are not the defaults. 1: these are unknown, since this version
 * cannot read the recipe. */
static int show_departures(struct cmd_ctx *ctx, int64_t id, struct error *err)
{
	struct recipe_context context;
	struct run_row row;
	struct recipe r;
	struct table *t;
	struct error why;
	int left;

	if (runs_get(ctx->store, id, &row, err))
		return -1;
	left = recipe_from_json(&r, keys_schema(), row.recipe_json, row.defaults, &why);
	run_row_release(&row);
	if (left && why.code != ERR_FAILED)
		return 1;
	if (left) {
		*err = why;
		return -1;
	}
	recipe_context_of_store(&context, ctx->store);
	t = departures(&r, &context);
	left = r.n - table_rows(t);
	fputs("\nparams that are not the defaults\n", ctx->out);
	if (table_rows(t))
		table_print(t, TABLE_TEXT, ctx->out);
	table_free(t);
	recipe_release(&r);
	fprintf(ctx->out, "(%d others are; -v shows them)\n", left);
	return 0;
}

/* Reads a section or, with ROW, the row of v_run. */
enum { ROW = -1 };
static int read_rows(struct store *s, int section, int64_t id, enum table_format format,
		     struct rows *rows, struct error *err)
{
	struct query_sink sink;

	rows_init(rows, 1, format);
	sink = rows_sink(rows);
	if (section == ROW)
		return query_show_run(s, id, &sink, err);
	return query_show_section(s, section, id, &sink, err);
}

static int show_section(struct cmd_ctx *ctx, int i, int64_t id, struct error *err)
{
	struct rows rows;
	int ret = read_rows(ctx->store, i, id, TABLE_TEXT, &rows, err);

	if (!ret && table_rows(rows.table)) {
		fprintf(ctx->out, "\n%s\n", query_show_section_name(i));
		table_print(rows.table, TABLE_TEXT, ctx->out);
	}
	rows_release(&rows);
	return ret;
}

static int show_text(struct cmd_ctx *ctx, int64_t id, struct error *err)
{
	int ret = show_head(ctx, id, err), done = 0;

	if (!ret && !ctx->verbose) {
		ret = show_departures(ctx, id, err);
		done = !ret; /* the first section, that of all of them */
		ret = ret < 0 ? -1 : 0;
	}
	for (int i = done; !ret && query_show_section_name(i); i++)
		ret = show_section(ctx, i, id, err);
	return ret;
}

/* One object: the row of v_run, and an array for each section. */
static int show_json(struct cmd_ctx *ctx, int64_t id, struct error *err)
{
	struct rows rows;
	int ret = read_rows(ctx->store, ROW, id, TABLE_JSON, &rows, err);

	if (!ret) {
		fputs("{\"run\": ", ctx->out);
		table_print(rows.table, TABLE_JSONL, ctx->out);
	}
	rows_release(&rows);
	for (int i = 0; !ret && query_show_section_name(i); i++) {
		ret = read_rows(ctx->store, i, id, TABLE_JSON, &rows, err);
		if (!ret) {
			fprintf(ctx->out, ", \"%s\": ", query_show_section_name(i));
			table_print(rows.table, TABLE_JSON, ctx->out);
		}
		rows_release(&rows);
	}
	if (!ret)
		fputs("}\n", ctx->out);
	return ret;
}

/* Any other format: the row of v_run. */
static int show_row(struct cmd_ctx *ctx, int64_t id, struct error *err)
{
	struct rows rows;
	int ret = read_rows(ctx->store, ROW, id, ctx->format, &rows, err);

	if (!ret)
		table_print(rows.table, ctx->format, ctx->out);
	rows_release(&rows);
	return ret;
}

static int run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	int64_t id;
	long epoch;
	int n, ret = opt_parse(ctx, &cmd_show, NULL, argc, argv, 0, 1, &n, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	if (refs_resolve(ctx->store, n ? argv[1] : "@", &id, &epoch, err))
		return -1;
	if (epoch >= 0)
		return error_set(err, ERR_USAGE, "show: %s: a run is shown whole, without @epoch",
				 argv[1]);
	if (run_rows_check(ctx->store, id, err))
		return -1;
	if (ctx->format == TABLE_TEXT)
		return show_text(ctx, id, err);
	return ctx->format == TABLE_JSON ? show_json(ctx, id, err) : show_row(ctx, id, err);
}

const struct cmd cmd_show = {
    .name = "show",
    .summary = "show everything about one run",
    .usage = "show [REF]",
    .needs = NEED_STORE_READ,
    .pages = 1,
    .run = run,
};
