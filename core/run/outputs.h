/*
 * What the net makes of a fixed set of images, for measures over training: two augmented views of
 * images spread evenly over the training pool. Images and augmentations are the same in every epoch
 * and for every seed of the run. Batch norm takes the statistics of batches of at most 256 images of
 * one view, as in training: what is measured is what the loss sees (as SimSiam's std and solo-learn's
 * train_z_std are). In short runs with large steps running statistics lag so far behind the weights
 * that in eval mode healthy embeddings look as if they had lost their rank. The running statistics,
 * and all else, are left as they were.
 */
#ifndef SSL_RUN_OUTPUTS_H
#define SSL_RUN_OUTPUTS_H

#include "core/run/run.h"

/* h {2n, dh}: features; z {2n, dz}: embeddings, NULL without a projector; p {2n, dz}: the
 * predictor's, NULL without one. The second view's rows follow the first's. */
struct outputs {
	int n, dh, dz;
	real *h, *z, *p;
};

/* Of at most `most` images. Memory in `a`; r->tape is reset and left empty, its flags as they were. */
void outputs_make(struct run *r, int most, struct arena *a, struct outputs *out);

#endif
