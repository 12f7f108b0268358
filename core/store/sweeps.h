/*
 * Sweeps and their cells. A cell is a row, unique in its sweep by recipe (seed included) and
 * dataset. Workers claim cells: one UPDATE in one BEGIN IMMEDIATE picks the next and stamps it with
 * a lease and a fencing token, so that however many workers there are, each cell has one.
 *
 *     queued ---- cells_claim -------------> running    the token goes up by one
 *     running --- cells_claim -------------> running    its lease is over: a failure, and a new
 * owner running --- runs_finish (done) ------> done       in the transaction that settles the run
 *     running --- cells_release -----------> queued     stopped, or to be tried again
 *     running --- cells_release, _claim ---> failed     a fault that would come again, or too many
 *     running --- cells_release -----------> pruned
 *     failed, pruned -- sweeps_retry ------> queued     without its run: it begins anew
 *
 * Who was overtaken finds another token in the row, gets ERR_FAILED or 0, and changes nothing.
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
	int64_t replaces; /* sweep of the same name that gives way to this one; 0: none */
};

/* A cell to be: its recipe as in run_new, which gives method, recipe_*, group_hash, param, seed and
 * dataset_id. */
struct cell_new {
	const struct run_new *run;
	int seed_index; /* of its point, from 0 */
	const char *label;
	const char *reuse_binary; /* not NULL: a run that is done by this binary is taken for it */
};

/* The sweep, if there is none of its name, or its spec and settings as they are now; and what cells
 * `each` gives by calling sweep_add_cell(): those that are there stay as they are. One transaction.
 * *added counts the new ones. Cells of one recipe (without seed) have one number. ERR_USAGE when a
 * sweep in the trash has the name.
 *
 * With w->replaces it is a new sweep. The former one goes with its cells; its runs stay, and those
 * that were not settled are taken for the new cells of their recipes. ERR_USAGE if one of its cells
 * is done or a worker has one. */
struct sweep_edit;
int sweeps_save(struct store *s, const struct sweep_new *w,
		int (*each)(void *ctx, struct sweep_edit *edit, struct error *err), void *ctx,
		int64_t *id, int *added, struct error *err);
int sweeps_have_recipe(struct store *s, const char *recipe_hash); /* of any cell: 1, 0, or -1 */
int sweep_add_cell(struct sweep_edit *edit, const struct cell_new *c, struct error *err);

struct sweep_row {
	int64_t id;
	char name[64], state[12], goal[8], on_fail[12], first_spec_hash[HASH_HEX], objective[128];
	double lease;
	long retries;
	int defaults;
	char *spec; /* sweep_row_release() */
};
/* By name; ERR_NOT_FOUND with the nearest, or when it is in the trash. */
int sweeps_find(struct store *s, const char *name, struct sweep_row *out, struct error *err);
int sweeps_require(struct store *s, const char *name, struct error *err); /* the same, without a row */
void sweep_row_release(struct sweep_row *w);
/* The name of the sweep that was made last. ERR_NOT_FOUND if there is none. */
int sweeps_newest(struct store *s, char name[64], struct error *err);
/* ERR_USAGE unless the name can be told from other refs: a letter, then letters, digits, - _ . */
int sweep_name_check(const char *name, struct error *err);
/* How far a sweep is. `running` has a living worker, `stale` had one; `held`: queued for later. */
struct sweep_counts {
	int cells, queued, held, running, stale, done, failed, pruned;
	int collapsed;       /* of the failed ones */
	int64_t claims;      /* in all: it goes up with every claim */
	double seconds, expected; /* the done cells took; a running one takes, on average: 0 unknown */
	double progress;     /* finished shares of the running ones, in cells */
	int paused, stopped; /* stopped: by on_fail */
};
int sweeps_count(struct store *s, int64_t id, struct sweep_counts *out, struct error *err);
/* Has it a cell of this group, which recipe_group_hash() gives? 1, 0, -1. */
int sweeps_has_group(struct store *s, int64_t id, const char *group_hash, struct error *err);
int sweeps_set_state(struct store *s, int64_t id, const char *state, struct error *err);
/* Queues settled cells again, to be run anew: what they come to depends on nothing that was before.
 * Their former runs stay, but are no longer theirs. */
enum retry {
	RETRY_FAILED = 1, /* but for those that collapsed */
	RETRY_PRUNED = 2,
	RETRY_COLLAPSED = 4, /* cells whose run ended so */
};
int sweeps_retry(struct store *s, int64_t id, int which, int *n, struct error *err);

struct cell_claim {
	int64_t cell, token;   /* what a worker shows to write */
	int64_t sweep, run_id; /* run_id 0: it has none yet */
	int run_done;          /* and that is done: nothing is left to do */
	int ordinal, seed_index;
	int64_t seed;
	char *recipe_json, *label; /* cells_unclaim() */
	char dataset_sha256[HASH_HEX];
};
void cell_claim_release(struct cell_claim *c);
void cells_unclaim(struct store *s, struct cell_claim *c); /* also gives up its lock: alive.h */

/* The next cell for `worker`: 1 and *out, 0 if there is none now, -1. */
int cells_claim(struct store *s, const struct sweep_row *w, const char *worker,
		struct cell_claim *out, struct error *err);
/* A sign of life of the cell's worker and its run: 1 still its own, 0 lost, -1. */
int cells_beat(struct store *s, int64_t cell, int64_t token, double lease, struct error *err);

enum cell_end {
	CELL_STOPPED, /* to go on later: queued, and no failure */
	CELL_RETRY,   /* a fault that may pass: queued until retries are over, then failed */
	CELL_FAILED,  /* one that would come again */
	CELL_PRUNED,
};
/* Gives the cell back. 1 done, 0 it was another's already, -1. */
int cells_release(struct store *s, const struct sweep_row *w, const struct cell_claim *c,
		  enum cell_end end, const char *why, struct error *err);
/* The run that a done cell became was recorded otherwise (resumed by hand): settles the cell. */
int cells_settle_done(struct store *s, const struct cell_claim *c, struct error *err);
/* The worker is known to be dead: its cell need not wait for the lease. */
int cells_reap(struct store *s, int64_t sweep, const char *worker, struct error *err);

/* ERR_FAILED unless the claim is the cell's newest; inside a transaction. runs_insert() and
 * runs_reopen_for() call it: the run is named in the cell in the transaction that records it. */
int cell_fence(struct store *s, int64_t cell, int64_t token, struct error *err);
int cell_name_run(struct store *s, int64_t cell, int64_t token, int64_t run, struct error *err);

/* As runs_reopen() for the claim of a cell, whose owner need not wait: what worked on the
 * run before was the cell's former owner. ERR_FAILED if the claim was overtaken. */
int runs_reopen_for(struct store *s, int64_t id, long step, int64_t cell, int64_t token,
		    struct run_handle *out, struct error *err);

/* What `status` shows of a cell. */
struct cell_row {
	int64_t id, seed, run_id;
	int ordinal, claims, failures;
	long epoch, epochs;
	char status[12], run[64], worker[128], finished[CLOCK_TEXT];
	char label[400], error[300];
	double objective, seconds, eta; /* NaN: no objective; eta not known (seconds that are left) */
};
/* Calls fn for each cell, in the order in which they are claimed; `status` NULL: all (running: those
 * of dead workers, too); `since` not NULL: those settled from then on. */
int cells_each(struct store *s, int64_t sweep, const char *status, const char *since,
	       int (*fn)(void *ctx, const struct cell_row *row), void *ctx, struct error *err);

#endif
