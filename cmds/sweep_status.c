/* ssl sweep status and ls, and the progress that a supervisor prints. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmds/execute.h"
#include "cmds/pager.h"
#include "cmds/progress.h"
#include "cmds/sweep.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/terminal.h"
#include "core/report/human.h"
#include "core/report/rows.h"
#include "core/store/query/lists.h"

enum { SHOWN = 8 };      /* running cells that the moving table shows */
enum { LOOK_BACK = 10 }; /* seconds that may pass between a cell's time and its commit */

/* Estimated seconds until the sweep is finished: from the mean duration of the done cells or,
 * before the first is done, from the expected duration of the running ones. Negative if not known
 * yet. */
static double seconds_left(const struct sweep_counts *n, int workers)
{
	double cells = n->queued + n->held + n->stale + n->running - n->progress;

	double each = n->done ? n->seconds / n->done : n->expected;

	if ((!n->done && !(each > 0)) || !workers)
		return -1;
	return cells * each / workers;
}

static void head_line(const struct sweep_row *w, const struct sweep_counts *n, int workers,
		      struct strbuf *out)
{
	double left = seconds_left(n, workers);

	strbuf_addf(out, "%s: %d of %d done", w->name, n->done, n->cells);
	if (n->failed)
		strbuf_addf(out, ", %d failed", n->failed);
	if (n->collapsed)
		strbuf_addf(out, " (%d collapsed)", n->collapsed);
	if (n->pruned)
		strbuf_addf(out, ", %d pruned", n->pruned);
	strbuf_addf(out, ", %d running, %d queued", n->running, n->queued + n->held + n->stale);
	if (n->paused)
		strbuf_adds(out, ", paused");
	if (left >= 0 && n->running) {
		strbuf_adds(out, "  ETA ");
		human_duration(left, out);
	}
}

void sweep_view_init(struct sweep_view *v, const struct cmd_ctx *ctx, const struct sweep_row *w,
		     int workers, const struct sweep_counts *n)
{
	memset(v, 0, sizeof *v);
	v->ctx = ctx;
	v->store = ctx->store;
	v->sweep = w;
	v->workers = workers;
	v->moving = !ctx->quiet && terminal_moves();
	v->settled = n->done + n->failed + n->pruned;
	v->printed_at = clock_now();
	v->every = progress_seconds();
	clock_text(clock_unix(), v->since);
	if (!ctx->quiet)
		log_info("%s: %d cell%s, %d of them done; %d worker%s", w->name, n->cells,
			 n->cells == 1 ? "" : "s", n->done, workers, workers == 1 ? "" : "s");
}

static void wipe(struct sweep_view *v)
{
	for (int i = 0; i < v->drawn; i++)
		fputs("\033[A\033[2K", stderr);
	v->drawn = 0;
}

static int is_seen(struct sweep_view *v, const struct cell_row *c)
{
	for (int i = 0; i < v->n_seen; i++)
		if (v->seen[i].id == c->id)
			return 1;
	v->seen = xrealloc(v->seen, (size_t)(v->n_seen + 1) * sizeof *v->seen);
	v->seen[v->n_seen].id = c->id;
	snprintf(v->seen[v->n_seen++].finished, CLOCK_TEXT, "%s", c->finished);
	return 0;
}

static int report_settled(void *ctx, const struct cell_row *c)
{
	struct sweep_view *v = ctx;
	struct strbuf line = STRBUF_INIT;

	if (is_seen(v, c))
		return 0;
	v->settled++;
	strbuf_addf(&line, "ssl: %s:%d.%lld  %s  %s", v->sweep->name, c->ordinal,
		    (long long)c->seed, c->status, c->run);
	if (c->label[0])
		strbuf_addf(&line, "  %s", c->label);
	if (!isnan(c->objective))
		strbuf_addf(&line, "  %s %.4g", v->sweep->objective, c->objective);
	if (strcmp(c->status, "done"))
		strbuf_addf(&line, ": %s", c->error);
	terminal_line(stderr, "%s", line.buf);
	strbuf_release(&line);
	return 0;
}

