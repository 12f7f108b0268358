/* The verbs of `ssl sweep`, and what they share. A cell is a recipe with a seed; a point is a recipe without
 * its seed. */
#ifndef SSL_CMDS_SWEEP_H
#define SSL_CMDS_SWEEP_H

#include "cmds/cmd.h"
#include "core/run/recipe_context.h"
#include "core/run/sweep.h"

enum { SWEEPS_MAX = 100000 }; /* that `rm` takes */

struct sweep_args {
	struct cmd_ctx *ctx;
	const char *command; /* the command line */
	const char *operand; /* the first one behind the verb, or NULL */
	char **operands;     /* all of them */
	int n_operands;
	const char *method, *dataset, *seeds, *name, *metric;
	const char *devices; /* as typed, for the workers in turn; NULL: not given */
	const char *engines; /* as typed, for the workers; NULL: not given */
	const struct device *device;
	struct opt_list set, grid, zip;
	struct recipe_context context; /* of the store, once it is open */
	struct sweep_context extends; /* extend: the recorded sweep; else none */
	long workers;
	int reuse, pruned, collapsed, watch, restore, list;
	int saved; /* start: the sweep is new, and was checked when it was saved */
	int64_t replaces; /* start: the sweep that the described one replaces; 0: none */
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

/* Reads the grid that the arguments describe, with that version of the defaults (0: the newest), and expands
 * it. recorded: the description is that of a recorded sweep, so that rules added since do not refuse it.
 * Release both, whatever is returned. */
int sweep_read(struct sweep_args *a, int defaults, int recorded, struct grid *g,
	       struct sweep_plan *p, struct error *err);

/* Finds the recorded sweep of the name that the arguments give or, if they give none, of the name that they
 * generate with some version of the defaults. *same is 1 if the arguments, read with the defaults of that
 * sweep, describe it. Returns 1 with *w (sweep_row_release()), 0 if there is none, or -1 with *err. */
int sweep_recall(struct sweep_args *a, struct sweep_row *w, int *same, struct error *err);

/* Checks the cells against their datasets and reports the split that they use on stderr; without a store,
 * reports that nothing was checked. */
int sweep_check(struct sweep_args *a, const struct grid *g, struct sweep_plan *p,
		struct error *err);

/* Reports on stderr how many points need a special device for their precision, if any do. */
void sweep_report_special(const struct sweep_plan *p);

/* sweep_print_plan() calls sweep_check(), then prints the points and their cost. sweep_print_queue() prints
 * what `start` would run of a recorded sweep. */
int sweep_print_plan(struct sweep_args *a, const struct grid *g, struct sweep_plan *p,
		     struct error *err);
int sweep_print_queue(struct sweep_args *a, const struct sweep_row *w, struct error *err);

/* Warns if the recorded goal of a sweep differs from that of its metric (sweep_goal_remark()). */
void sweep_warn_goal(const struct sweep_row *w);

/* Does the operand name a file? It does if it has a slash, contains .yaml or .yml, or is an existing file. */
int sweep_is_file(const struct sweep_args *a);

/* The progress that a supervisor prints on stderr: a moving table on a terminal, else a line for each settled
 * cell. */
struct sweep_view {
	const struct cmd_ctx *ctx;
	struct store *store;
	const struct sweep_row *sweep;
	int moving, drawn; /* moving: a table that is redrawn; drawn: its lines on the screen */
	int settled;       /* cells reported so far */
	int workers;
	int estimated;     /* what the printed estimate came from: running cells 1, done ones 2; none yet 0 */
	double printed_at, every; /* without a moving table: time of the last state, seconds between two */
	char since[CLOCK_TEXT]; /* cells settled from then on may be new */
	struct {
		int64_t id;
		char finished[CLOCK_TEXT];
	} * seen; /* the cells settled since then that were reported */
	int n_seen;
};
void sweep_view_init(struct sweep_view *v, const struct cmd_ctx *ctx, const struct sweep_row *w,
		     int workers, const struct sweep_counts *n);
void sweep_view_tick(void *view, const struct sweep_counts *n, int alive);
void sweep_view_end(struct sweep_view *v);

#endif
