/* The verbs of `ssl sweep`, and what they share. */
#ifndef SSL_CMDS_SWEEP_H
#define SSL_CMDS_SWEEP_H

#include "cmds/cmd.h"
#include "core/run/recipe_context.h"
#include "core/run/sweep.h"

enum { SWEEPS_MAX = 100000 }; /* that `rm` takes */

struct sweep_args {
	struct cmd_ctx *ctx;
	const char *command; /* as typed */
	const char *operand; /* the first one behind the verb, or NULL */
	char **operands;     /* all of them */
	int n_operands;
	const char *method, *dataset, *seeds, *name, *metric;
	struct opt_list set, grid, zip;
	struct recipe_context context; /* of the store, once it is open */
	struct sweep_context extends; /* extend: the sweep that is there; else no sweep */
	long workers;
	int reuse, pruned, collapsed, watch, restore, list;
	int64_t replaces; /* start: the sweep that gives way to the one that is described */
};

int sweep_plan(struct sweep_args *a, struct error *err);
int sweep_start(struct sweep_args *a, struct error *err);
int sweep_extend(struct sweep_args *a, struct error *err);
int sweep_status(struct sweep_args *a, struct error *err);
int sweep_show(struct sweep_args *a, struct error *err);
int sweep_ls(struct sweep_args *a, struct error *err);
int sweep_pause(struct sweep_args *a, struct error *err);
int sweep_retry(struct sweep_args *a, struct error *err);
int sweep_rename(struct sweep_args *a, struct error *err);
int sweep_rm(struct sweep_args *a, struct error *err);

/* Reads the grid that the arguments describe with that version of the defaults (0: the newest), and
 * expands it. recorded: it is what a recorded sweep was started with, and so not refused. Release
 * both, whatever is returned. */
int sweep_read(struct sweep_args *a, int defaults, int recorded, struct grid *g,
	       struct sweep_plan *p, struct error *err);

/* Is there a sweep of the name that the arguments give or, where they give none, that they would
 * have had by some version of the defaults? Then *w is it (sweep_row_release()), and *same tells
 * whether it is what the arguments describe, as they are read by the defaults that it was started
 * with. 1, 0, or -1 with *err when that cannot be known. */
int sweep_recall(struct sweep_args *a, struct sweep_row *w, int *same, struct error *err);

/* Checks the cells against their datasets, and reports what they do on stderr; without a store,
 * that nothing was checked. */
int sweep_check(struct sweep_args *a, const struct grid *g, struct sweep_plan *p,
		struct error *err);

/* Prints the plan and what it will take, sweep_check() first; or of a sweep that is there, what
 * `start` would run. */
int sweep_print_plan(struct sweep_args *a, const struct grid *g, struct sweep_plan *p,
		     struct error *err);
int sweep_print_queue(struct sweep_args *a, const struct sweep_row *w, struct error *err);

/* Warns where the recorded goal of a sweep is not that of its metric (sweep_goal_remark()). */
void sweep_warn_goal(const struct sweep_row *w);

/* Does the operand name a file? A sweep's name has no slash and no such file beside it. */
int sweep_is_file(const struct sweep_args *a);

/* What a supervisor shows on stderr: a table that moves on a terminal, a line for each settled cell
 * elsewhere. */
struct sweep_view {
	const struct cmd_ctx *ctx;
	struct store *store;
	const struct sweep_row *sweep;
	int moving, drawn; /* lines that stand below the cursor's start */
	int settled;       /* cells told so far */
	int workers;
	int told;       /* what the whole will take was told: by the running cells 1, by done ones 2 */
	double said_at, every; /* elsewhere than on a terminal: the last line on all cells; how often */
	char since[CLOCK_TEXT]; /* cells settled from then on may be new */
	struct {
		int64_t id;
		char finished[CLOCK_TEXT];
	} * seen; /* those of them that were told */
	int n_seen;
};
void sweep_view_init(struct sweep_view *v, const struct cmd_ctx *ctx, const struct sweep_row *w,
		     int workers, const struct sweep_counts *n);
void sweep_view_tick(void *view, const struct sweep_counts *n, int alive);
void sweep_view_end(struct sweep_view *v);

#endif
