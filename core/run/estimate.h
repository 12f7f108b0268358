/*
 * Estimates of the time, memory and disk space of a run, from steps that are timed before it
 * trains. Timing leaves everything as it was, so that the run has the same bits whether it was
 * timed or not.
 */
#ifndef SSL_RUN_ESTIMATE_H
#define SSL_RUN_ESTIMATE_H

#include "core/store/store.h"

struct device;
struct run;

struct estimate {
	int known;    /* 0: the dataset is not there yet, or the device does not compute at the
			 precision of the recipe, and nothing below is known */
	long epochs;  /* planned */
	long steps;   /* planned */
	long left;    /* of these, the steps that are still to be taken */
	double seconds; /* until the end */
	int64_t memory; /* bytes, of the process */
	int64_t device_memory; /* bytes, of a device that has memory of its own; otherwise 0 */
	long largest_batch;    /* images of a step for which that memory suffices; 0: not known */
	int64_t bytes;  /* on disk, at its end */
};

/* Estimates a recorded recipe, in a store that may be open for reading only. device: NULL: the CPU. */
int estimate_run(struct store *s, const char *recipe_json, int threads, const struct device *device,
		 struct estimate *out, struct error *err);

/* Estimates a run that has been built, from its position on. Position, weights, buffers and series
 * are unchanged afterwards; the memory of a step stays allocated. */
void estimate_built(struct run *r, struct estimate *out);

/* Lets a device that has memory of its own compute a step of a whole batch, so that a run for which it
 * does not suffice fails before it is recorded: ERR_FAILED. Everything stays as estimate_built() says. */
int estimate_try(struct run *r, struct error *err);

/* Inside core/run (train.c): the seconds of the k-th step of an epoch without the update of the
 * weights. Gradients and the running statistics in buffers change. */
double run_time_step(struct run *r, int k);

#endif
