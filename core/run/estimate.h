/*
 * What a run will take, from steps that are timed before it trains. A timed step leaves everything as
 * it was, so that the run is the same to the last bit whether it was timed or not.
 */
#ifndef SSL_RUN_ESTIMATE_H
#define SSL_RUN_ESTIMATE_H

#include "core/store/store.h"

struct run;

struct estimate {
	int known;    /* 0: the dataset is not there, only epochs and steps are not known */
	long epochs;  /* planned */
	long steps;   /* planned */
	long left;    /* of these, the steps that are to be taken */
	double seconds; /* until the end */
	int64_t memory; /* bytes, of the process */
	int64_t bytes;  /* on disk, at its end */
};

/* Of a recipe, on a store that is open for reading. */
int estimate_run(struct store *s, const char *recipe_json, int threads, struct estimate *out,
		 struct error *err);

/* Of a run that has been built, at its position. Its position, weights, buffers and series are what
 * they were; the memory of a step is allocated. */
void estimate_built(struct run *r, struct estimate *out);

/* Inside core/run (train.c): seconds that the k-th step of an epoch takes, all but the change of the
 * weights; the gradients and the running statistics of the buffers change. */
double run_time_step(struct run *r, int k);

#endif
