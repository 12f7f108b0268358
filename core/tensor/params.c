#include "core/tensor/params.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/tensor/kernels.h"
#include "core/tensor/memory.h"

enum { ALIGN_REALS = 64 / sizeof(real) };

static size_t padded(size_t n)
{
	return (n + ALIGN_REALS - 1) / ALIGN_REALS * ALIGN_REALS;
}

void params_init(struct params *p, const struct device *device)
{
	memset(p, 0, sizeof *p);
	tensor_arena_init(&p->arena, device);
}

struct param *params_find(const struct params *p, const char *name)
{
	for (int i = 0; i < p->n; i++)
		if (!strcmp(p->list[i]->name, name))
			return p->list[i];
	return NULL;
}

struct param *params_add(struct params *p, const char *name, enum param_kind kind,
			 enum param_part part, int ndim, const int *shape, enum param_init init,
			 int fan_in, int fan_out)
{
	struct param *q = arena_zalloc(&p->arena.host, sizeof *q);
	struct tensor *t;

	if (params_find(p, name))
		BUG("parameter %s is declared twice", name);
	t = tensor_wrap(&p->arena, NULL, ndim, shape);
	q->t = *t;
	q->t.needs_grad = kind != PARAM_BUFFER && part != PART_TARGET;
	q->name = arena_strdup(&p->arena.host, name);
	q->kind = kind;
	q->part = part;
	q->init = init;
	q->fan_in = fan_in;
	q->fan_out = fan_out;
	q->lr_mult = 1;
	if (p->n == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 64;
		p->list = xrealloc(p->list, (size_t)p->cap * sizeof *p->list);
	}
	p->list[p->n++] = q;
	p->values += q->t.n;
	return q;
}

/* Initial values of q in the n elements of v, which are 0. */
static void draw(const struct param *q, uint64_t seed, real *v)
{
	double bound;
	struct rng r;

	rng_init(&r, seed, RNG_INIT, 0, rng_name_hash(q->name));
	switch (q->init) {
	case INIT_ZERO:
		break;
	case INIT_ONE:
		for (size_t i = 0; i < q->t.n; i++)
			v[i] = 1;
		break;
	case INIT_HE_FAN_OUT:
		bound = sqrt(2.0 / q->fan_out);
		for (size_t i = 0; i < q->t.n; i++)
			v[i] = (real)(bound * rng_normal(&r));
		break;
	case INIT_UNIFORM_FAN_IN:
		bound = 1 / sqrt(q->fan_in);
		for (size_t i = 0; i < q->t.n; i++)
			v[i] = (real)rng_range(&r, -bound, bound);
		break;
	case INIT_IDENTITY:
		for (int i = 0; i < q->t.shape[0]; i++)
			v[(size_t)i * (size_t)tensor_cols(&q->t) + (size_t)i] = 1;
		break;
	}
}

static void initialise(struct param *q, uint64_t seed)
{
	real *v;

	if (q->init == INIT_ZERO)
		return;
	if (q->t.mem->device->is_host) { /* without a copy, which would add to the peak of memory */
		draw(q, seed, q->t.mem->data);
		return;
	}
	v = xcalloc(q->t.n, sizeof *v);
	draw(q, seed, v);
	tensor_write(&q->t, v);
	free(v);
}

static void check_init(const struct param *q)
{
	if (q->t.mem->data)
		BUG("params_build() twice");
	if (q->init == INIT_HE_FAN_OUT && q->fan_out < 1)
		BUG("%s: fan_out %d", q->name, q->fan_out);
	if (q->init == INIT_UNIFORM_FAN_IN && q->fan_in < 1)
		BUG("%s: fan_in %d", q->name, q->fan_in);
	if (q->init == INIT_IDENTITY && (q->t.ndim != 2 || q->t.shape[0] != q->t.shape[1]))
		BUG("%s: an identity that is not square", q->name);
}

/* n is a multiple of ALIGN_REALS. Two dimensions, since n may be more than an int holds. */
static struct tensor *zeroed_block(struct params *p, size_t n)
{
	struct tensor *t = tensor_new2(&p->arena, (int)(n / ALIGN_REALS), ALIGN_REALS);

	tensor_zero(t);
	return t;
}

void params_build(struct params *p, uint64_t seed)
{
	size_t values = 0, grads = 0;

	for (int i = 0; i < p->n; i++) {
		const struct param *q = p->list[i];

		check_init(q);
		values += padded(q->t.n);
		grads += q->t.needs_grad ? padded(q->t.n) : 0;
	}
	p->value_block = zeroed_block(p, values);
	p->grad_block = zeroed_block(p, grads);
	p->grad = arena_alloc(&p->arena.host, (size_t)p->n * sizeof(struct tensor *));
	values = grads = 0;
	for (int i = 0; i < p->n; i++) {
		struct param *q = p->list[i];
		struct memory *mem = q->t.mem;

		mem->data = p->value_block->mem->data + values;
		values += padded(q->t.n);
		if (q->t.needs_grad) {
			mem->grad =
			    tensor_view(&p->arena, p->grad_block, grads, q->t.ndim, q->t.shape);
			grads += padded(q->t.n);
			p->grad[p->n_grads++] = mem->grad;
		}
		initialise(q, seed);
	}
}

void params_release(struct params *p)
{
	tensor_arena_release(&p->arena);
	free(p->list);
	memset(p, 0, sizeof *p);
}

void params_zero_grad(struct params *p)
{
	tensor_zero(p->grad_block);
}

void params_grad_norm(const struct params *p, double *cell)
{
	p->arena.device->k->norm_of_all(p->grad, p->n_grads, cell);
}

/* One slot of every trainable parameter, in one block. */
static void add_slot(struct params *p, int slot)
{
	struct tensor *block = NULL;
	size_t at = 0;

	for (int i = 0; i < p->n; i++) {
		struct param *q = p->list[i];

		if (!q->t.needs_grad || q->slot[slot])
			continue;
		if (!block)
			block = zeroed_block(p, p->grad_block->n);
		q->slot[slot] = tensor_view(&p->arena, block, at, q->t.ndim, q->t.shape);
		at += padded(q->t.n);
	}
}

void params_add_slots(struct params *p, int slots)
{
	for (int s = 0; s < slots; s++)
		add_slot(p, s);
}
