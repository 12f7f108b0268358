#include "core/tensor/kernels/elementwise.h"

#include "core/base/parallel.h"
#include "core/tensor/memory.h"

enum { GRAIN = 1 << 14 };

/* out = keep out + f(a, b) over n elements. */
struct elementwise {
	real *out;
	const real *a, *b; /* b may be NULL */
	real s, keep;      /* keep: 0 overwrites out, 1 adds to it */
	size_t n;
};

static void run(void (*kernel)(void *, const struct range *), struct elementwise e)
{
	parallel_range(1, e.n, GRAIN, kernel, &e);
}

static real kept(const struct elementwise *e, size_t k)
{
	return e->keep != 0 ? e->out[k] : 0;
}

static void add_range(void *ctx, const struct range *r)
{
	const struct elementwise *e = ctx;

	for (size_t k = r->from; k < r->to; k++)
		e->out[k] = e->a[k] + e->s * e->b[k];
}

void add_scaled(const struct tensor *a, real s, const struct tensor *b, struct tensor *out)
{
	run(add_range,
	    (struct elementwise){out->mem->data, a->mem->data, b->mem->data, s, 0, out->n});
}

static void product_range(void *ctx, const struct range *r)
{
	const struct elementwise *e = ctx;
	size_t k = r->from, to = r->to;

	if (e->b)
		for (; k < to; k++)
			e->out[k] = kept(e, k) + e->s * e->a[k] * e->b[k];
	else
		for (; k < to; k++)
			e->out[k] = kept(e, k) + e->s * e->a[k];
}

void multiply(const struct tensor *a, const struct tensor *b, real s, struct tensor *out,
	      int accumulate)
{
	run(product_range,
	    (struct elementwise){out->mem->data, a->mem->data, b ? b->mem->data : NULL, s,
				 (real)accumulate, out->n});
}

static void relu_range(void *ctx, const struct range *r)
{
	const struct elementwise *e = ctx;

	for (size_t k = r->from; k < r->to; k++)
		e->out[k] = e->a[k] < 0 ? 0 : e->a[k];
}

void relu_forward(const struct tensor *x, struct tensor *y)
{
	run(relu_range, (struct elementwise){.out = y->mem->data, .a = x->mem->data, .n = x->n});
}

static void mask_range(void *ctx, const struct range *r)
{
	const struct elementwise *e = ctx;

	for (size_t k = r->from; k < r->to; k++)
		e->out[k] = kept(e, k) + (e->b[k] > 0 ? e->a[k] : 0);
}

void relu_backward(const struct tensor *y, const struct tensor *dy, struct tensor *dx,
		   int accumulate)
{
	run(mask_range, (struct elementwise){dx->mem->data, dy->mem->data, y->mem->data, 1,
					     (real)accumulate, y->n});
}

static void accumulate_range(void *ctx, const struct range *r)
{
	const struct elementwise *e = ctx;

	for (size_t k = r->from; k < r->to; k++)
		e->out[k] += e->a[k];
}

void accumulate_values(const struct tensor *x, struct tensor *out)
{
	run(accumulate_range,
	    (struct elementwise){.out = out->mem->data, .a = x->mem->data, .n = out->n});
}

struct ema {
	real *dst;
	const real *src;
	real tau, rest;
};

static void ema_range(void *ctx, const struct range *r)
{
	const struct ema *e = ctx;
	real *restrict dst = e->dst;
	const real *restrict src = e->src;

	for (size_t j = r->from; j < r->to; j++)
		dst[j] = e->tau * dst[j] + e->rest * src[j];
}

void ema(struct tensor *dst, const struct tensor *src, real tau, real rest, const double *gate)
{
	struct ema e = {dst->mem->data, src->mem->data, tau, rest};

	if (gate && *gate == 0)
		return;
	parallel_range(1, dst->n, GRAIN, ema_range, &e);
}

void symmetrize(struct tensor *w, const double *gate)
{
	const size_t d = gate && *gate == 0 ? 0 : (size_t)w->shape[0];

	for (size_t i = 0; i < d; i++)
		for (size_t j = 0; j < i; j++)
			w->mem->data[i * d + j] = w->mem->data[j * d + i] =
			    (w->mem->data[i * d + j] + w->mem->data[j * d + i]) / 2;
}
