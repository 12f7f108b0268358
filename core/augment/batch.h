/*
 * The images of a training step: all views of a batch, augmented in parallel, in memory that is the
 * same every step. The draws of view v of image number i come from (seed, RNG_AUGMENT, epoch,
 * i * views + v), so a batch depends on its loader's (seed, epoch) and its number alone, never on
 * threads or on the batches before it.
 */
#ifndef SSL_AUGMENT_BATCH_H
#define SSL_AUGMENT_BATCH_H

#include "core/augment/augment.h"
#include "core/base/arena.h"
#include "core/data/loader.h"

struct batcher {
	const struct loader *loader;
	const struct augment *view; /* `views` of them, of one output size; the caller's */
	int views;
	int *labels;   /* loader->batch class numbers, -1: unlabeled */
	real *x;       /* {views * batch, out_height, out_width, channels}: view after view */
	char *scratch; /* one piece a thread */
	size_t scratch_size;
};

/* Size of the images and mean and std of each channel over the training images (over the unlabeled
 * ones where there are no others): exact sums, so the same bits everywhere. */
void augment_source_of(struct augment_source *s, const struct dataset *d);

/* Memory in `a`. To be called after parallel_set_threads(). */
void batcher_init(struct batcher *b, struct arena *a, const struct loader *l,
		  const struct augment *view, int views);

/* Fills x and labels with batch k of the loader's epoch. */
void batcher_fill(struct batcher *b, int k);

/* n images of a split, augment_plain()ed in parallel: index[0 .. n-1], or first, first + 1 ... when
 * index is NULL. scratch: parallel_threads() pieces of augment_scratch() bytes. */
void batch_plain(const struct augment *a, const struct dataset *d, enum dataset_split split,
		 const uint32_t *index, uint32_t first, int n, real *x, void *scratch);

#endif
