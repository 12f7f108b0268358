#include "core/tensor/tensor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/tensor/memory.h"

static void set_shape(struct tensor *t, int ndim, const int *shape)
{
	if (ndim < 1 || ndim > TENSOR_DIMS)
		BUG("tensor of %d dimensions", ndim);
	t->ndim = ndim;
	t->n = 1;
	for (int i = 0; i < ndim; i++) {
		if (shape[i] < 0)
			BUG("dimension %d is %d", i, shape[i]);
		t->shape[i] = shape[i];
		t->n *= (size_t)shape[i];
	}
}

void tensor_arena_init(struct tensor_arena *a, const struct device *device)
{
	*a = (struct tensor_arena){.device = device};
	a->values.source = device->memory.alloc ? &device->memory : NULL;
}

void tensor_arena_reset(struct tensor_arena *a)
{
	arena_reset(&a->host);
	arena_reset(&a->values);
}

void tensor_arena_release(struct tensor_arena *a)
{
	arena_release(&a->host);
	arena_release(&a->values);
}

size_t tensor_arena_peak(const struct tensor_arena *a)
{
	return a->host.peak + a->values.peak;
}

/* A tensor and the record of its memory. */
struct whole {
	struct tensor t;
	struct memory mem;
};

struct tensor *tensor_wrap(struct tensor_arena *a, real *data, int ndim, const int *shape)
{
	struct whole *w = arena_zalloc(&a->host, sizeof *w);

	set_shape(&w->t, ndim, shape);
	w->t.mem = &w->mem;
	w->mem.device = a->device;
	w->mem.data = data;
	return &w->t;
}

size_t tensor_element_size(enum element e)
{
	return e == ELEMENT_BF16 ? sizeof(uint16_t) : sizeof(real);
}

static size_t bytes_of(const struct tensor *t)
{
	return t->n * tensor_element_size(t->element);
}

/* Where element i is, in the memory of the device. */
static void *place_of(const struct tensor *t, size_t i)
{
	return t->element == ELEMENT_BF16 ? (void *)(t->mem->bits + i) : (void *)(t->mem->data + i);
}

void *tensor_values(const struct tensor *t)
{
	return place_of(t, 0);
}

static void set_place(struct tensor *t, enum element element, void *values)
{
	t->element = element;
	t->mem->data = element == ELEMENT_REAL ? values : NULL;
	t->mem->bits = element == ELEMENT_BF16 ? values : NULL;
}

struct tensor *tensor_at(struct tensor_arena *a, enum element element, void *values, int ndim,
			 const int *shape)
{
	struct tensor *t = tensor_wrap(a, NULL, ndim, shape);

	set_place(t, element, values);
	return t;
}

struct tensor *tensor_new_as(struct tensor_arena *a, enum element element, int ndim,
			     const int *shape)
{
	struct tensor *t = tensor_wrap(a, NULL, ndim, shape);

	if (element != ELEMENT_REAL && a->device == &device_cpu)
		BUG("the CPU's kernels need real values");
	set_place(t, element, arena_alloc(&a->values, t->n * tensor_element_size(element)));
	t->mem->owned = 1;
	return t;
}

struct tensor *tensor_new(struct tensor_arena *a, int ndim, const int *shape)
{
	return tensor_new_as(a, ELEMENT_REAL, ndim, shape);
}

struct tensor *tensor_view(struct tensor_arena *a, const struct tensor *x, size_t from, int ndim,
			   const int *shape)
{
	struct tensor *t = tensor_wrap(a, NULL, ndim, shape);

	if (from + t->n > x->n)
		BUG("a view of elements %zu to %zu of %zu", from, from + t->n, x->n);
	set_place(t, x->element, place_of(x, from));
	return t;
}

struct tensor *tensor_of_host(struct tensor_arena *a, real *host, int ndim, const int *shape)
{
	struct tensor *t;

	if (a->device->is_host)
		return tensor_wrap(a, host, ndim, shape);
	t = tensor_new(a, ndim, shape);
	tensor_write(t, host);
	return t;
}

