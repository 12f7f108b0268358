/*
 * No thread prepares batches in advance: augmentation takes about one hundredth of the time of a
 * training step (ResNet-18 of width 16), and it is already parallel. Only the images of a large
 * dataset, which may not be in memory, are read from disk a batch ahead, by the kernel: a batch of
 * 128 images of 224 x 224 then waits 8 ms for the disk and not 230 ms. Evaluation reads them in
 * their order, which the kernel notices by itself.
 */
#include "core/augment/batch.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

enum { IMAGES = 8 }; /* per chunk */

static size_t image_size(const struct augment_fixed *f)
{
	return (size_t)f->out_height * (size_t)f->out_width * (size_t)f->channels;
}

void batcher_init(struct batcher *b, struct arena *a, const struct loader *l,
		  const struct augment *view, int views)
{
	size_t most = 0, images = (size_t)views * (size_t)l->batch, size;

	*b = (struct batcher){.loader = l, .view = view, .views = views};
	for (int v = 0; v < views; v++) {
		size_t need = augment_scratch(&view[v].fixed);

		if (image_size(&view[v].fixed) != image_size(&view->fixed))
			BUG("view %d has another size than view 0", v);
		most = need > most ? need : most;
	}
	b->scratch_size = most;
	b->scratch = arena_alloc(a, b->scratch_size * (size_t)parallel_threads());
	b->labels = arena_alloc(a, (size_t)l->batch * sizeof *b->labels);
	if (!views)
		return;
	size = image_size(&view->fixed);
	b->x = arena_alloc(a, images * size * sizeof *b->x);
	b->plan = arena_alloc(a, images * sizeof *b->plan);
}

void batch_draw(const struct augment *view, int views, int v, uint64_t seed, uint32_t epoch,
		uint32_t number, struct augment_plan *plan)
{
	struct rng rng;

	rng_init(&rng, seed, RNG_AUGMENT, epoch, (uint64_t)number * (uint64_t)views + (uint64_t)v);
	augment_draw(&view[v], &rng, plan);
}

struct fill {
	struct batcher *b;
	int k;
};

static void fill_chunk(void *ctx, int chunk)
{
	const struct fill *f = ctx;
	struct batcher *b = f->b;
	const struct loader *l = b->loader;
	int from = chunk * IMAGES, to = from + IMAGES < l->batch ? from + IMAGES : l->batch;
	void *scratch = b->scratch + b->scratch_size * (size_t)parallel_id();

	for (int i = from; i < to; i++) {
		uint32_t number;
		const uint8_t *image = loader_image(l, f->k, i, &b->labels[i], &number);

		for (int v = 0; v < b->views; v++) {
			size_t at = (size_t)v * (size_t)l->batch + (size_t)i;

			batch_draw(b->view, b->views, v, l->seed, l->epoch, number, &b->plan[at]);
			augment_apply(&b->view[v].fixed, &b->plan[at], image,
				      b->x + at * image_size(&b->view->fixed), scratch);
		}
	}
}

void batcher_fill(struct batcher *b, int k)
{
	struct fill f = {b, k};

	/* the images of the next batch are read while this one is trained on */
	if (!k)
		loader_will_need(b->loader, 0);
	loader_will_need(b->loader, k + 1);
	parallel_for((b->loader->batch + IMAGES - 1) / IMAGES, fill_chunk, &f);
}

struct plain {
	const struct augment_fixed *f;
	const uint8_t *pixels;
	const uint32_t *index;
	uint32_t first;
	int n;
	real *x;
	char *scratch;
};

static void plain_chunk(void *ctx, int chunk)
{
	const struct plain *p = ctx;
	int from = chunk * IMAGES, to = from + IMAGES < p->n ? from + IMAGES : p->n;
	size_t in = (size_t)p->f->height * (size_t)p->f->width * (size_t)p->f->channels;
	void *scratch = p->scratch + augment_scratch(p->f) * (size_t)parallel_id();

	for (int i = from; i < to; i++) {
		size_t at = p->index ? p->index[i] : (size_t)p->first + (size_t)i;

		augment_plain(p->f, p->pixels + at * in, p->x + (size_t)i * image_size(p->f),
			      scratch);
	}
}

void batch_plain(const struct augment_fixed *f, const struct dataset *d, enum dataset_split split,
		 const uint32_t *index, uint32_t first, int n, real *x, void *scratch)
{
	struct plain p = {f, d->pixels[split], index, first, n, x, scratch};

	parallel_for((n + IMAGES - 1) / IMAGES, plain_chunk, &p);
}
