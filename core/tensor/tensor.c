#include "core/tensor/tensor.h"

#include <stdio.h>
#include <string.h>

#include "core/base/error.h"

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

struct tensor *tensor_wrap(struct arena *a, real *data, int ndim, const int *shape)
{
	struct tensor *t = arena_zalloc(a, sizeof *t);

	set_shape(t, ndim, shape);
	t->data = data;
	return t;
}

struct tensor *tensor_new(struct arena *a, int ndim, const int *shape)
{
	struct tensor *t = tensor_wrap(a, NULL, ndim, shape);

	t->data = arena_alloc(a, t->n * sizeof(real));
	return t;
}

struct tensor *tensor_view(struct arena *a, const struct tensor *x, size_t from, int ndim,
			   const int *shape)
{
	struct tensor *t = tensor_wrap(a, x->data + from, ndim, shape);

	if (from + t->n > x->n)
		BUG("a view of elements %zu to %zu of %zu", from, from + t->n, x->n);
	return t;
}

struct tensor *tensor_of_host(struct arena *a, real *host, int ndim, const int *shape)
{
	return tensor_wrap(a, host, ndim, shape);
}

void tensor_read(const struct tensor *t, real *host)
{
	memcpy(host, t->data, t->n * sizeof *host);
}

void tensor_write(struct tensor *t, const real *host)
{
	memcpy(t->data, host, t->n * sizeof *host);
}

double tensor_value(const struct tensor *t)
{
	if (t->n != 1)
		BUG("the value of a tensor of %zu elements", t->n);
	return (double)t->data[0];
}

void tensor_zero(struct tensor *t)
{
	memset(t->data, 0, t->n * sizeof *t->data);
}

void tensor_zero_range(struct tensor *t, size_t from, size_t to)
{
	memset(t->data + from, 0, (to - from) * sizeof *t->data);
}

void tensor_copy(struct tensor *to, const struct tensor *from)
{
	if (to->n != from->n)
		BUG("copy of %zu elements to %zu", from->n, to->n);
	memcpy(to->data, from->data, from->n * sizeof *to->data);
}

struct tensor *tensor_new1(struct arena *a, int d0)
{
	return tensor_new(a, 1, &d0);
}

struct tensor *tensor_new2(struct arena *a, int d0, int d1)
{
	return tensor_new(a, 2, (int[]){d0, d1});
}

struct tensor *tensor_new4(struct arena *a, int n, int h, int w, int c)
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
