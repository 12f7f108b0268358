/*
 * A sweep from its grid to rows, and the process that supervises its workers. The grid is expanded
 * and every recipe resolved and checked before anything is written; then the sweep is saved in one
 * transaction.
 *
 * A point of the grid is a recipe without its seed; a cell is a point with a seed. Cells of one
 * point share its number (`ordinal`); `rank` is the index of a cell's seed among the seeds of the
 * sweep.
 */
#ifndef SSL_RUN_SWEEP_H
#define SSL_RUN_SWEEP_H

#include <signal.h>

#include "core/recipe/grid.h"
#include "core/run/estimate.h"
#include "core/store/sweeps.h"
#include "core/tensor/device.h"

struct sweep_cell {
	struct run_new run; /* method, recipe_*, group_hash, param, seed */
	const char *dataset, *label;
	int64_t dataset_id; /* 0: the dataset that now has that name */
	int ordinal, rank;
	int waiting;     /* sweep_plan_queue(): how many cells of this point wait */
	int names_split; /* run_check_names_split() of its recipe */
};

struct sweep_plan {
	struct arena arena;
	struct sweep_cell *cell; /* those of the first seed first, by number */
	int n, cap, points;      /* n: cells; points: of them with the first seed */
	char *spec;
	char spec_hash[HASH_HEX];
	const char *objective; /* of a sweep that names none; see sweep_plan_check() */
};

/* Expands a finished grid. A grid without a name is named METHOD-HASH, so that the same sweep is
 * found again. */
int sweep_plan_make(struct sweep_plan *p, struct grid *g, struct error *err);
void sweep_plan_release(struct sweep_plan *p);
/* Appends a copy of the cell; dataset_id as above. */
int sweep_plan_add(struct sweep_plan *p, const struct grid_cell *cell, int64_t dataset_id,
		   struct error *err);

/* Adds the points that the recorded sweep has and the plan lacks, each with the plan's seeds: an
 * edit of the file removed them, but their cells still belong to the sweep. */
int sweep_plan_join(struct sweep_plan *p, struct grid *g, struct store *s, int64_t sweep,
		    struct error *err);
/* Plans what waits for a worker in the recorded sweep: one cell for each point that has waiting
 * cells. */
int sweep_plan_queue(struct sweep_plan *p, struct store *s, const struct sweep_row *w,
		     struct error *err);
/* The number of the plan's cells that the recorded sweep lacks; -1. */
int sweep_plan_missing(const struct sweep_plan *p, struct store *s, int64_t sweep,
		       struct error *err);
/* True if both have the same cells, in any order. */
int sweep_plan_equals(const struct sweep_plan *a, const struct sweep_plan *b);

/* Checks every point against its dataset (check.h) in s, and the objective and pruning against what
 * the cells measure (sweep_metrics_check()). With `given` the rules for recipes that a user gives
 * now apply; without it a cell that is recorded already is never refused. Calls line() with each
 * different sentence on what the cells do. -1 with *err, naming the point, for the first that
 * cannot be run. With s NULL no dataset is checked.
 *
 * If exec names no objective, p->objective becomes the first of these that every cell measures, and
 * line() reports it: val.knn.top1, test.knn.top1, the rank of the features; "" if there is none. */
int sweep_plan_check(struct sweep_plan *p, const struct recipe *exec, struct store *s,
		     int given, void (*line)(const char *text), struct error *err);

/* How many points compute at a precision that needs a special device. */
int sweep_plan_special(const struct sweep_plan *p);
/* ERR_USAGE, naming the point, if the device (NULL: the CPU) does not compute at the precision
 * of one of them. */
int sweep_plan_check_device(const struct sweep_plan *p, const struct device *device,
			    struct error *err);

/* sweep_metrics.c: what is known of the points of a sweep before they run. */
struct measures;
struct sweep_points {
	const struct measures *of; /* n of them: what each point measures */
	const struct measures *all;
	const long *epochs; /* of each point */
	int n;
};
/* ERR_USAGE for an objective or a pruning metric that no cell measures (with the names that are
 * measured), and for pruning that could never happen: no rung before the end at which there is a
 * value, or too few points to compare. Calls line() where this holds for some of the points
 * alone. */
int sweep_metrics_check(const struct recipe *exec, const struct sweep_points *points,
		   void (*line)(const char *text), struct error *err);

/* True if cells are pruned at this epoch. median: every epoch from the warm-up on; asha: its rungs,
 * which are warm-up times eta, eta^2, ... */
int sweep_is_rung(const struct recipe *exec, long epoch);

/*
 * sweep_goal.c: whether more or less is better is a property of the metric (metric_kinds.h).
 * objective.goal may repeat it, and decides only for a metric without a direction of its own. A
 * contradiction in what a user gives now is refused; a recorded one is read by the metric's own
 * direction.
 */
/* Replaces the goal `auto` by that of the metric. ERR_USAGE for a contradiction. */
int sweep_goal_settle(struct grid *g, struct error *err);
/* ERR_USAGE if no direction is known. Call it once it is known that the metrics are measured. */
int sweep_goal_check(const struct grid *g, struct error *err);
/* "max" or "min": the metric's own direction, or else `goal`. */
const char *sweep_direction(const char *metric, const char *goal);
/* The series by which cells are pruned: exec.prune_metric, or the objective. */
const char *sweep_prune_metric(const struct recipe *exec);
/* Appends one sentence if the recorded goal is not the metric's: earlier versions used `max` where
 * none was given. */
int sweep_goal_remark(const struct sweep_row *w, struct strbuf *out, struct error *err);

/* Saves the plan under the grid's name (sweeps_save(), also for `replaces`), after it has looked up
 * the datasets and made `shapes`. With `reuse`, cells that this binary has completed in another
 * sweep count as done. */
int sweep_plan_save(const struct sweep_plan *p, struct grid *g, struct store *s,
		    const char *command, int64_t replaces, int reuse, int *added,
		    struct error *err);
/* How many cells sweep_plan_save() would take as done with `reuse`; -1 with *err. */
int sweep_plan_reusable(const struct sweep_plan *p, struct store *s, struct error *err);

/* Supervises `workers` processes (`ssl worker`) until they end. A worker that is killed is
 * replaced, and its cell is free at once; a signal is passed on as SIGTERM; if the supervisor dies,
 * the kernel sends SIGTERM. */
struct supervisor {
	struct store *store;
	const struct sweep_row *sweep;
	const char *dir;      /* -C for the workers */
	int workers, threads; /* threads of each */
	const char *devices;  /* of the workers in turn, with commas between them; NULL: none given */
	const char *engines;  /* --engines of the workers; NULL: not given */
	const volatile sig_atomic_t *stop;
	/* Called a few times a second. */
	void (*tick)(void *ctx, const struct sweep_counts *n, int alive);
	void *ctx;
};
/* The device of worker i from a list with commas, in turn; "" if there is no list. */
void supervisor_device(const char *list, int i, char *out, size_t size);
/* 0 when the sweep is finished, or paused (see *n); -1: ERR_CELLS if cells failed, ERR_PREEMPTED
 * after a signal, ERR_FAILED if the workers failed. */
int supervise(const struct supervisor *v, struct sweep_counts *n, struct error *err);

#endif
