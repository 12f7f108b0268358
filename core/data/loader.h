/*
 * Batches of an epoch. The order is a shuffle by (seed, RNG_ORDER, epoch); the last batch is
 * dropped when it is not full. Batch k of epoch e is a pure function of (seed, e, k), so resuming
 * at any step needs no state. core/augment/batch.h turns these into augmented views.
 */
#ifndef SSL_DATA_LOADER_H
#define SSL_DATA_LOADER_H

#include "core/base/arena.h"
#include "core/base/real.h"
#include "core/data/dataset.h"

struct loader {
	const struct dataset *data;
	uint32_t *index; /* the images of the epoch's pool (train without held-out, + unlabeled) */
	uint32_t *order; /* shuffled positions in `index` */
	uint32_t n;      /* images in the pool */
	int batch;       /* images a batch */
	uint64_t seed;
	uint32_t epoch;
};

/* Numbers below n_train are train images, from n_train on unlabeled ones. Memory in `a`, with a
 * copy of the index. Epoch 0 is shuffled. */
void loader_init(struct loader *l, struct arena *a, const struct dataset *d, const uint32_t *index,
		 uint32_t n, int batch, uint64_t seed);

/* Steps an epoch: n / batch, rounded down. */
int loader_steps(const struct loader *l);

/* Shuffles for epoch e. */
void loader_epoch(struct loader *l, uint32_t e);

/* Image number i of batch k: its pixels, label and its global number (for the augmentation's rng).
 */
const uint8_t *loader_image(const struct loader *l, int k, int i, int *label, uint32_t *number);

/* Splits train into kept and held-out indices: `val` images, the same share of every class, chosen
 * by (seed, RNG_SPLIT). The split's seed is data.val_seed, not the run's, so that all runs of a
 * comparison select on the same images. Both lists ascend; the caller has room for n_train in each.
 * val <= the number of training images. */
void loader_split(const struct dataset *d, uint32_t val, uint64_t seed, uint32_t *train,
		  uint32_t *n_train, uint32_t *held, uint32_t *n_held);

#endif
