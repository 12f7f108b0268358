#include "core/tensor/kernels/update.h"

#include <math.h>

#include "core/base/parallel.h"
#include "core/tensor/memory.h"

/* At least MIN_GRAIN elements in a chunk, and at most MAX_CHUNKS chunks. */
enum { MIN_GRAIN = 16384, MAX_CHUNKS = 256 };

static size_t grain_of(size_t n)
{
	return n / MAX_CHUNKS + 1 > MIN_GRAIN ? n / MAX_CHUNKS + 1 : MIN_GRAIN;
}

static void run(const struct update *u, void (*rule)(void *, const struct range *))
{
	struct update copy = *u;

	if (u->gate && *u->gate == 0)
		return;
	parallel_range(1, u->w->n, grain_of(u->w->n), rule, &copy);
}

/* g <- g + decay w;  m <- momentum m + g;  w <- w - lr m, Nesterov: w - lr (g + momentum m) */
static void sgd_range(void *ctx, const struct range *r)
{
	const struct update *u = ctx;
	const size_t from = r->from, to = r->to;
	real *restrict w = u->w->mem->data, *restrict m = u->m->mem->data;
	const real *restrict grad = u->g->mem->data;
	const real lr = u->lr, momentum = u->momentum, decay = u->decay;

	if (u->nesterov) {
		for (size_t i = from; i < to; i++) {
			real g = grad[i] + decay * w[i];

			m[i] = momentum * m[i] + g;
			w[i] -= lr * (g + momentum * m[i]);
		}
		return;
	}
	for (size_t i = from; i < to; i++) {
		m[i] = momentum * m[i] + (grad[i] + decay * w[i]);
		w[i] -= lr * m[i];
	}
}

void sgd_rule(const struct update *list, int n)
{
	for (int i = 0; i < n; i++)
		run(&list[i], sgd_range);
}

/* g <- g + decay w;  m <- beta1 m + (1 - beta1) g;  v <- beta2 v + (1 - beta2) g^2;
 * w <- scale w - lr m / (sqrt(v) root + eps) */
static void adam_range(void *ctx, const struct range *r)
{
	const struct update *u = ctx;
	const size_t from = r->from, to = r->to;
	real *restrict w = u->w->mem->data, *restrict m = u->m->mem->data,
		       *restrict v = u->v->mem->data;
	const real *restrict grad = u->g->mem->data;
	const real lr = u->lr, b1 = u->beta1, b2 = u->beta2, decay = u->decay, scale = u->scale;
	const real one_b1 = u->rest1, one_b2 = u->rest2, root = u->root, eps = u->eps;

	for (size_t i = from; i < to; i++) {
		real g = grad[i] + decay * w[i];

		m[i] = b1 * m[i] + one_b1 * g;
		v[i] = b2 * v[i] + one_b2 * g * g;
		w[i] = scale * w[i] - lr * m[i] / ((real)sqrt(v[i]) * root + eps);
	}
}

void adam_rule(const struct update *list, int n)
{
	for (int i = 0; i < n; i++)
		run(&list[i], adam_range);
}

/* m <- momentum m + q (g + decay w);  w <- w - lr m */
static void lars_range(void *ctx, const struct range *r)
{
	const struct update *u = ctx;
	const size_t from = r->from, to = r->to;
	real *restrict w = u->w->mem->data, *restrict m = u->m->mem->data;
	const real *restrict grad = u->g->mem->data;
	const real lr = u->lr, momentum = u->momentum, decay = u->decay, q = u->scale;

	for (size_t i = from; i < to; i++) {
		m[i] = momentum * m[i] + q * (grad[i] + decay * w[i]);
		w[i] -= lr * m[i];
	}
}

/* q and the decay, from the norms. */
static void adapt(struct update *u)
{
	const struct update_norms norm = *u->norms;
	double q;

	if (u->form == LARS_DECAY_IN_NORM) {
		u->decay = (real)u->weight_decay;
		if (norm.w > 0 && norm.g > 0)
			u->scale = (real)(u->trust * norm.w / norm.g);
		return;
	}
	if (norm.w == 0 || norm.g == 0)
		return;
	q = u->trust * norm.w / (norm.g + u->weight_decay * norm.w + 1e-8);
	if (u->form == LARS_LARC_CLIPPED)
		q = q < u->rate ? q / u->rate : 1;
	u->scale = (real)q;
	u->decay = (real)u->weight_decay;
}

void lars_rule(const struct update *list, int n)
{
	for (int i = 0; i < n; i++) {
		struct update adapted = list[i];

		adapted.scale = 1;
		if (adapted.norms)
			adapt(&adapted);
		run(&adapted, lars_range);
	}
}

struct squares {
	const real *w, *g;
	double decay, sum_w[MAX_CHUNKS], sum_g[MAX_CHUNKS];
};

/* Four interleaved sums in double, since a single sum would have to wait for every addition. */
static void squares_range(void *ctx, const struct range *r)
{
	struct squares *s = ctx;
	const size_t to = r->to;
	double w2[4] = {0}, g2[4] = {0};
	size_t i = r->from;

	for (; i + 4 <= to; i += 4) {
		for (int j = 0; j < 4; j++) {
			double w = s->w[i + j], g = s->g[i + j] + s->decay * w;

			w2[j] += w * w;
			g2[j] += g * g;
		}
	}
	for (; i < to; i++) {
		double w = s->w[i], g = s->g[i] + s->decay * w;

		w2[0] += w * w;
		g2[0] += g * g;
	}
	s->sum_w[r->chunk] = w2[0] + w2[1] + w2[2] + w2[3];
	s->sum_g[r->chunk] = g2[0] + g2[1] + g2[2] + g2[3];
}

static struct update_norms norms_of(const struct update_pair *p)
{
	struct squares s = {.w = p->w->mem->data, .g = p->g->mem->data, .decay = p->decay};
	double sw = 0, sg = 0;

	parallel_range(1, p->w->n, grain_of(p->w->n), squares_range, &s);
	for (int i = 0; i < parallel_chunks(p->w->n, grain_of(p->w->n)); i++) {
		sw += s.sum_w[i];
		sg += s.sum_g[i];
	}
	return (struct update_norms){sqrt(sw), sqrt(sg)};
}

void update_norms(const struct update_pair *list, int n, struct update_norms *norms)
{
	for (int i = 0; i < n; i++)
		norms[i] = norms_of(&list[i]);
}
