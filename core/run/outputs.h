/*
 * Outputs of the network for a fixed set of images, for measures over training: two augmented views
 * of images spread evenly over the training pool. Images and augmentations are the same in every
 * epoch and for every seed. Batch norm uses the statistics of batches of at most 256 images of one
 * view, as in training, so that the measures apply to what the loss sees (as do SimSiam's std and
 * solo-learn's train_z_std). In short runs with large steps the running statistics lag so far
 * behind the weights that healthy embeddings seem to have lost their rank in eval mode. Running
 * statistics, and everything else, are unchanged afterwards.
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

/* Computes those of at most `most` images, in memory of `a`, and returns that of r->eval_tape. */
void outputs_make(struct run *r, int most, struct arena *a, struct outputs *out);

#endif