/* The upper half of x as a float, rounded to the nearest, to even where two are as near. */
static uint16_t to_bf16(real x)
{
	float single = (float)x;
	uint32_t bits;

	memcpy(&bits, &single, sizeof bits);
	if (single != single)
		return (uint16_t)(bits >> 16 | 0x40); /* a NaN stays one */
	return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static real of_bf16(uint16_t half)
{
	uint32_t bits = (uint32_t)half << 16;
	float single;

	memcpy(&single, &bits, sizeof single);
	return (real)single;
}

static void read_bf16(const struct tensor *t, real *host)
{
	const struct device *d = t->mem->device;
	uint16_t *half = xmalloc(bytes_of(t));

	d->download(d, half, t->mem->bits, bytes_of(t));
	for (size_t i = 0; i < t->n; i++)
		host[i] = of_bf16(half[i]);
	free(half);
}

static void write_bf16(struct tensor *t, const real *host)
{
	const struct device *d = t->mem->device;
	uint16_t *half = xmalloc(bytes_of(t));

	for (size_t i = 0; i < t->n; i++)
		half[i] = to_bf16(host[i]);
	d->upload(d, t->mem->bits, half, bytes_of(t));
	free(half);
}

void tensor_read(const struct tensor *t, real *host)
{
	const struct device *d = t->mem->device;

	if (t->element == ELEMENT_BF16)
		read_bf16(t, host);
	else
		d->download(d, host, t->mem->data, bytes_of(t));
}

void tensor_write(struct tensor *t, const real *host)
{
	const struct device *d = t->mem->device;

	if (t->element == ELEMENT_BF16)
		write_bf16(t, host);
	else
		d->upload(d, t->mem->data, host, bytes_of(t));
}

struct tensor *tensor_grad(const struct tensor *t)
{
	return t->mem->grad;
}

const struct kernels *tensor_kernels(const struct tensor *t)
{
	return t->mem->device->k;
}

double tensor_value(const struct tensor *t)
{
	real value;

	if (t->n != 1)
		BUG("the value of a tensor of %zu elements", t->n);
	tensor_read(t, &value);
	return (double)value;
}

void tensor_zero(struct tensor *t)
{
	tensor_zero_range(t, 0, t->n);
}

void tensor_zero_range(struct tensor *t, size_t from, size_t to)
{
	const struct device *d = t->mem->device;

	if (from > to || to > t->n)
		BUG("elements %zu to %zu of %zu are cleared", from, to, t->n);
	d->zero(d, place_of(t, from), (to - from) * tensor_element_size(t->element));
}

void tensor_copy(struct tensor *to, const struct tensor *from)
{
	const struct device *d = to->mem->device;

	if (to->n != from->n || to->element != from->element)
		BUG("copy of %zu elements to %zu, or of another type", from->n, to->n);
	d->copy(d, place_of(to, 0), place_of(from, 0), bytes_of(to));
}

struct tensor *tensor_new1(struct tensor_arena *a, int d0)
{
	return tensor_new(a, 1, &d0);
}

struct tensor *tensor_new2(struct tensor_arena *a, int d0, int d1)
{
	return tensor_new(a, 2, (int[]){d0, d1});
}

struct tensor *tensor_new4(struct tensor_arena *a, int n, int h, int w, int c)
{
	return tensor_new(a, 4, (int[]){n, h, w, c});
}

int tensor_same_shape(const struct tensor *a, const struct tensor *b)
{
	return a->ndim == b->ndim &&
	       !memcmp(a->shape, b->shape, (size_t)a->ndim * sizeof *a->shape);
}

size_t tensor_rows(const struct tensor *t)
{
	size_t rows = 1;

	for (int i = 0; i < t->ndim - 1; i++)
		rows *= (size_t)t->shape[i];
	return rows;
}

int tensor_cols(const struct tensor *t)
{
	return t->shape[t->ndim - 1];
}

const char *tensor_shape_text(const struct tensor *t, char *buf, size_t size)
{
	size_t at = 0;

	for (int i = 0; i < t->ndim && at < size; i++)
		at += (size_t)snprintf(buf + at, size - at, "%s%d", i ? ", " : "[", t->shape[i]);
	if (at < size)
		snprintf(buf + at, size - at, "]");
	return buf;
}
