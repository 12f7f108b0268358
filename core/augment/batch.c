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
#include "core/tensor/kernels.h"

enum { IMAGES = 8 }; /* per chunk */

static size_t image_size(const struct augment_fixed *f)
{
	return (size_t)f->out_height * (size_t)f->out_width * (size_t)f->channels;
}

void batcher_init(struct batcher *b, struct arena *a, const struct loader *l,
		  const struct augment *view, int views)
{
	const size_t batch = (size_t)l->batch;

	*b = (struct batcher){.loader = l, .view = view, .views = views, .arena = a};
	b->most = (size_t)views * batch;
	for (int v = 0; v < views; v++) {
		const size_t need = augment_scratch(&view[v].fixed);

		if (image_size(&view[v].fixed) != image_size(&view->fixed))
			BUG("view %d has another size than view 0", v);
		b->scratch_size = need > b->scratch_size ? need : b->scratch_size;
	}
	b->labels = arena_alloc(a, batch * sizeof *b->labels);
	b->number = arena_alloc(a, batch * sizeof *b->number);
	b->image = arena_alloc(a, batch * sizeof *b->image);
	b->plan = arena_alloc(a, b->most * sizeof *b->plan);
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

static int chunk_end(const struct loader *l, int chunk)
{
	return (chunk + 1) * IMAGES < l->batch ? (chunk + 1) * IMAGES : l->batch;
}

static void draw_chunk(void *ctx, int chunk)
{
	const struct fill *f = ctx;
	struct batcher *b = f->b;
	const struct loader *l = b->loader;

	for (int i = chunk * IMAGES; i < chunk_end(l, chunk); i++) {
		b->image[i] = loader_image(l, f->k, i, &b->labels[i], &b->number[i]);
		for (int v = 0; v < b->views; v++)
			batch_draw(b->view, b->views, v, l->seed, l->epoch, b->number[i],
				   &b->plan[v * l->batch + i]);
	}
}

static void apply_chunk(void *ctx, int chunk)
{
	const struct batcher *b = ctx;
	void *scratch = b->scratch + b->scratch_size * (size_t)parallel_id();

	for (int i = chunk * IMAGES; i < chunk_end(b->loader, chunk); i++)
		for (int v = 0; v < b->views; v++) {
			const int at = v * b->loader->batch + i;

			augment_apply(&b->view[v].fixed, &b->plan[at], b->image[i],
				      b->x + (size_t)at * image_size(&b->view->fixed), scratch);
		}
}

static int chunks(const struct batcher *b)
{
	return (b->loader->batch + IMAGES - 1) / IMAGES;
}

static void draw(struct batcher *b, int k)
{
	struct fill f = {b, k};

	parallel_for(chunks(b), draw_chunk, &f);
	if (b->resident.pixels)
		return;
	/* the images of the next batch are read from disk while this one is trained on */
	if (!k)
		loader_will_need(b->loader, 0);
	loader_will_need(b->loader, k + 1);
}

void batcher_fill(struct batcher *b, int k)
{
	if (!b->x) {
		b->x = arena_alloc(b->arena, b->most * image_size(&b->view->fixed) * sizeof *b->x);
		b->scratch = arena_alloc(b->arena, b->scratch_size * (size_t)parallel_threads());
	}
	draw(b, k);
	parallel_for(chunks(b), apply_chunk, b);
}

/* Has the device make all views of the batch that was drawn. */
static void apply_on_device(const struct batcher *b, struct tape *t, struct tensor *x)
{
	const int n = b->loader->batch;
	const struct augment_fixed *f = &b->view->fixed;
	const int shape[] = {n, f->out_height, f->out_width, f->channels};
	const struct augment_plan *plan =
	    tape_upload(t, b->plan, (size_t)(b->views * n) * sizeof *plan);
	struct view_images images = {0};

	if (b->resident.pixels) {
		images.pixels = b->resident.pixels;
		images.number = tape_upload(t, b->number, (size_t)n * sizeof *b->number);
	} else {
		images.pixels = views_upload(t, f, b->image, n);
	}
	for (int v = 0; v < b->views; v++)
		t->k->views_apply(
		    &b->view[v].fixed, &images, plan + v * n,
		    tensor_view(&t->arena, x, (size_t)(v * n) * image_size(f), 4, shape));
}

struct tensor *batcher_next(struct batcher *b, int k, struct tape *t)
{
	const struct augment_fixed *f = &b->view->fixed;
	const int shape[] = {b->views * b->loader->batch, f->out_height, f->out_width, f->channels};
	struct tensor *x;

	if (!t->k->views_apply) {
		batcher_fill(b, k);
		return tensor_of_host(&t->arena, b->x, 4, shape);
	}
	draw(b, k);
	x = tensor_new(&t->arena, 4, shape);
	apply_on_device(b, t, x);
	return x;
}
