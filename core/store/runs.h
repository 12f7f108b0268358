/*
 * Runs, their parameters, metrics and checkpoints: everything that the run lifecycle records. A
 * settled run (status done, failed, stopped ...) never changes; it can only be continued by a new
 * attempt (resume). Every call that writes carries the attempt's fencing token: a writer whose run
 * was taken over by another process gets ERR_FAILED and changes nothing.
 */
#ifndef SSL_STORE_RUNS_H
#define SSL_STORE_RUNS_H

#include "core/base/clock.h"
#include "core/base/hash.h"
#include "core/store/environment.h"
#include "core/store/store.h"

struct run_param {
	const char *key, *text; /* canonical text */
	int is_number;
	double number, in_force; /* in_force: the number in effect, also for a word; NAN: none */
};

/* Version of the rules by which metrics are computed; table metric_rule describes what each version
 * changed. */
enum { RUN_RULES = 2 };

/* For methods whose loss never comes near its smallest possible value. */
#define RUN_LEAST_PROGRESS 0.02

struct run_new {
	const char *method, *recipe_json, *recipe_hash,
	    *command;           /* command: argv joined, as typed */
	const char *group_hash; /* of the recipe without its seed: the same for replicates */
	const char *name;       /* NULL: a readable name is generated, such as "calm-otter" */
	int64_t dataset_id;
	int64_t seed;
	int threads, rules; /* rules: 0 for the newest */
	int defaults;       /* version of the defaults that the recipe was made with */
	long epochs, steps; /* planned */
	double loss_floor, least_progress; /* as in struct method; least_progress 0 stands for
					    * RUN_LEAST_PROGRESS */
	const struct run_param *param;
	int n_params;
	const struct code_info *code;
	const struct host_info *host;
	struct device_info device;
	const char *const *tag; /* may be NULL */
	int n_tags;
	int64_t cell, cell_token; /* the claim of a cell that the run is for; cell 0: none */
};

struct run_handle {
	int64_t id;
	int64_t attempt; /* the fencing token */
	char name[64], uuid[37];
};

/* Records a new run, with status running. ERR_USAGE: its name or a tag is not valid. */
int runs_insert(struct store *s, const struct run_new *r, struct run_handle *out, struct error *err);

/* Begins a new attempt on a run that is stopped, failed or stale (running, but its process is dead
 * or, where locks cannot be trusted, had no heartbeat for `stale_s` seconds): the status becomes
 * running, and all above `step` is removed. ERR_USAGE if it is done or its process is alive. */
int runs_reopen(struct store *s, int64_t id, long step, double stale_s, struct run_handle *out,
		struct error *err);

/* Records code, host and device of the handle's attempt; runs_insert() does so for the first attempt. */
int runs_provenance(struct store *s, const struct run_handle *h, const struct code_info *code,
		    const struct host_info *host, const struct device_info *device,
		    struct error *err);

struct metric_point {
	const char *name; /* "loss", "loss.invariance", "lr", "knn.top1" */
	long step;
	double value; /* NaN and infinities survive */
};
struct checkpoint_new {
	long step, epoch;
	char sha256[HASH_HEX];
	int64_t bytes;
};

/* One transaction: points, position, heartbeat and a checkpoint (or NULL) whose object is in place. */
int runs_write_points(struct store *s, const struct run_handle *h, const struct metric_point *p,
		      int n, long epoch, long step, const struct checkpoint_new *ck,
		      struct error *err);

/* Writes only the heartbeat. */
int runs_heartbeat(struct store *s, const struct run_handle *h, struct error *err);

struct run_end {
	const char *status; /* done failed stopped collapsed pruned */
	int exit_code;
	const char *error;            /* the message, or NULL */
	double seconds;               /* of this attempt; run.seconds is their sum */
	int64_t peak_rss, arena_peak; /* bytes; the run's are the largest of its attempts */
};
int runs_finish(struct store *s, const struct run_handle *h, const struct run_end *end,
		struct error *err);

/* Adds an event of a run: kind is "guard", "warning", "signal" ... */
int runs_event(struct store *s, const struct run_handle *h, const char *kind, const char *text,
	       struct error *err);

/* A run as it is read back. The row owns its texts: run_row_release(). */
struct run_row {
	int64_t id, seed, dataset_id;
	char *uuid, *name, *status, *method, *recipe_json, *recipe_hash, *dataset, *dataset_sha256;
	char *created, *finished, *error, *command;
	long epochs, steps, epoch, step;
	int threads, exit_code, rules,
	    defaults; /* versions of the rules of metrics, of the defaults */
	double seconds;
	int64_t peak_rss, arena_peak;
};
int runs_get(struct store *s, int64_t id, struct run_row *out, struct error *err);
void run_row_release(struct run_row *r);
/* The version of the rules by which the run computes its metrics. */
int runs_rules(struct store *s, int64_t id, int *out, struct error *err);
/* Did an attempt continue from this step? 1, 0, -1. */
int runs_resumed_at(struct store *s, int64_t id, long step, struct error *err);

struct checkpoint_row {
	int64_t id, run_id, bytes;
	long step, epoch;
	char sha256[HASH_HEX], created[CLOCK_TEXT];
};
/* Finds the newest checkpoint of a run at or before `epoch` (-1: the newest). ERR_NOT_FOUND if
 * there is none. */
int checkpoints_find(struct store *s, int64_t run_id, long epoch, struct checkpoint_row *out,
		     struct error *err);
int checkpoints_each(struct store *s, int64_t run_id,
		     int (*fn)(void *ctx, const struct checkpoint_row *row), void *ctx,
		     struct error *err);
/* Removes checkpoints except the newest `keep_last` and that of the best online evaluation, at
 * best_step (-1: none); objects that become unused are deleted. keep_last 0: keeps all. */
int checkpoints_prune(struct store *s, const struct run_handle *h, int keep_last, long best_step,
		      struct error *err);

#endif
