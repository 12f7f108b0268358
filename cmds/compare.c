/* `ssl compare`: groups of runs on one metric, with intervals, tests and plain sentences. */
#include <stdlib.h>
#include <string.h>

#include "cmds/cmd.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/base/terminal.h"
#include "core/base/utf8.h"
#include "core/plot/svg.h"
#include "core/report/compare_print.h"
#include "core/store/query/refs.h"
#include "core/store/runs.h"

extern const struct cmd cmd_compare;

enum { REFS_MAX = 100000 };

/* Prints the sentences as text in this format, outside of its tables. */
static void print_notes(FILE *out, const char *text, enum table_format format)
{
	struct strbuf line = STRBUF_INIT, safe = STRBUF_INIT;

	for (size_t n; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		strbuf_clear(&line);
		strbuf_add(&line, text, n);
		if (format == TABLE_HTML) {
			utf8_xml(line.buf, &safe);
			fprintf(out, "<p>%s</p>\n", safe.buf);
			strbuf_clear(&safe);
		} else {
			terminal_line(out, "%s%s%s", format == TABLE_LATEX ? "% " : "", line.buf,
				      format == TABLE_MD ? "  " : "");
		}
	}
	strbuf_release(&line);
	strbuf_release(&safe);
}

/* Prints the sentences to standard error, beside a table for programs. */
static void report_notes(const char *text)
{
	for (int n; *text; text += n + (text[n] == '\n')) {
		n = (int)strcspn(text, "\n");
		log_info("%.*s", n, text);
	}
}

static void print_json(FILE *out, const struct compare *c, const struct table *groups,
		       const struct table *pairs, const char *notes)
{
	struct strbuf s = STRBUF_INIT;

	strbuf_adds(&s, "{\"metric\": ");
	json_add_visible(&s, c->metric);
	strbuf_adds(&s, ", \"by\": ");
	json_add_visible(&s, c->by);
	strbuf_adds(&s, ", \"select\": ");
	if (c->select)
		json_add_visible(&s, c->select);
	else
		strbuf_adds(&s, "null");
	fprintf(out, "%s,\n\"groups\": ", s.buf);
	table_print(groups, TABLE_JSON, out);
	fputs(", \"pairs\": ", out);
	table_print(pairs, TABLE_JSON, out);
	strbuf_clear(&s);
	for (const char *p = notes; *p; p += strcspn(p, "\n") + 1) {
		struct strbuf line = STRBUF_INIT;

		strbuf_add(&line, p, strcspn(p, "\n"));
		strbuf_adds(&s, s.len ? ",\n " : "");
		json_add_visible(&s, line.buf);
		strbuf_release(&line);
	}
	fprintf(out, ", \"notes\": [%s]}\n", s.buf);
	strbuf_release(&s);
}

/* One table for a paper, with the sentences as comments. */
static void print_latex(FILE *out, const struct compare *c, int pairs, const char *notes)
{
	struct strbuf text = STRBUF_INIT;

	if (pairs)
		compare_latex_pairs(c, &text);
	else
		compare_latex_groups(c, &text);
	fputs(text.buf, out);
	print_notes(out, notes, TABLE_LATEX);
	strbuf_release(&text);
}

/* Formats for programs have one table, of the groups or (--pairs) of the pairs; JSON and formats
 * for people have both, and the sentences. */
static void print_comparison(struct cmd_ctx *ctx, const struct compare *c, int only_pairs)
{
	int human = table_is_for_people(ctx->format);
	struct table *groups = compare_groups(c, human), *pairs = compare_pairs(c, human);
	struct strbuf notes = STRBUF_INIT;

	compare_sentences(c, &notes);
	if (ctx->format == TABLE_LATEX) {
		print_latex(ctx->out, c, only_pairs, notes.buf);
	} else if (ctx->format == TABLE_JSON) {
		print_json(ctx->out, c, groups, pairs, notes.buf);
	} else if (!human) {
		table_print(only_pairs ? pairs : groups, ctx->format, ctx->out);
		report_notes(notes.buf);
	} else {
		if (!only_pairs)
			table_print(groups, ctx->format, ctx->out);
		if (!only_pairs && c->n_pairs)
			fputc('\n', ctx->out);
		if (c->n_pairs)
			table_print(pairs, ctx->format, ctx->out);
		fputc('\n', ctx->out);
		print_notes(ctx->out, notes.buf, ctx->format);
	}
	strbuf_release(&notes);
	table_free(groups);
	table_free(pairs);
}

