/*
 * A worker claims the cells of a sweep one after another and executes each with run_execute(),
 * until none is left, the sweep is paused, or a signal asks it to stop. Any number of workers may
 * share a sweep and may be started at any time; they coordinate through the store alone. While a
 * cell runs, a thread renews its lease (heartbeat.h), so that a long step or evaluation does not
 * make the worker look dead. A worker that has to wait for the cells of others reports once which
 * ones.
 */
#ifndef SSL_RUN_WORKER_H
#define SSL_RUN_WORKER_H

#include <signal.h>

#include "core/run/run.h"
#include "core/store/sweeps.h"

struct worker {
	struct store *store;
	const struct sweep_row *sweep;
	int threads;
	const struct device *device; /* NULL: the CPU */
	const struct engines *engines; /* with which engines; NULL: the first ones */
	const volatile sig_atomic_t *stop;
	const char *command; /* as recorded with the runs */
	struct run_progress progress;
	/* Called when a cell is over: status is done, queued, failed or pruned; why is the reason. */
	void (*report)(void *ctx, const struct cell_claim *c, const char *run, const char *status,
		     const char *why);
	void *ctx;
};

/* 0 when nothing is left to claim; -1 with ERR_PREEMPTED when stopped, or with ERR_FAILED, ERR_BUSY
 * or ERR_CORRUPT when the store fails repeatedly. A cell's own failure is recorded, and is no error
 * here. */
int worker_run(const struct worker *w, struct error *err);

/* Appends the cells that are running, with their workers: "weights:1.1 (box:123)"; of many the
 * first few. */
int worker_holders(struct store *s, const struct sweep_row *w, struct strbuf *out,
		   struct error *err);

/* The name under which process `pid` of this machine claims cells: "host:pid". */
void worker_name(long pid, char *out, size_t size);

#endif
