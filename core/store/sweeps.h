/*
 * Sweeps and their cells. A cell is a row, unique in its sweep by recipe (seed included) and
 * dataset; cells that differ only in the seed belong to one point of the grid, whose number is
 * `ordinal`. Workers claim cells: one UPDATE in one BEGIN IMMEDIATE picks the next cell and gives
 * it a lease and a fencing token, so that each cell has one worker, however many there are.
 *
 *     queued ---- cells_claim -------------> running    the token is increased by one
 *     running --- cells_claim -------------> running    its worker is dead: a failure
 *     running --- runs_finish (done) ------> done       in the transaction that settles the run
 *     running --- cells_release -----------> queued     stopped, or to be tried again
 *     running --- cells_release, _claim ---> failed     an error that recurs, or too many
 *     running --- cells_release -----------> pruned
 *     failed, pruned -- sweeps_retry ------> queued     without its run, to start anew
 *
 * A worker whose cell another one has claimed gets ERR_FAILED or 0, and changes nothing.
 */
#ifndef SSL_STORE_SWEEPS_H
#define SSL_STORE_SWEEPS_H

#include "core/store/runs.h"

struct sweep_new {
	const char *name, *spec, *spec_hash, *command;
	double lease;
	long retries;
	const char *on_fail, *objective, *goal; /* objective: "" for none */
	int defaults;                           /* version of the defaults; 0 stands for 1 */
	int64_t replaces; /* sweep of the same name that this one replaces; 0: none */
};

/* A new cell. Of `run` it uses method, recipe_*, group_hash, param, seed and dataset_id. */
struct cell_new {
	const struct run_new *run;
	int seed_index; /* of its point, from 0 */
	const char *label;
	const char *reuse_binary; /* not NULL: the cell is done if a run of it by this binary is */
};

/* Records the sweep, or updates the spec and settings of the sweep of that name; then calls `each`,
 * which adds cells by sweep_add_cell(). Existing cells stay; *added counts the new ones. Cells of
 * one point have one ordinal. One transaction. ERR_USAGE if a sweep in the trash has the name.
 *
 * With w->replaces a new sweep is recorded, and the former one is deleted with its cells. Its runs
 * stay, and those that are not settled become the runs of the new cells of their recipes. ERR_USAGE
 * if one of its cells is done or a worker holds one. */
struct sweep_edit;
int sweeps_save(struct store *s, const struct sweep_new *w,
		int (*each)(void *ctx, struct sweep_edit *edit, struct error *err), void *ctx,
		int64_t *id, int *added, struct error *err);
int sweeps_have_recipe(struct store *s, const char *recipe_hash); /* has any cell it? 1, 0, -1 */
int sweep_add_cell(struct sweep_edit *edit, const struct cell_new *c, struct error *err);

struct sweep_row {
	int64_t id;
	char name[64], state[12], goal[8], on_fail[12], first_spec_hash[HASH_HEX], objective[128];
	double lease;
	long retries;
	int defaults;
	char *spec; /* sweep_row_release() */
};
/* Finds a sweep by its name; ERR_NOT_FOUND with a similar name, or if it is in the trash. */
int sweeps_find(struct store *s, const char *name, struct sweep_row *out, struct error *err);
int sweeps_require(struct store *s, const char *name, struct error *err); /* without a row */
void sweep_row_release(struct sweep_row *w);
/* The name of the sweep that was recorded last. ERR_NOT_FOUND if there is none. */
int sweeps_newest(struct store *s, char name[64], struct error *err);
/* ERR_USAGE unless the name differs from other forms of refs: a letter, then letters, digits, -_. */
int sweep_name_check(const char *name, struct error *err);
/* Progress of a sweep. running: with a live worker; stale: with a dead one; held: queued for later. */
struct sweep_counts {
	int cells, queued, held, running, stale, done, failed, pruned;
	int collapsed;       /* of the failed ones */
	int64_t claims;      /* in all; grows with every claim */
	double seconds, expected; /* of done cells; of a running one on average (0: unknown) */
	double progress;     /* sum of the finished shares of the running cells */
	int paused, stopped; /* stopped: by on_fail */
};
int sweeps_count(struct store *s, int64_t id, struct sweep_counts *out, struct error *err);
/* Has the sweep a cell of this group (recipe_group_hash())? 1, 0, -1. */
int sweeps_has_group(struct store *s, int64_t id, const char *group_hash, struct error *err);
int sweeps_set_state(struct store *s, int64_t id, const char *state, struct error *err);
/* Queues settled cells again. They start without a run, so that their results do not depend on
 * earlier attempts; their former runs stay, but no longer belong to them. */
