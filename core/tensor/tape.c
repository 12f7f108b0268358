#include "core/tensor/tape.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/tensor/kernels.h"
#include "core/tensor/memory.h"

/*
 * The memory of a node's gradient. Several nodes can share one, since the two inputs of an addition
 * have the same gradient; each has a tensor of its own shape for it, whose `save` is this record.
 * Shared memory is copied before it is added to.
 */
struct grad {
	void *values;
	enum element element; /* that of the node */
	size_t n;             /* elements */
	int refs;
	struct grad *next; /* in the free list */
};

enum { POOL_FIRST = 64 };

/* The free gradients, in one list per number and type of elements. */
struct tape_pool {
	struct pool_list {
		size_t n;
		enum element element;
		struct grad *head;
	} * list;
	int n, cap;
};

static struct grad *grad_of(const struct tensor *x)
{
	return x->mem->grad->save;
}

void tape_init(struct tape *t, const struct device *device)
{
	memset(t, 0, sizeof *t);
	tensor_arena_init(&t->arena, device);
	tensor_arena_init(&t->scratch, device);
	scalars_init(&t->scalars, device);
	t->k = device->k;
	t->record = t->train = t->groups = 1;
	t->pool = xcalloc(1, sizeof *t->pool);
}

void tape_release(struct tape *t)
{
	tensor_arena_release(&t->arena);
	free(t->node);
	if (t->pool)
		free(t->pool->list);
	free(t->pool);
	tensor_arena_release(&t->scratch);
	scalars_release(&t->scalars);
	memset(t, 0, sizeof *t);
}

void tape_reset(struct tape *t)
{
	t->n = 0;
	t->gradients = t->saved = 0;
	t->n_kept = 0;
	for (int i = 0; i < t->pool->n; i++)
		t->pool->list[i].head = NULL;
	tensor_arena_reset(&t->arena);
	scalars_reset(&t->scalars);
}

void tape_trim(struct tape *t)
{
	tape_reset(t);
	tensor_arena_release(&t->arena);
	tensor_arena_release(&t->scratch);
	t->scratch_block = NULL;
	t->scratch_size = 0;
}

void *tape_alloc(struct tape *t, size_t bytes)
{
	return arena_alloc(&t->arena.host, bytes);
}

void *tape_values(struct tape *t, size_t bytes)
{
	t->saved += bytes;
	return arena_alloc(&t->arena.values, bytes);
}

double *tape_scalar(struct tape *t)
{
	return scalars_cell(&t->scalars);
}

void *tape_upload(struct tape *t, const void *host, size_t bytes)
{
	const struct device *d = t->arena.device;
	void *values = tape_values(t, bytes);

	d->upload(d, values, host, bytes);
	return values;
}

void *tape_scratch(struct tape *t, size_t bytes)
{
	if (bytes > t->scratch_size) {
		tensor_arena_release(&t->scratch);
		t->scratch_block = arena_alloc(&t->scratch.values, bytes);
		t->scratch_size = bytes;
	}
	return t->scratch_block;
}

struct tape_use tape_use(const struct tape *t)
{
	return (struct tape_use){.activations = t->arena.values.used - t->gradients - t->saved,
				 .gradients = t->gradients,
				 .saved = t->saved,
				 .scratch = t->scratch_size,
				 .host = t->arena.host.used};
}

static struct pool_list *pool_find(struct tape_pool *p, size_t n, enum element element)
{
	for (int i = 0; i < p->n; i++)
		if (p->list[i].n == n && p->list[i].element == element)
			return &p->list[i];
	if (p->n == p->cap) {
		p->cap = p->cap ? 2 * p->cap : POOL_FIRST;
		p->list = xrealloc(p->list, (size_t)p->cap * sizeof *p->list);
	}
	p->list[p->n].n = n;
	p->list[p->n].element = element;
	p->list[p->n].head = NULL;
	return &p->list[p->n++];
}

/* Makes g the gradient of x, a node of the tape. */
static void grad_share(struct tape *t, struct tensor *x, struct grad *g)
{
	g->refs++;
	x->mem->grad = tensor_at(&t->arena, g->element, g->values, x->ndim, x->shape);
	x->mem->grad->save = g;
}

/* Gives x a gradient of its own, which is not cleared. */
static void grad_new(struct tape *t, struct tensor *x)
{
	struct pool_list *l = pool_find(t->pool, x->n, x->element);
	const size_t bytes = x->n * tensor_element_size(x->element);
	struct grad *g = l->head;

	if (g) {
		l->head = g->next;
	} else {
		g = tape_alloc(t, sizeof *g);
		g->values = arena_alloc(&t->arena.values, bytes);
		t->gradients += bytes;
		g->element = x->element;
		g->n = x->n;
	}
	g->refs = 0;
	g->next = NULL;
	grad_share(t, x, g);
}

