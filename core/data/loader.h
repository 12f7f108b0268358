/*
 * The batches of an epoch. (seed, RNG_ORDER, epoch) determine the order; the last batch is dropped
 * if it is not full. Batch k of epoch e is a pure function of (seed, e, k), so a run can resume at
 * any step without stored state. core/augment/batch.h makes augmented views of these images.
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
	int batch;       /* images per batch */
	uint64_t seed;
	uint32_t epoch;
};

/* Numbers in `index` below n_train are train images, the others unlabeled ones. The loader's
 * memory, with a copy of the index, is in `a`. The order is that of epoch 0. */
void loader_init(struct loader *l, struct arena *a, const struct dataset *d, const uint32_t *index,
		 uint32_t n, int batch, uint64_t seed);

/* Steps per epoch: n / batch, rounded down. */
int loader_steps(const struct loader *l);

/* Shuffles for epoch e. */
void loader_epoch(struct loader *l, uint32_t e);

/* The pixels of image i of batch k, its label, and its number in the dataset, which seeds the
 * augmentation. */
const uint8_t *loader_image(const struct loader *l, int k, int i, int *label, uint32_t *number);

/* Asks the kernel to read the images of batch k into memory, and does not wait for them. Does nothing for
 * a batch that does not exist, or of a dataset that is not large. */
void loader_will_need(const struct loader *l, int k);

/* Divides the train split into `train` and `val` held-out images, with the same share of every
 * class. (seed, RNG_SPLIT) determine the choice; the seed is data.val_seed, not the run's, so
 * that all runs of a comparison select on the same images. Both lists are in ascending order;
 * each must have room for all training images, of which there are at least `val`. */
void loader_split(const struct dataset *d, uint32_t val, uint64_t seed, uint32_t *train,
		  uint32_t *n_train, uint32_t *held, uint32_t *n_held);

#endif
