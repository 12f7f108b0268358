/*
 * What a run will measure, before it is started: the names of its series and the epoch at which
 * each is first there. A sweep's objective and what it prunes by must be among them.
 */
#ifndef SSL_RUN_MEASURES_H
#define SSL_RUN_MEASURES_H

#include "core/run/check.h"

enum { MEASURE_NAME = 80 };

struct measure {
	char name[MEASURE_NAME];
	long first; /* epoch, from 1; 0 where nothing is trained */
};

struct measures {
	struct measure *list;
	int n;
};

/* Of the recipe and what run_check() found; c NULL: the dataset is not known, so that any split may
 * be evaluated. Values from before training count only where nothing is trained. All zero at first;
 * more recipes may be added, of one name the earliest epoch counts. */
void measures_add(struct measures *m, const struct recipe *rc, const struct run_check *c);
void measures_release(struct measures *m);

const struct measure *measures_find(const struct measures *m, const char *name);
/* The name that was probably meant, NULL if none is near. */
const char *measures_nearest(const struct measures *m, const char *name);
/* Appends the names, but families as "collapse.*". */
void measures_names(const struct measures *m, struct strbuf *out);

#endif