/* Reports the cells that were settled since the last look. A cell's time is taken a moment before
 * its commit, so a look goes back a little behind the last one; the cells in between are
 * remembered, so that each is reported once. */
static void report_new(struct sweep_view *v, const struct sweep_counts *n)
{
	char from[CLOCK_TEXT];
	struct error passing;
	int kept = 0;

	if (n->done + n->failed + n->pruned == v->settled)
		return;
	clock_text(clock_unix() - LOOK_BACK, from);
	if (strcmp(from, v->since) < 0)
		memcpy(from, v->since, sizeof from);
	if (cells_each(v->store, v->sweep->id, NULL, v->since, report_settled, v, &passing))
		return;
	for (int i = 0; i < v->n_seen; i++)
		if (strcmp(v->seen[i].finished, from) >= 0)
			v->seen[kept++] = v->seen[i];
	v->n_seen = kept;
	memcpy(v->since, from, sizeof from);
}

/* On a terminal the row is cut to its width, so that it can be erased. */
static void print_row(const struct sweep_view *v, const char *text)
{
	if (v->moving)
		terminal_row(stderr, "%s", text);
	else
		terminal_line(stderr, "%s", text);
}

/* Prints a running cell with its epoch and the time that it will take. */
static int draw_running(void *ctx, const struct cell_row *c)
{
	struct sweep_view *v = ctx;
	struct strbuf left = STRBUF_INIT, line = STRBUF_INIT;

	if (v->drawn > SHOWN)
		return 0;
	if (!isnan(c->eta)) {
		strbuf_adds(&left, ", ");
		human_duration(c->eta, &left);
		strbuf_adds(&left, " left");
	}
	strbuf_addf(&line, "%s%d.%-4lld epoch %ld/%ld%s  %-16s %s",
		    v->moving ? "  " : "ssl:   ", c->ordinal, (long long)c->seed, c->epoch,
		    c->epochs, left.buf, c->run, c->label);
	print_row(v, line.buf);
	strbuf_release(&line);
	strbuf_release(&left);
	v->drawn++;
	return 0;
}

/* Prints the line about the whole sweep and the running cells. */
static void show_all(struct sweep_view *v, const struct sweep_counts *n)
{
	struct strbuf head = STRBUF_INIT;
	struct error passing;

	strbuf_adds(&head, v->moving ? "" : "ssl: ");
	head_line(v->sweep, n, v->workers, &head);
	print_row(v, head.buf);
	v->drawn = 1;
	cells_each(v->store, v->sweep->id, "running", NULL, draw_running, v, &passing);
	strbuf_release(&head);
}

/* Without a moving table the state is printed as soon as an estimate exists, once more when the
 * first cell is done, and then every v->every seconds. */
static int is_time_to_show(struct sweep_view *v, const struct sweep_counts *n)
{
	int known = seconds_left(n, v->workers) < 0 ? 0 : n->done ? 2 : 1;
	int due = known > v->estimated || clock_now() - v->printed_at >= v->every;

	if (due) {
		v->estimated = known;
		v->printed_at = clock_now();
	}
	return due;
}

void sweep_view_tick(void *view, const struct sweep_counts *n, int alive)
{
	struct sweep_view *v = view;

	if (v->ctx->quiet)
		return;
	wipe(v);
	report_new(v, n);
	if (alive && (v->moving || is_time_to_show(v, n)))
		show_all(v, n);
	if (!v->moving)
		v->drawn = 0; /* these lines stay */
	fflush(stderr);
}

void sweep_view_end(struct sweep_view *v)
{
	wipe(v);
	free(v->seen);
	v->seen = NULL;
}

