/*
 * The images of a training step: all views of a batch. Their plans are drawn on the host, in parallel; the
 * device applies them if it makes views, and the host otherwise. The draws for view v of image number i
 * come from the stream (seed, RNG_AUGMENT, epoch, i * views + v). A batch therefore depends only on its
 * number and the loader's seed and epoch, not on the number of threads or on earlier batches.
 */
#ifndef SSL_AUGMENT_BATCH_H
#define SSL_AUGMENT_BATCH_H

#include "core/augment/augment.h"
#include "core/augment/views.h"
#include "core/base/arena.h"
#include "core/data/loader.h"

struct batcher {
	const struct loader *loader;
	const struct augment *view; /* `views` elements of equal output size; the caller's */
	int views;
	struct device_images resident; /* if they are not there, images are uploaded batch by batch */
	int *labels;           /* loader->batch class numbers, -1: unlabeled */
	uint32_t *number;      /* {batch}: of loader_image() */
	const uint8_t **image; /* {batch}: the pixels of these images */
	struct augment_plan *plan; /* {views * batch}: view after view */
	/* On the host, allocated in `arena` by the first batcher_fill(), for `most` views. */
	struct arena *arena;
	size_t most;
	real *x; /* {views * batch, out_height, out_width, channels}: in the order of the plans */
	char *scratch; /* scratch_size bytes per thread */
	size_t scratch_size;
};

/* Computes the size of the images, and the mean and std of each channel over the training images,
 * or over the unlabeled ones if there are no others. The sums are exact, so the result has the same
 * bits everywhere. */
void augment_source_of(struct augment_source *s, const struct dataset *d);

/* Allocates the memory in `a`, which must outlive the batcher. Call it after parallel_set_threads(). The
 * caller may add the images of the device, and releases them. */
void batcher_init(struct batcher *b, struct arena *a, const struct loader *l,
		  const struct augment *view, int views);

/* Draws the plans of batch k of the loader's epoch, and sets labels, number and image. Returns the views
 * that the device of the tape or the host makes, {views * batch, out_height, out_width, channels}: until
 * the tape is reset or the next batch is drawn. The images of batch k + 1 are then read from disk in the
 * background. */
struct tensor *batcher_next(struct batcher *b, int k, struct tape *t);

/* The same on the host: the views are at b->x. */
void batcher_fill(struct batcher *b, int k);

/* Draws the plan of view v, of `views` views, of an image in an epoch as training does. `number`:
 * of loader_image(). */
void batch_draw(const struct augment *view, int views, int v, uint64_t seed, uint32_t epoch,
		uint32_t number, struct augment_plan *plan);

#endif
