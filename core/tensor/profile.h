/*
 * Where the time of a training step goes, by kind of work. A profiled step is one in which the device
 * notes after each piece of work when it is done: the tape marks what each op did, forward and backward,
 * and the training loop the rest. Results are the same with and without.
 */
#ifndef SSL_TENSOR_PROFILE_H
#define SSL_TENSOR_PROFILE_H

#include "core/base/strbuf.h"
#include "core/tensor/device.h"

enum profile_part {
	PROFILE_LOSS, /* and all other ops */
	PROFILE_CONV,
	PROFILE_NORM,
	PROFILE_POOL,
	PROFILE_HEADS, /* linear layers */
	PROFILE_VIEWS, /* augmentation, and the copy of the batch to the device */
	PROFILE_OPTIM, /* of the gradient's norm, the update and the method's own */
	PROFILE_PARTS
};

struct profile {
	const struct device *device;
	double seconds[PROFILE_PARTS]; /* of all profiled steps together */
	long steps;
	double wall; /* of `walls` other steps, from the end of one to the end of the next */
	long walls;
	int open;    /* a profiled step has begun */
	double last; /* the time of the last mark, where the device is the host */
};

/* Begins and ends a profiled step. */
void profile_begin(struct profile *p);
void profile_end(struct profile *p);

/* What was done since the last mark (or the beginning) is of this part. Nothing happens if p is NULL or
 * no profiled step has begun. */
void profile_mark(struct profile *p, enum profile_part part);

/* Appends a table: milliseconds of a step by part, those in which the device had nothing to do, and the
 * share of the whole. Nothing if there were too few steps. */
void profile_report(const struct profile *p, struct strbuf *out);

#endif
