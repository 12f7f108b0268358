#include "core/tensor/devices.h"
#include "core/tensor/memory.h"
#include "tests/golden/golden.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(struct golden *g, const char *what, const char *name)
{
	g->checks++;
	g->failures++;
	printf("\n    %s: %s %s\n", g->name, what, name);
}

int golden_has(const struct golden *g, const char *name)
{
	return st_find(&g->st, name) != NULL;
}

const struct device *golden_device(void)
{
	const char *name = getenv("SSL_TEST_DEVICE");
	const struct device *d;
	struct error err;

	if (device_find(name ? name : "cpu", &d, &err)) {
		fprintf(stderr, "%s\n", err.msg);
		exit(1);
	}
	return d;
}

void golden_backward(struct tape *t, struct tensor *y, const struct tensor *dy)
{
	real *host = xmalloc(dy->n * sizeof *host);

	tensor_read(dy, host);
	tape_backward_from(t, y, host);
	free(host);
}

const struct st_entry *golden_entry(struct golden *g, const char *name)
{
	const struct st_entry *e = st_find(&g->st, name);

	if (!e)
		fail(g, "no entry", name);
	return e;
}

const char *golden_text(struct golden *g, const char *key)
{
	const char *s = st_meta(&g->st, key);

	if (!s)
		fail(g, "no metadata", key);
	return s ? s : "";
}

double golden_number(struct golden *g, const char *key)
{
	const char *s = golden_text(g, key);
	char *end;
	double v = strtod(s, &end);

	if (*s && *end)
		fail(g, "metadata is not a number:", key);
	return v;
}

static int is_filter(const struct st_entry *e)
{
	size_t n = strlen(e->name);

	return n >= 6 && !strcmp(e->name + n - 6, "weight");
}

/* The index in our layout of element i of the file: NCHW -> NHWC, and OIHW -> HWIO for filters. */
static size_t our_index(const struct st_entry *e, size_t i)
{
	size_t b, c, d, p, q, r, s;

	if (e->ndim != 4)
		return i;
	b = (size_t)e->shape[1];
	c = (size_t)e->shape[2];
	d = (size_t)e->shape[3];
	s = i % d;
	r = i / d % c;
	q = i / (d * c) % b;
	p = i / (d * c * b);
	if (is_filter(e)) /* p = out, q = in, r = row, s = column */
		return ((r * d + s) * b + q) * (size_t)e->shape[0] + p;
	return ((p * c + r) * d + s) * b + q; /* p = image, q = channel */
}

static int our_shape(const struct st_entry *e, int *shape)
{
	int ndim = e->ndim ? e->ndim : 1;
	int s[4] = {1, 1, 1, 1};

	for (int i = 0; i < e->ndim && i < TENSOR_DIMS; i++)
		s[i] = (int)e->shape[i];
	if (e->ndim != 4)
		memcpy(shape, s, sizeof s);
	else if (is_filter(e))
		memcpy(shape, (int[]){s[2], s[3], s[1], s[0]}, sizeof s);
	else
		memcpy(shape, (int[]){s[0], s[2], s[3], s[1]}, sizeof s);
	return ndim;
}

static double *as_double(struct golden *g, const struct st_entry *e)
{
	double *v = arena_alloc(&g->arena.host, e->n * sizeof *v);

	st_to_double(e, v);
	return v;
}

struct tensor *golden_tensor(struct golden *g, const char *name)
{
	const struct st_entry *e = golden_entry(g, name);
	int shape[TENSOR_DIMS], ndim;
	struct tensor *t;
	double *v;

	if (!e)
		return NULL;
	if (e->ndim > TENSOR_DIMS) {
		fail(g, "too many dimensions:", name);
		return NULL;
	}
	ndim = our_shape(e, shape);
	t = tensor_new(&g->arena, ndim, shape);
	v = as_double(g, e);
	for (size_t i = 0; i < e->n; i++)
		t->mem->data[our_index(e, i)] = (real)v[i];
	return t;
}

static void check_error(struct golden *g, const char *name, double diff, double norm,
			double tolerance)
{
	double error = norm > 0 ? sqrt(diff / norm) : sqrt(diff);

	g->checks++;
	if (!(error <= g->worst)) { /* also when it is NaN */
		g->worst = error;
		snprintf(g->where, sizeof g->where, "%s", name);
	}
	if (!(error <= tolerance)) {
		g->failures++;
		printf("\n    %s: %s: error %.3g exceeds %.1g\n", g->name, name, error, tolerance);
	}
}

void golden_check(struct golden *g, const char *name, const real *got, size_t n, double tolerance)
{
	const struct st_entry *e = golden_entry(g, name);
	double diff = 0, norm = 0, *ref;

	if (!e)
		return;
	if (e->n != n || !got) {
		fail(g, got ? "another number of elements in" : "no result for", name);
		return;
	}
	ref = as_double(g, e);
	for (size_t i = 0; i < n; i++) {
		double d = (double)got[our_index(e, i)] - ref[i];

		diff += d * d;
		norm += ref[i] * ref[i];
	}
	check_error(g, name, diff, norm, tolerance);
}

void golden_check_scalar(struct golden *g, const char *name, double got, double tolerance)
{
	const struct st_entry *e = golden_entry(g, name);
	double ref;

	if (!e)
		return;
	if (e->n != 1) {
		fail(g, "not a scalar:", name);
		return;
	}
	st_to_double(e, &ref);
	check_error(g, name, (got - ref) * (got - ref), ref * ref, tolerance);
}
