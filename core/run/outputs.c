#include "core/run/outputs.h"

#include "core/nn/mlp.h"

enum { BATCH = 256 };

static const uint8_t *pixels_of(const struct dataset *d, uint32_t number)
{
	const size_t size = (size_t)d->height * (size_t)d->width * (size_t)d->channels;
	const uint32_t n = d->n[SPLIT_TRAIN];

	return number < n ? d->pixels[SPLIT_TRAIN] + number * size
			  : d->pixels[SPLIT_UNLABELED] + (number - n) * size;
}

/* Images first .. first + n - 1 of the set, as view v. Draws from the last epoch of RNG_EVAL, which
 * neither training nor another use of RNG_EVAL reaches. */
static struct tensor *images(struct run *r, int v, int first, int n, int total)
{
	const struct loader *l = &r->loader;
	struct tape *t = &r->eval_tape;
	struct augment_plan *plan = tape_alloc(t, (size_t)n * sizeof *plan);
	const uint8_t **image = tape_alloc(t, (size_t)n * sizeof *image);

	for (int i = 0; i < n; i++) {
		uint32_t number = l->index[(uint64_t)(first + i) * l->n / (uint32_t)total];
		struct rng rng;

		rng_init(&rng, 0, RNG_EVAL, UINT32_MAX, (uint64_t)number * 2 + (uint64_t)v);
		augment_draw(&r->view[v], &rng, &plan[i]);
		image[i] = pixels_of(l->data, number);
	}
	return views_make(t, &r->view[v].fixed, plan, image, n);
}

static void copy_rows(real *out, int row, const struct tensor *x)
{
	tensor_read(x, out + (size_t)row * (size_t)tensor_cols(x));
}

static void forward(struct run *r, int v, int first, int n, struct outputs *o)
{
	const int row = v * o->n + first;
	struct tensor *y;

	tape_reset(&r->eval_tape);
	y = encoder_forward(r->encoder, &r->eval_tape, images(r, v, first, n, o->n));
	copy_rows(o->h, row, y);
	if (!o->z)
		return;
	y = mlp_forward(method_projector(r->method, r->self), &r->eval_tape, y);
	copy_rows(o->z, row, y);
	if (o->p)
		copy_rows(o->p, row,
			  mlp_forward(method_predictor(r->method, r->self), &r->eval_tape, y));
}

/* Saves the buffers that a forward pass in training mode changes, or restores them. */
static void save_buffers(const struct params *p, real *saved, int restore)
{
	for (int i = 0; i < p->n; i++) {
		struct tensor *t = &p->list[i]->t;

		if (p->list[i]->kind != PARAM_BUFFER || p->list[i]->part == PART_TARGET)
			continue;
		if (restore)
			tensor_write(t, saved);
		else
			tensor_read(t, saved);
		saved += t->n;
	}
}

static real *rows(struct arena *a, int n, int d)
{
	return arena_alloc(a, (size_t)n * (size_t)d * sizeof(real));
}

/* In batches of nearly equal size. */
static void forward_all(struct run *r, struct outputs *o)
{
	const int batches = (o->n + BATCH - 1) / BATCH;

	for (int v = 0; v < 2; v++)
		for (int k = 0; k < batches; k++) {
			int first = (int)((long)o->n * k / batches);
			int next = (int)((long)o->n * (k + 1) / batches);

			forward(r, v, first, next - first, o);
		}
}

void outputs_make(struct run *r, int most, struct arena *a, struct outputs *out)
{
	struct outputs o = {.n = r->loader.n < (uint32_t)most ? (int)r->loader.n : most};
	const struct mlp *projector = method_projector(r->method, r->self);
	const struct mlp *predictor = method_predictor(r->method, r->self);
	struct tape *t = &r->eval_tape;
	real *buffers = arena_alloc(a, r->params.values * sizeof *buffers);

	o.dh = encoder_dim(r->encoder);
	o.h = rows(a, 2 * o.n, o.dh);
	if (projector) {
		o.dz = mlp_out_dim(projector);
		o.z = rows(a, 2 * o.n, o.dz);
		if (predictor && predictor->layers)
			o.p = rows(a, 2 * o.n, o.dz);
	}
	save_buffers(&r->params, buffers, 0);
	t->train = 1; /* as in training, batch norm uses the statistics of the batch */
	forward_all(r, &o);
	t->train = 0;
	tape_trim(t);
	save_buffers(&r->params, buffers, 1);
	*out = o;
}
