#include "core/tensor/tape.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/parallel.h"

/*
 * The gradient buffer of a node: this header, with the values 64 bytes after its start. Several
 * nodes can share a buffer, since the two inputs of an addition have the same gradient; a shared
 * buffer is copied before it is added to.
 */
struct grad {
	size_t n; /* elements */
	int refs;
	struct grad *next; /* in the free list */
};

enum { GRAD_HEADER = 64, POOL_FIRST = 64, CHUNK = 1 << 14 };

/* The free buffers, in one list per number of elements. */
struct tape_pool {
	struct pool_list {
		size_t n;
		struct grad *head;
	} * list;
	int n, cap;
};

static real *values_of(struct grad *g)
{
	return (real *)((char *)g + GRAD_HEADER);
}

static struct grad *header_of(const struct tensor *t)
{
	return (struct grad *)((char *)t->grad - GRAD_HEADER);
}

void tape_init(struct tape *t)
{
	memset(t, 0, sizeof *t);
	t->record = t->train = t->groups = 1;
	t->pool = xcalloc(1, sizeof *t->pool);
}

void tape_release(struct tape *t)
{
	arena_release(&t->arena);
	free(t->node);
	if (t->pool)
		free(t->pool->list);
	free(t->pool);
	arena_release(&t->scratch);
	memset(t, 0, sizeof *t);
}

void tape_reset(struct tape *t)
{
	t->n = 0;
	for (int i = 0; i < t->pool->n; i++)
		t->pool->list[i].head = NULL;
	arena_reset(&t->arena);
}

void *tape_alloc(struct tape *t, size_t bytes)
{
	return arena_alloc(&t->arena, bytes);
}

void *tape_scratch(struct tape *t, size_t bytes)
{
	if (bytes > t->scratch_size) {
		arena_release(&t->scratch);
		t->scratch_block = arena_alloc(&t->scratch, bytes);
		t->scratch_size = bytes;
	}
	return t->scratch_block;
}

static struct pool_list *pool_find(struct tape_pool *p, size_t n)
{
	for (int i = 0; i < p->n; i++)
		if (p->list[i].n == n)
			return &p->list[i];
	if (p->n == p->cap) {
		p->cap = p->cap ? 2 * p->cap : POOL_FIRST;
		p->list = xrealloc(p->list, (size_t)p->cap * sizeof *p->list);
	}
	p->list[p->n].n = n;
	p->list[p->n].head = NULL;
	return &p->list[p->n++];
}

static struct grad *grad_new(struct tape *t, size_t n)
{
	struct pool_list *l = pool_find(t->pool, n);
	struct grad *g = l->head;

	if (g)
		l->head = g->next;
	else
		g = arena_alloc(&t->arena, GRAD_HEADER + n * sizeof(real));
	g->n = n;
	g->refs = 1;
	g->next = NULL;
	return g;
}

static void grad_drop(struct tensor *x)
{
	struct grad *g = header_of(x);

	x->grad = NULL;
	if (--g->refs == 0) {
		struct pool_list *l = pool_find(x->tape->pool, g->n);

		g->next = l->head;
		l->head = g;
	}
}

struct tensor *tape_append(struct tape *t, const struct op *op, struct tensor *out,
			   struct tensor *const *in, int n_in)
{
	int wanted = 0;

	if (n_in > OP_INPUTS)
		BUG("%s: %d inputs", op->name, n_in);
	for (int i = 0; i < n_in; i++)
		wanted |= in[i] && in[i]->needs_grad;
	out->needs_grad = t->record && wanted;
	if (!out->needs_grad)
		return out;
	out->tape = t;
	out->op = op;
	for (int i = 0; i < n_in; i++) {
		struct tensor *x = in[i];

		out->in[i] = x;
		if (x && x->needs_grad && !x->op && !x->grad)
			x->grad = arena_zalloc(&t->arena, x->n * sizeof(real));
	}
	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 256;
		t->node = xrealloc(t->node, (size_t)t->cap * sizeof *t->node);
	}
	t->node[t->n++] = out;
	return out;
}

real *tape_own_grad(struct tensor *out)
{
	struct grad *own;

	if (header_of(out)->refs > 1) {
		own = grad_new(out->tape, out->n);
		memcpy(values_of(own), out->grad, out->n * sizeof(real));
		grad_drop(out);
		out->grad = values_of(own);
	}
	return out->grad;
}

real *tape_grad(struct tensor *x, int *accumulate)
{
	*accumulate = 1;
	if (!x || !x->needs_grad)
		return NULL;
	if (!x->op)
		return x->grad;
	if (x->grad)
		return tape_own_grad(x);
	*accumulate = 0;
	x->grad = values_of(grad_new(x->tape, x->n));
	return x->grad;
}

struct add_job {
	real *to;
	const real *from;
	size_t n;
};

static void add_chunk(void *ctx, int i)
{
	const struct add_job *j = ctx;
	size_t from = (size_t)i * CHUNK, to = from + CHUNK < j->n ? from + CHUNK : j->n;

	for (size_t k = from; k < to; k++)
		j->to[k] += j->from[k];
}

void tape_pass_grad(struct tensor *x, struct tensor *out)
{
	int accumulate;
	struct add_job j;

	if (!x || !x->needs_grad)
		return;
	if (x->n != out->n)
		BUG("%s passes a gradient of %zu elements on to %zu", out->op->name, out->n, x->n);
	if (x->op && !x->grad) {
		x->grad = out->grad;
		header_of(x)->refs++;
		return;
	}
	j = (struct add_job){tape_grad(x, &accumulate), out->grad, x->n};
	parallel_for((int)((x->n + CHUNK - 1) / CHUNK), add_chunk, &j);
}

static void run(struct tape *t)
{
	for (int i = t->n - 1; i >= 0; i--) {
		struct tensor *out = t->node[i];

		if (!out->grad)
			continue;
		out->op->backward(out);
		grad_drop(out);
	}
}

void tape_backward_from(struct tape *t, struct tensor *y, const real *dy)
{
	if (!y->op || y->tape != t)
		BUG("backward from a tensor that is not on the tape");
	y->grad = values_of(grad_new(t, y->n));
	memcpy(y->grad, dy, y->n * sizeof(real));
	run(t);
}

void tape_backward(struct tape *t, struct tensor *loss)
{
	real one = 1;

	if (loss->n != 1)
		BUG("backward from a tensor of %zu elements", loss->n);
	tape_backward_from(t, loss, &one);
}
