/*
 * The series that a run will record, known before it starts: their names and the epoch of each
 * first value. The objective of a sweep and its pruning metric must be among them.
 */
#ifndef SSL_RUN_MEASURES_H
#define SSL_RUN_MEASURES_H

#include "core/run/check.h"

enum { MEASURE_NAME = 80 };

struct measure {
	char name[MEASURE_NAME];
	long first; /* epoch of the first value, from 1; 0 if nothing is trained */
};

struct measures {
	struct measure *list;
	int n;
};

/* Adds the series of a recipe that run_check() checked; c NULL: the dataset is not known, so any
 * split may be evaluated. Values from before training count only if nothing is trained. *m is all
 * zero at first; of several recipes the earliest epoch of each name counts. */
void measures_add(struct measures *m, const struct recipe *rc, const struct run_check *c);
void measures_release(struct measures *m);

const struct measure *measures_find(const struct measures *m, const char *name);
/* The name that was probably meant; NULL if none is similar. */
const char *measures_nearest(const struct measures *m, const char *name);
/* Appends the names, families in short as "collapse.*". */
void measures_names(const struct measures *m, struct strbuf *out);

#endif