static void grad_drop(struct tape *t, struct grad *g)
{
	struct pool_list *l;

	if (--g->refs)
		return;
	l = pool_find(t->pool, g->n, g->element);
	g->next = l->head;
	l->head = g;
}

struct tensor *tape_append(struct tape *t, const struct op *op, struct tensor *out,
			   struct tensor *const *in, int n_in)
{
	int wanted = 0;

	if (n_in > OP_INPUTS)
		BUG("%s: %d inputs", op->name, n_in);
	profile_mark(t->profile, (enum profile_part)op->part);
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
		if (x && x->needs_grad && !x->op && !x->mem->grad) {
			x->mem->grad = tensor_new_as(&t->arena, x->element, x->ndim, x->shape);
			tensor_zero(x->mem->grad);
		}
	}
	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 256;
		t->node = xrealloc(t->node, (size_t)t->cap * sizeof *t->node);
	}
	t->node[t->n++] = out;
	return out;
}

struct tensor *tape_own_grad(struct tensor *out)
{
	struct grad *shared = grad_of(out);
	const struct tensor *from = out->mem->grad;

	if (shared->refs > 1) {
		grad_new(out->tape, out);
		tensor_copy(out->mem->grad, from);
		grad_drop(out->tape, shared);
	}
	return out->mem->grad;
}

struct tensor *tape_grad(struct tensor *x, int *accumulate)
{
	*accumulate = 1;
	if (!x || !x->needs_grad)
		return NULL;
	if (!x->op)
		return x->mem->grad;
	if (x->mem->grad)
		return tape_own_grad(x);
	*accumulate = 0;
	grad_new(x->tape, x);
	return x->mem->grad;
}

void tape_pass_grad(struct tensor *x, struct tensor *out)
{
	int accumulate;

	if (!x || !x->needs_grad)
		return;
	if (x->n != out->n || x->element != out->element)
		BUG("%s passes a gradient of %zu elements on to %zu, or to another type",
		    out->op->name, out->n, x->n);
	if (x->op && !x->mem->grad)
		grad_share(x->tape, x, grad_of(out));
	else
		out->tape->k->accumulate_values(out->mem->grad, tape_grad(x, &accumulate));
}

void tape_keep(struct tape *t, const struct tensor *x)
{
	if (t->n_kept == TAPE_KEPT)
		BUG("more than %d tensors are kept", TAPE_KEPT);
	t->kept[t->n_kept++] = tensor_values(x);
}

static int is_kept(const struct tape *t, const struct tensor *x)
{
	const char *from = tensor_values(x), *to = from + x->n * tensor_element_size(x->element);

	for (int i = 0; i < t->n_kept; i++)
		if ((const char *)t->kept[i] >= from && (const char *)t->kept[i] < to)
			return 1;
	return 0;
}

/* What the backward pass has gone past is not needed by what comes before it: the values of a node
 * become a free buffer for gradients. A view has none of its own. */
static void recycle(struct tape *t, struct tensor *out)
{
	struct grad *g;

	if (!t->reuse || !out->mem->owned || is_kept(t, out))
		return;
	g = tape_alloc(t, sizeof *g);
	*g = (struct grad){
	    .values = tensor_values(out), .element = out->element, .n = out->n, .refs = 1};
	grad_drop(t, g);
	out->mem->owned = 0; /* given away once */
}

static void run(struct tape *t)
{
	for (int i = t->n - 1; i >= 0; i--) {
		struct tensor *out = t->node[i];

		if (!out->mem->grad)
			continue;
		out->op->backward(out);
		profile_mark(t->profile, (enum profile_part)out->op->part);
		grad_drop(t, grad_of(out));
		out->mem->grad = NULL;
		recycle(t, out);
	}
}

void tape_backward_from(struct tape *t, struct tensor *y, const real *dy)
{
	if (!y->op || y->tape != t)
		BUG("backward from a tensor that is not on the tape");
	grad_new(t, y);
	tensor_write(y->mem->grad, dy);
	run(t);
}

void tape_backward(struct tape *t, struct tensor *loss)
{
	real one = 1;

	if (loss->n != 1)
		BUG("backward from a tensor of %zu elements", loss->n);
	tape_backward_from(t, loss, &one);
}
