/* Features of a frozen encoder: batch norm in eval mode, images only normalised, nothing recorded.
 */
#ifndef SSL_EVAL_FEATURES_H
#define SSL_EVAL_FEATURES_H

#include <stdint.h>

#include "core/augment/augment.h"
#include "core/data/dataset.h"
#include "core/nn/encoder.h"
#include "core/tensor/tape.h"

/* Of n images of a split: index[0 .. n-1], or the first n when index is NULL. out is
 * {n, encoder_dim(e)}. The tape is reset for every batch and left empty, its flags as they were. */
void features_extract(const struct encoder *e, struct tape *t, const struct dataset *d,
		      enum dataset_split split, const uint32_t *index, uint32_t n,
		      const struct augment *plain, real *out);

/* Their labels; -1: unlabeled. */
void features_labels(const struct dataset *d, enum dataset_split split, const uint32_t *index,
		     uint32_t n, int *labels);

#endif
