/* Recording spectra: vectors over training, such as the eigenvalues of the covariance of the embeddings. */
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

#endif
