/*
 * A sweep from its grid to rows, and the process that minds its workers. The grid is expanded and
 * every recipe resolved before anything is written, so that a sweep with a senseless cell leaves no
 * row; then it is saved in one transaction.
 */
#ifndef SSL_RUN_SWEEP_H
#define SSL_RUN_SWEEP_H

#include <signal.h>

#include "core/recipe/grid.h"
#include "core/run/estimate.h"
#include "core/store/sweeps.h"

struct sweep_cell {
	struct run_new run; /* method, recipe_*, group_hash, param, seed */
	const char *dataset, *label;
	int64_t dataset_id; /* 0: the one that is called so now */
	int ordinal, rank;
	int waiting;     /* of a queue: how many of the recipe's cells wait */
	int names_split; /* run_check_names_split() of its recipe */
};

struct sweep_plan {
	struct arena arena;
	struct sweep_cell *cell; /* the first seed's first, by number */
	int n, cap, recipes;     /* cells; of them with the first seed */
	char *spec;
	char spec_hash[HASH_HEX];
	const char *objective; /* of a sweep that names none; see sweep_plan_check() */
};

/* Expands a finished grid. A grid without a name gets METHOD-HASH, so that the same sweep is found
 * again. */
int sweep_plan_make(struct sweep_plan *p, struct grid *g, struct error *err);
void sweep_plan_release(struct sweep_plan *p);
/* One more cell, which is copied, behind the others; dataset_id as above. */
int sweep_plan_add(struct sweep_plan *p, const struct grid_cell *cell, int64_t dataset_id,
		   struct error *err);

/* Adds the recipes that the recorded sweep has and its plan has no more, each with the plan's
 * seeds: an edit of the file took them out, and their cells are still the sweep's. */
int sweep_plan_join(struct sweep_plan *p, struct grid *g, struct store *s, int64_t sweep,
		    struct error *err);
/* What waits for a worker in the recorded sweep: its recipes that have such cells, one cell for each.
 */
int sweep_plan_queue(struct sweep_plan *p, struct store *s, const struct sweep_row *w,
		     struct error *err);
/* How many of the plan's cells the recorded sweep lacks; -1. */
int sweep_plan_missing(const struct sweep_plan *p, struct store *s, int64_t sweep,
		       struct error *err);
/* Have both the same cells, in whatever order? */
int sweep_plan_equals(const struct sweep_plan *a, const struct sweep_plan *b);

/* Checks every recipe against its dataset (check.h), which s has, and what the sweep is for against
 * what its cells measure (sweep_promises()); `given`: by the rules for what a user gives now; else
 * a cell that is recorded already is never refused. Calls line() with each different sentence on
 * what the cells do. -1 with *err, the cell named, for the first that could not be run. s may be
 * NULL: then nothing is asked of datasets.
 *
 * Where exec names no objective, p->objective becomes the first of these that every cell measures,
 * and line() says so: val.knn.top1, test.knn.top1, the rank of the features; "" none. */
int sweep_plan_check(struct sweep_plan *p, const struct recipe *exec, struct store *s,
		     int given, void (*line)(const char *text), struct error *err);

/* What is known of a sweep's cells before they run, the first seed's. */
struct measures;
struct sweep_cells {
	const struct measures *of; /* n of them, of each cell */
	const struct measures *all;
	const long *epochs;
	int n;
};
/* Can the sweep keep what exec and objective promise? ERR_USAGE, with what there is instead, for an
 * objective or a metric to prune by that no cell measures, and for pruning that could never come
 * about: no rung before the end at which there is a value, or too few cells to compare. Calls
 * line() where only some cells can. */
int sweep_promises(const struct recipe *exec, const struct sweep_cells *cells,
		   void (*line)(const char *text), struct error *err);

/* Is the epoch one at which cells are pruned? median: each from the warm-up on; asha: its rungs,
 * warm-up times eta, eta^2, ... */
int sweep_is_rung(const struct recipe *exec, long epoch);

/*
 * sweep_goal.c: which way is better is a fact of a metric (metric_kinds.h). objective.goal may
 * repeat it, and decides only for a metric that has no direction of its own. What a user gives now
 * is refused where it contradicts; what was recorded before is taken by the metric's own direction.
 */
/* Replaces the goal `auto` by that of the metric. ERR_USAGE for a contradiction. */
int sweep_goal_settle(struct grid *g, struct error *err);
/* ERR_USAGE where no direction is known: asked once it is known that the metrics are measured. */
int sweep_goal_check(const struct grid *g, struct error *err);
/* max or min: the metric's own direction, or `said`. */
const char *sweep_direction(const char *metric, const char *said);
/* By which series cells are pruned: exec.prune_metric, or the objective. */
const char *sweep_prune_metric(const struct recipe *exec);
/* Appends one sentence where the recorded goal is not the metric's: earlier versions took `max`
 * where none was given. */
int sweep_goal_remark(const struct sweep_row *w, struct strbuf *out, struct error *err);

/* Saves it under the grid's name (sweeps_save(), and of `replaces`); datasets are looked up, `shapes`
 * made. With `reuse` cells that this binary has run to their end elsewhere are taken as done. */
int sweep_plan_save(const struct sweep_plan *p, struct grid *g, struct store *s,
		    const char *command, int64_t replaces, int reuse, int *added,
		    struct error *err);

/* Minds `workers` processes, `ssl worker` each, until they end: one that is killed is replaced, its
 * cell free at once; a signal is passed on as SIGTERM, and should the supervisor die, they get one
 * from the kernel. */
struct supervisor {
	struct store *store;
	const struct sweep_row *sweep;
	const char *dir;      /* -C for the workers */
	int workers, threads; /* threads of each */
	const volatile sig_atomic_t *stop;
	/* Called a few times a second. */
	void (*tick)(void *ctx, const struct sweep_counts *n, int alive);
	void *ctx;
};
/* 0 when the sweep is finished (or paused: *n says); ERR_CELLS with failed cells, ERR_PREEMPTED
 * after a signal, ERR_FAILED when the workers could not work. */
int supervise(const struct supervisor *v, struct sweep_counts *n, struct error *err);

#endif
