#include "core/augment/views.h"

#include <string.h>

#include "core/base/parallel.h"
#include "core/tensor/device.h"
#include "core/tensor/kernels.h"

enum { IMAGES = 8 /* per chunk */ };

static size_t image_bytes(const struct augment_fixed *f)
{
	return (size_t)f->height * (size_t)f->width * (size_t)f->channels;
}

/* --- images that stay on a device ---------------------------------------------------------- */

void device_images_init(struct device_images *m, const struct dataset *d,
			const struct device *device)
{
	const size_t image = (size_t)d->height * (size_t)d->width * (size_t)d->channels;
	const size_t train = d->n[SPLIT_TRAIN] * image;
	const size_t bytes = train + d->n[SPLIT_UNLABELED] * image;

	*m = (struct device_images){.device = device};
	if (!device->k->views_apply || !bytes || bytes > device->free_bytes(device) / 2)
		return;
	m->pixels = device->memory.alloc(device->memory.ctx, bytes);
	m->bytes = bytes;
	device->upload(device, m->pixels, d->pixels[SPLIT_TRAIN], train);
	if (bytes > train)
		device->upload(device, m->pixels + train, d->pixels[SPLIT_UNLABELED],
			       bytes - train);
}

void device_images_release(struct device_images *m)
{
	if (m->pixels)
		m->device->memory.free(m->device->memory.ctx, m->pixels, m->bytes);
	*m = (struct device_images){0};
}

/* --- views of images of the host ----------------------------------------------------------- */

struct job {
	const struct augment_fixed *f;
	const struct augment_plan *plan;
	const uint8_t *const *image;
	int n;
	uint8_t *gathered;
	real *x;
	char *scratch;
};

static int chunk_end(const struct job *j, int chunk)
{
	return (chunk + 1) * IMAGES < j->n ? (chunk + 1) * IMAGES : j->n;
}

static int chunks(const struct job *j)
{
	return (j->n + IMAGES - 1) / IMAGES;
}

static void gather_chunk(void *ctx, int chunk)
{
	const struct job *j = ctx;
	const size_t bytes = image_bytes(j->f);

	for (int i = chunk * IMAGES; i < chunk_end(j, chunk); i++)
		memcpy(j->gathered + (size_t)i * bytes, j->image[i], bytes);
}

const uint8_t *views_upload(struct tape *t, const struct augment_fixed *f,
			    const uint8_t *const *image, int n)
{
	const size_t bytes = (size_t)n * image_bytes(f);
	struct job j = {.f = f, .image = image, .n = n, .gathered = tape_alloc(t, bytes)};

	parallel_for(chunks(&j), gather_chunk, &j);
	return tape_upload(t, j.gathered, bytes);
}

static void make_chunk(void *ctx, int chunk)
{
	const struct job *j = ctx;
	const struct augment_fixed *f = j->f;
	const size_t size = (size_t)f->out_height * (size_t)f->out_width * (size_t)f->channels;
	void *scratch = j->scratch + augment_scratch(f) * (size_t)parallel_id();

	for (int i = chunk * IMAGES; i < chunk_end(j, chunk); i++) {
		real *x = j->x + (size_t)i * size;

		if (j->plan)
			augment_apply(f, &j->plan[i], j->image[i], x, scratch);
		else
			augment_plain(f, j->image[i], x, scratch);
	}
}

static struct tensor *make_on_host(struct tape *t, const struct augment_fixed *f,
				   const struct augment_plan *plan, const uint8_t *const *image,
				   int n, const int *shape)
{
	struct job j = {.f = f, .plan = plan, .image = image, .n = n};

	j.x = tape_alloc(t, (size_t)n * (size_t)shape[1] * (size_t)shape[2] * (size_t)shape[3] *
				sizeof *j.x);
	j.scratch = tape_alloc(t, augment_scratch(f) * (size_t)parallel_threads());
	parallel_for(chunks(&j), make_chunk, &j);
	return tensor_of_host(&t->arena, j.x, 4, shape);
}

struct tensor *views_make(struct tape *t, const struct augment_fixed *f,
			  const struct augment_plan *plan, const uint8_t *const *image, int n)
{
	const int shape[] = {n, f->out_height, f->out_width, f->channels};
	struct view_images on = {0};
	struct tensor *x;

	if (!t->k->views_apply)
		return make_on_host(t, f, plan, image, n, shape);
	on.pixels = views_upload(t, f, image, n);
	x = tensor_new(&t->arena, 4, shape);
	t->k->views_apply(f, &on, plan ? tape_upload(t, plan, (size_t)n * sizeof *plan) : NULL, x);
	return x;
}
