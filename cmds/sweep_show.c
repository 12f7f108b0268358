/* ssl sweep show: the effects of the hyperparameters of a sweep on its objective. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmds/pager.h"
#include "cmds/select.h"
#include "cmds/sweep.h"
#include "core/base/log.h"
#include "core/base/terminal.h"
#include "core/report/answer.h"
#include "core/report/effects_print.h"
#include "core/stats/floor.h"
#include "core/store/query/metric_caveats.h"
#include "core/store/sweeps.h"

/* Formats for people have two tables and the warnings; formats for programs one table. */
static void print(struct cmd_ctx *ctx, const struct effects *e, const struct metric_info *metric)
{
	int digits = strcmp(metric->unit, "%") != 0 ? TABLE_SIX : 2;
	struct table *shares = effects_shares(e), *levels = effects_levels(e, digits);
	struct table *whole = effects_whole(e);
	struct strbuf warnings = STRBUF_INIT;

	effects_warnings(e, &warnings);
	if (!table_rows(levels)) {
		cmd_print(ctx, levels, "no hyperparameter differs between the runs of a method");
	} else if (table_is_for_people(ctx->format)) {
		if (ctx->format == TABLE_TEXT)
			terminal_line(ctx->out, "%s%s%s", metric->name, *metric->unit ? ", " : "",
				      metric->unit);
		fputs(ctx->format == TABLE_TEXT ? "\n" : "", ctx->out);
		table_print(shares, ctx->format, ctx->out);
		fputc('\n', ctx->out);
		table_print(levels, ctx->format, ctx->out);
		fputs(warnings.len ? "\n" : "", ctx->out);
		terminal_text(ctx->out, warnings.buf);
	} else {
		table_print(whole, ctx->format, ctx->out);
		if (warnings.len && !ctx->quiet)
			terminal_text(stderr, warnings.buf);
	}
	strbuf_release(&warnings);
	table_free(shares);
	table_free(levels);
	table_free(whole);
}

/* Warns if the sweep is not complete, or if the goal of its objective was a default. */
static int report_state(struct store *s, const char *sweep, const char *metric, struct error *err)
{
	struct sweep_row w;
	struct sweep_counts n;
	int ret;

	if (sweeps_find(s, sweep, &w, err))
		return -1;
	ret = sweeps_count(s, w.id, &n, err);
	if (!metric)
		sweep_warn_goal(&w);
	sweep_row_release(&w);
	if (!ret && n.done < n.cells)
		log_info("%s: %d of %d cells are done: the results are preliminary", sweep, n.done,
			 n.cells);
	return ret;
}

/* Prints the answer of the sweep first; beside formats for programs, to standard error. */
static int print_answer(struct cmd_ctx *ctx, const struct selection *sel,
			const struct metric_info *m, const double *value, const double *floor,
			struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	int ret = answer_text(ctx->store, sel, m, value, floor, &text, err);

	if (!ret && text.len && ctx->format == TABLE_TEXT) {
		terminal_text(ctx->out, text.buf);
		fputc('\n', ctx->out);
	} else if (!ret && text.len && !ctx->quiet) {
		terminal_text(stderr, text.buf);
	}
	strbuf_release(&text);
	return ret;
}

static int show(struct sweep_args *a, struct selection *sel, const struct metric_info *m,
		struct error *err)
{
	struct store *s = a->ctx->store;
	double *value = xmalloc((size_t)(sel->n + 1) * sizeof *value);
	struct strbuf remarks = STRBUF_INIT;
	struct floors floors = {0};
	struct effects e;
	int differ = 0, ret = selection_values(s, sel, m->name, 0, value, err) ||
			      floors_read(s, sel, m->name, &floors, err) ||
			      effects_make(s, sel, value, floors.value, m->low_is_good, &e, err);

	if (!ret) {
		ret = metric_caveats_selection(s, sel, m->name, &remarks, &differ, err);
		if (!ret && !differ)
			ret = print_answer(a->ctx, sel, m, value, floors.value, err);
		if (!ret)
			print(a->ctx, &e, m);
		effects_release(&e);
	}
	if (!ret && differ)
		strbuf_adds(&remarks,
			    "So the means do not show the effects of the hyperparameters.\n");
	if (!ret)
		cmd_remarks(remarks.buf);
	strbuf_release(&remarks);
	floors_release(&floors);
	free(value);
	return ret ? -1 : 0;
}

int sweep_show(struct sweep_args *a, struct error *err)
{
	struct select what = {.sweep = a->operand};
	struct selection sel = {0};
	struct metric_choice choice;
	char name[64];
	int ret;

	if (cmd_open_store(a->ctx, NEED_STORE_READ, err))
		return -1;
	if (!what.sweep && sweeps_newest(a->ctx->store, name, err))
		return -1;
	if (!what.sweep)
		what.sweep = name;
	pager_start(a->ctx);
	if (report_state(a->ctx->store, what.sweep, a->metric, err) ||
	    select_runs(a->ctx, &what, &sel, err))
		return -1;
	ret = metric_choose(a->ctx->store, &sel, a->metric, &choice, err);
	if (!ret)
		ret = show(a, &sel, &choice.metric, err);
	if (!ret)
		select_explain(&choice, a->metric ? NULL : "--metric");
	selection_release(&sel);
	return ret;
}