static int add_cell(void *ctx, const struct cell_row *c)
{
	struct table *t = ctx;

	table_int(t, c->ordinal);
	table_int(t, c->seed);
	table_text(t, c->status);
	table_text(t, c->run[0] ? c->run : NULL);
	if (c->run_id) {
		table_int(t, c->epoch);
		table_int(t, c->epochs);
	} else {
		table_null(t);
		table_null(t);
	}
	if (isnan(c->objective))
		table_null(t);
	else
		table_real(t, c->objective, TABLE_SIX);
	table_int(t, c->claims);
	table_text(t, c->label);
	table_text(t, c->error[0] ? c->error : NULL);
	return 0;
}

static int print_cells(struct sweep_args *a, const struct sweep_row *w, struct error *err)
{
	static const char *const column[] = {"cell",   "seed", "status", "run",   "epoch",
					     "epochs", NULL,   "claims", "label", "error"};
	struct table *t = table_new();
	int ret;

	for (unsigned i = 0; i < sizeof column / sizeof *column; i++) {
		table_column(t, column[i]         ? column[i]
				: w->objective[0] ? w->objective
						  : "objective");
		if (column[i] && column_is_minor(column[i]))
			table_minor(t);
	}
	ret = cells_each(a->ctx->store, w->id, NULL, NULL, add_cell, t, err);
	if (!ret)
		table_print(t, a->ctx->format, a->ctx->out);
	table_free(t);
	return ret;
}

/* The newest sweep where none is named. */
static int find(struct sweep_args *a, struct sweep_row *w, struct error *err)
{
	char name[64];

	if (cmd_open_store(a->ctx, NEED_STORE_READ, err))
		return -1;
	if (a->operand)
		return sweeps_find(a->ctx->store, a->operand, w, err);
	return sweeps_newest(a->ctx->store, name, err) || sweeps_find(a->ctx->store, name, w, err)
		   ? -1
		   : 0;
}

static int is_over(const struct sweep_counts *n)
{
	return !(n->queued + n->held + n->running + n->stale) ||
	       ((n->paused || n->stopped) && !n->running);
}

static int watch(struct sweep_args *a, const struct sweep_row *w, struct error *err)
{
	struct sweep_view view;
	struct sweep_counts n;
	int ret = sweeps_count(a->ctx->store, w->id, &n, err);

	if (ret)
		return -1;
	cmd_catch_signals();
	sweep_view_init(&view, a->ctx, w, n.running ? n.running : 1, &n);
	while (!ret && !is_over(&n) && !signal_received) {
		view.workers = n.running;
		sweep_view_tick(&view, &n, 1);
		usleep(500000);
		ret = sweeps_count(a->ctx->store, w->id, &n, err);
	}
	if (!ret)
		sweep_view_tick(&view, &n, 0);
	sweep_view_end(&view);
	return ret;
}

int sweep_status(struct sweep_args *a, struct error *err)
{
	struct strbuf head = STRBUF_INIT;
	struct sweep_counts n;
	struct sweep_row w;
	int ret;

	if (find(a, &w, err))
		return -1;
	ret = a->watch ? watch(a, &w, err) : 0;
	if (!ret)
		ret = sweeps_count(a->ctx->store, w.id, &n, err);
	if (!ret) {
		pager_start(a->ctx);
		head_line(&w, &n, n.running, &head);
		log_info("%s", head.buf);
		ret = print_cells(a, &w, err);
	}
	strbuf_release(&head);
	sweep_row_release(&w);
	return ret;
}

int sweep_ls(struct sweep_args *a, struct error *err)
{
	struct query_sink sink;
	struct rows rows;
	int ret;

	if (cmd_open_store(a->ctx, NEED_STORE_READ, err))
		return -1;
	rows_init(&rows, 0, a->ctx->format);
	sink = rows_sink(&rows);
	pager_start(a->ctx);
	ret = query_sweeps(a->ctx->store, &sink, err);
	if (!ret)
		table_print(rows.table, a->ctx->format, a->ctx->out);
	rows_release(&rows);
	return ret;
}
