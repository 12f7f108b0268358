/*
 * What a process that runs many cells keeps between them, so that a cell of trivial work costs little
 * more than its rows: provenance found out once, datasets mapped once. And what a run must know of
 * the cell that it is run for. A run outside of sweeps has none (run_opts.keep is NULL).
 */
#ifndef SSL_RUN_KEEP_H
#define SSL_RUN_KEEP_H

#include "core/run/run.h"

enum { KEEP_DATASETS = 8 };

struct run_keep {
	struct code_info code;
	struct host_info host;
	struct {
		struct dataset data;
		struct dataset_row row;
	} dataset[KEEP_DATASETS];
	int n_datasets;

	int64_t cell, token; /* the claim that the run is for: it is recorded under it, or not at all */
	/* Called after each epoch, everything being recorded. Not 0 with *err ends the run, as
	 * pruned where it sets `pruned`. May be NULL. */
	int (*after_epoch)(void *ctx, struct run *r, struct error *err);
	void *ctx;
	int pruned;
};

void keep_init(struct run_keep *k);
void keep_release(struct run_keep *k);

/* 1 and *data, *row (borrowed: not to be closed) when the dataset of that content is open. */
int keep_find(const struct run_keep *k, const char *name, const char *sha256, struct dataset *data,
	      struct dataset_row *row);
/* Takes an open dataset over; where there is no room the oldest goes, so that at most one run at a
 * time may use k. */
void keep_add(struct run_keep *k, const struct dataset *data, const struct dataset_row *row);

/* Where the process computes: from k, or found out when that is NULL. */
void keep_provenance(const struct run_keep *k, struct code_info *code, struct host_info *host);

int keep_after_epoch(struct run *r, struct error *err);

#endif
