/*
 * A worker: claims cells of a sweep one after another and carries each out with run_execute(), until
 * none is left, the sweep is paused, or it is told to stop. Any number of them may work on a sweep,
 * started whenever; they meet only in the store. While a cell runs, a thread of its own keeps the
 * lease alive, so that long steps and evaluations are not taken for death. One that has to wait for
 * others, who may die, says once whom it waits for.
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
	const volatile sig_atomic_t *stop;
	const char *command; /* as recorded with the runs */
	struct run_progress progress;
	/* Told of every cell when it is over: status done, queued, failed or pruned, and why. */
	void (*told)(void *ctx, const struct cell_claim *c, const char *run, const char *status,
		     const char *why);
	void *ctx;
};

/* 0 when nothing is left to claim; ERR_PREEMPTED when stopped; ERR_FAILED (or ERR_BUSY, ERR_CORRUPT)
 * when the store cannot be worked with. A cell's own failure is recorded, and no error here. */
int worker_run(const struct worker *w, struct error *err);

/* Appends the cells that workers have now, and whose they are: "weights:1.1 (box:123)", the first few
 * of many. Nothing where there is none. */
int worker_holders(struct store *s, const struct sweep_row *w, struct strbuf *out,
		   struct error *err);

/* The name under which process `pid` of this machine claims: "host:pid". */
void worker_name(long pid, char *out, size_t size);

#endif
