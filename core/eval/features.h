/* Features of a frozen encoder: batch norm uses its running statistics, images are normalised but
 * not augmented, and the tape records nothing. */
#ifndef SSL_EVAL_FEATURES_H
#define SSL_EVAL_FEATURES_H

#include <stdint.h>

#include "core/augment/augment.h"
#include "core/data/dataset.h"
#include "core/nn/encoder.h"
#include "core/tensor/tape.h"

/* Images that are computed at once; fixed, so that features do not depend on the run's batch size. */
enum { FEATURES_BATCH = 250 };

/* Computes the features of n images of a split: index[0 .. n-1], or the first n if index is NULL.
 * out: {n, encoder_dim(e)}. The tape is reset for every batch; it is left empty, with its flags
 * unchanged. */
void features_extract(const struct encoder *e, struct tape *t, const struct dataset *d,
		      enum dataset_split split, const uint32_t *index, uint32_t n,
		      const struct augment *plain, real *out);

/* The labels of the same images; -1: unlabeled. */
void features_labels(const struct dataset *d, enum dataset_split split, const uint32_t *index,
		     uint32_t n, int *labels);

#endif
