/* Vectors over training (spectra), and the end of a series that a resumed run goes on from. */
#ifndef SSL_STORE_SPECTRUM_H
#define SSL_STORE_SPECTRUM_H

#include "core/store/runs.h"

struct spectrum_value {
	const char *name; /* "z", "predictor.F" */
	int i;            /* 0 for the largest */
	double value;     /* finite */
};

/* One transaction, fenced as all of a run's writing is. Values that are there already at this step
 * are replaced; resuming below it removes them. */
int spectra_insert(struct store *s, const struct run_handle *h, long step,
		   const struct spectrum_value *v, int n, struct error *err);

/* The last values of a series at or before `step`, newest first: how many there are, at most max; 0
 * when there is no such series; -1 with *err. */
int series_tail(struct store *s, int64_t run_id, const char *metric, long step, double *out, int max,
		struct error *err);

#endif