enum retry {
	RETRY_FAILED = 1, /* except those that collapsed */
	RETRY_PRUNED = 2,
	RETRY_COLLAPSED = 4, /* failed cells whose run collapsed */
};
int sweeps_retry(struct store *s, int64_t id, int which, int *n, struct error *err);

struct cell_claim {
	int64_t cell, token;   /* required for writing */
	int64_t sweep, run_id; /* run_id 0: it has none yet */
	int run_done;          /* the run is done: nothing is left to do */
	int ordinal, seed_index;
	int64_t seed;
	char *recipe_json, *label; /* cells_unclaim() */
	char dataset_sha256[HASH_HEX];
};
void cell_claim_release(struct cell_claim *c);
void cells_unclaim(struct store *s, struct cell_claim *c); /* also releases its lock: alive.h */

/* Claims the next cell for `worker`: 1 and *out; 0: there is none now; -1. */
int cells_claim(struct store *s, const struct sweep_row *w, const char *worker,
		struct cell_claim *out, struct error *err);
/* Heartbeat of the cell's worker and its run. 1: the claim is valid; 0: another worker has it; -1. */
int cells_beat(struct store *s, int64_t cell, int64_t token, double lease, struct error *err);

enum cell_end {
	CELL_STOPPED, /* to be continued later: queued, and no failure */
	CELL_RETRY,   /* an error that may pass: queued until retries are used up, then failed */
	CELL_FAILED,  /* an error that would recur */
	CELL_PRUNED,
};
/* Releases the cell. 1: done; 0: another worker had it already; -1. */
int cells_release(struct store *s, const struct sweep_row *w, const struct cell_claim *c,
		  enum cell_end end, const char *why, struct error *err);
/* Settles a cell as done whose run was finished by another command (resumed by hand). */
int cells_settle_done(struct store *s, const struct cell_claim *c, struct error *err);
/* Ends the leases of a worker that is known to be dead, so that its cells can be claimed at once.
 * */
int cells_reap(struct store *s, int64_t sweep, const char *worker, struct error *err);

/* ERR_FAILED unless the claim is the cell's newest; inside a transaction. runs_insert() and
 * runs_reopen_for() call cell_name_run(), so that the cell names its run in the transaction that
 * records the run. */
int cell_fence(struct store *s, int64_t cell, int64_t token, struct error *err);
int cell_name_run(struct store *s, int64_t cell, int64_t token, int64_t run, struct error *err);

/* runs_reopen() for the claim of a cell. It does not wait for a heartbeat to grow old, since the
 * former process of the run was the cell's former worker. ERR_FAILED if another worker has claimed
 * the cell since. */
int runs_reopen_for(struct store *s, int64_t id, long step, int64_t cell, int64_t token,
		    struct run_handle *out, struct error *err);

/* A cell and its run, as `ssl sweep status` shows it. */
struct cell_row {
	int64_t id, seed, run_id;
	int ordinal, claims, failures;
	long epoch, epochs;
	char status[12], run[64], worker[128], finished[CLOCK_TEXT];
	char label[400], error[300];
	double objective, seconds, eta; /* NaN: none, or unknown; eta: seconds that are left */
};
/* Calls fn for each cell, in the order in which cells are claimed. status: only such cells (running
 * includes those of dead workers); NULL: all. since: only cells settled from then on; NULL: all. */
int cells_each(struct store *s, int64_t sweep, const char *status, const char *since,
	       int (*fn)(void *ctx, const struct cell_row *row), void *ctx, struct error *err);

#endif
