#include "core/run/outputs.h"

#include <string.h>

#include "core/base/parallel.h"
#include "core/nn/mlp.h"

enum { BATCH = 250, IMAGES = 8 /* of a chunk */ };

/* Images first .. first + n - 1 of the set, as view v. */
struct fill {
	const struct run *r;
	const struct augment *view;
	int v, first, n, total;
	real *x;
	char *scratch;
};

static const uint8_t *pixels_of(const struct dataset *d, uint32_t number)
{
	const size_t size = (size_t)d->height * (size_t)d->width * (size_t)d->channels;
	const uint32_t n = d->n[SPLIT_TRAIN];

	return number < n ? d->pixels[SPLIT_TRAIN] + number * size
			  : d->pixels[SPLIT_UNLABELED] + (number - n) * size;
}

/* Draws of their own, apart from training's and from what else RNG_EVAL is for: its last epoch. */
static void fill_chunk(void *ctx, int chunk)
{
	const struct fill *f = ctx;
	const struct loader *l = &f->r->loader;
	const size_t size =
	    (size_t)f->view->out_height * (size_t)f->view->out_width * (size_t)f->view->channels;
	const int to = (chunk + 1) * IMAGES < f->n ? (chunk + 1) * IMAGES : f->n;

	for (int i = chunk * IMAGES; i < to; i++) {
		uint32_t number = l->index[(uint64_t)(f->first + i) * l->n / (uint32_t)f->total];
		struct rng rng;

		rng_init(&rng, 0, RNG_EVAL, UINT32_MAX, (uint64_t)number * 2 + (uint64_t)f->v);
		augment_image(f->view, pixels_of(l->data, number), &rng, f->x + (size_t)i * size,
			      f->scratch + augment_scratch(f->view) * (size_t)parallel_id());
	}
}

static struct tensor *images(struct run *r, int v, int first, int n, int total)
{
	struct tape *t = &r->tape;
	struct fill f = {r, &r->view[v], v, first, n, total, NULL, NULL};
	struct tensor *x =
	    tensor_new4(&t->arena, n, f.view->out_height, f.view->out_width, f.view->channels);

	f.x = x->data;
	f.scratch = tape_alloc(t, augment_scratch(f.view) * (size_t)parallel_threads());
	parallel_for((n + IMAGES - 1) / IMAGES, fill_chunk, &f);
	return x;
}

static void keep(real *out, int row, const struct tensor *x)
{
	memcpy(out + (size_t)row * (size_t)tensor_cols(x), x->data, x->n * sizeof *out);
}

static void forward(struct run *r, const struct method_heads *heads, int v, int first, int n,
		    struct outputs *o)
{
	const int row = v * o->n + first;
	struct tensor *y;

	tape_reset(&r->tape);
	y = encoder_forward(r->encoder, &r->tape, images(r, v, first, n, o->n));
	keep(o->h, row, y);
	if (!o->z)
		return;
	y = mlp_forward(heads->projector, &r->tape, y);
	keep(o->z, row, y);
	if (o->p)
		keep(o->p, row, mlp_forward(heads->predictor, &r->tape, y));
}

static real *rows(struct arena *a, int n, int d)
{
	return arena_alloc(a, (size_t)n * (size_t)d * sizeof(real));
}

void outputs_make(struct run *r, int most, struct arena *a, struct outputs *out)
{
	struct outputs o = {.n = r->loader.n < (uint32_t)most ? (int)r->loader.n : most};
	struct method_heads heads = {0};
	const int record = r->tape.record, train = r->tape.train;

	if (r->method->heads)
		r->method->heads(r->self, &heads);
	o.dh = encoder_dim(r->encoder);
	o.h = rows(a, 2 * o.n, o.dh);
	if (heads.projector) {
		o.dz = mlp_out_dim(heads.projector);
		o.z = rows(a, 2 * o.n, o.dz);
		if (heads.predictor && heads.predictor->layers)
			o.p = rows(a, 2 * o.n, o.dz);
	}
	r->tape.record = r->tape.train = 0;
	for (int v = 0; v < 2; v++)
		for (int first = 0; first < o.n; first += BATCH)
			forward(r, &heads, v, first, o.n - first < BATCH ? o.n - first : BATCH, &o);
	tape_reset(&r->tape);
	r->tape.record = record;
	r->tape.train = train;
	*out = o;
}