static int resolve(struct cmd_ctx *ctx, char **ref, int n, int64_t *id, struct error *err)
{
	long epoch;

	for (int i = 0; i < n; i++)
		if (refs_resolve(ctx->store, ref[i], &id[i], &epoch, err))
			return -1;
	return 0;
}

static int parse_test(const char *name, int *ranks, struct error *err)
{
	*ranks = !strcmp(name, "rank");
	if (*ranks || !strcmp(name, "permutation"))
		return 0;
	return error_set(err, ERR_USAGE, "--test: '%s' is neither permutation nor rank", name);
}

static int run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	struct compare_query q = {.values = {.by = "method"}};
	const char *metric = NULL, *report = NULL, *test = "permutation";
	int only_pairs = 0, n, ret;
	const struct opt table[] = {
	    {'w', "where", OPT_TEXT, &q.values.where, "EXPR", "only runs for which EXPR is true", 0,
	     0},
	    {0, "tag", OPT_TEXT, &q.values.tag, "TAG", "only runs with this tag", 0, 0},
	    {0, "sweep", OPT_TEXT, &q.values.sweep, "SWEEP", "only runs of this sweep", 0, 0},
	    {0, "metric", OPT_TEXT, &metric, "METRIC",
	     "what is compared (the sweep's objective, or knn.top1)", 0, 0},
	    {0, "by", OPT_TEXT, &q.values.by, "KEY", "what makes a group (method)", 0, 0},
	    {0, "select", OPT_TEXT, &q.values.select, "METRIC",
	     "take the recipe that is best in METRIC", 0, 0},
	    {0, "report", OPT_TEXT, &report, "METRIC", "what is compared after --select", 0, 0},
	    {0, "test", OPT_TEXT, &test, "permutation|rank", "which test", 0, 0},
	    {0, "unpaired", OPT_FLAG, &q.unpaired, NULL, "never pair runs by their seed", 0, 0},
	    {0, "pairs", OPT_FLAG, &only_pairs, NULL, "only the table of the pairs", 0, 0},
	    {0},
	};
	struct compare *c = NULL;
	int64_t *id;

	ret = opt_parse(ctx, &cmd_compare, table, argc, argv, 0, REFS_MAX, &n, err);
	if (ret)
		return ret < 0 ? -1 : 0;
	if (metric && report)
		return error_set(
		    err, ERR_USAGE,
		    "compare: --metric and --report are two names of one option: give one of them");
	if (parse_test(test, &q.ranks, err))
		return -1;
	q.values.metric = report ? report : metric;
	id = xcalloc((size_t)n + 1, sizeof *id);
	ret = resolve(ctx, argv + 1, n, id, err);
	q.values.id = n ? id : NULL;
	q.values.n_ids = n;
	q.named = n > 0;
	if (!ret)
		ret = compare_make(ctx->store, &q, &c, err);
	if (!ret)
		print_comparison(ctx, c, only_pairs);
	compare_free(c);
	free(id);
	return ret;
}

const struct cmd cmd_compare = {
    .name = "compare",
    .summary = "compare groups of runs: intervals, tests, effect sizes",
    .usage = "compare [-w EXPR] [--tag TAG] [--sweep SWEEP] [--metric METRIC] [--by KEY] [--select "
	     "METRIC] [--report METRIC] "
	     "[--test permutation|rank] [--unpaired] [--pairs] [REF ...]",
    .needs = NEED_STORE_READ,
    .pages = 1,
    .run = run,
};
