/* Series and spectra of one run, read from the store. */
#ifndef SSL_STORE_QUERY_SERIES_H
#define SSL_STORE_QUERY_SERIES_H

#include "core/store/store.h"

/* Values by step. A value may be NaN or infinite. */
struct series {
	int n;
	double *step, *value;
};
void series_release(struct series *series);

/* The series of a metric, else of its evaluations, with the newest one of each step. n = 0 if there
 * is none. */
int series_read(struct store *s, int64_t run, const char *metric, struct series *out,
		struct error *err);

/* The last values of a metric's series at or before `step`, newest first; fills at most out[0 ..
 * max-1] and returns how many; 0 if there is no such series; -1 with *err. A resumed run continues
 * from them. */
int series_tail(struct store *s, int64_t run, const char *metric, long step, double *out, int max,
		struct error *err);

/* Calls fn for each metric of which the run has a series or an evaluation, by name, with the time
 * at which the run was recorded, in seconds since 1970. */
int series_each(struct store *s, int64_t run,
		int (*fn)(void *ctx, const char *metric, double created, struct error *err),
		void *ctx, struct error *err);

/* A spectrum at the last step at or before `step` (-1: the newest), which becomes *at. The "steps"
 * of *out are the indices, 0 for the largest value. n = 0 if there is none. */
int spectrum_read(struct store *s, int64_t run, const char *name, long step, struct series *out,
		  long *at, struct error *err);
/* By step, the mean over all indices and its standard deviation. */
int spectrum_means(struct store *s, int64_t run, const char *name, struct series *mean,
		   struct series *sd, struct error *err);

#endif
