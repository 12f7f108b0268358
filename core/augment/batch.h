/*
 * The images of a training step: all views of a batch, augmented in parallel, in memory that every
 * step reuses. The plans of a batch stand in one array, so that another device, which applies them
 * itself, needs one copy. The draws for view v of image number i come from the stream (seed, RNG_AUGMENT,
 * epoch, i * views + v). A batch therefore depends only on its number and the loader's seed and
 * epoch, not on the number of threads or on earlier batches.
 */
#ifndef SSL_AUGMENT_BATCH_H
#define SSL_AUGMENT_BATCH_H

#include "core/augment/augment.h"
#include "core/base/arena.h"
#include "core/data/loader.h"

struct batcher {
	const struct loader *loader;
	const struct augment *view; /* `views` elements of equal output size; the caller's */
	int views;
	int *labels; /* loader->batch class numbers, -1: unlabeled */
	real *x;     /* {views * batch, out_height, out_width, channels}: view after view */
	struct augment_plan *plan; /* {views * batch}, in the same order: how x was made */
	char *scratch;             /* scratch_size bytes per thread */
	size_t scratch_size;
};

/* Computes the size of the images, and the mean and std of each channel over the training images,
 * or over the unlabeled ones if there are no others. The sums are exact, so the result has the same
 * bits everywhere. */
void augment_source_of(struct augment_source *s, const struct dataset *d);

/* Allocates the memory in `a`. Call it after parallel_set_threads(). */
void batcher_init(struct batcher *b, struct arena *a, const struct loader *l,
		  const struct augment *view, int views);

/* Draws the plans of batch k of the loader's epoch, and computes x and labels. The images of batch k + 1
 * are then read from disk in the background. */
void batcher_fill(struct batcher *b, int k);

/* Draws the plan of view v, of `views` views, of an image in an epoch as training does. `number`:
 * of loader_image(). */
void batch_draw(const struct augment *view, int views, int v, uint64_t seed, uint32_t epoch,
		uint32_t number, struct augment_plan *plan);

/* Applies augment_plain() in parallel to n images of a split: index[0 .. n-1], or first, first + 1
 * ... if index is NULL. x: {n, out_height, out_width, channels}. scratch: parallel_threads() times
 * augment_scratch() bytes. */
void batch_plain(const struct augment_fixed *f, const struct dataset *d, enum dataset_split split,
		 const uint32_t *index, uint32_t first, int n, real *x, void *scratch);

#endif
