#include "tests/cuda/twin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double twin_tolerance(void)
{
	return harness_tolerance(CUDA_REAL);
}

double twin_uniform(struct twin *t)
{
	t->random = t->random * 6364136223846793005u + 1442695040888963407u;
	return (double)(t->random >> 40) / (1 << 24);
}

/* --- tensors ------------------------------------------------------------------------------- */

struct both twin_new(struct twin *t, enum element e, int ndim, const int *shape)
{
	struct both x = {tensor_new(&t->here.arena, ndim, shape),
			 tensor_new_as(&t->there.arena, e, ndim, shape)};

	memset(x.cpu->mem->data, 0xff, x.cpu->n * sizeof(real));
	return x;
}

struct both twin_random(struct twin *t, enum element e, int ndim, const int *shape, double scale,
			double shift)
{
	struct both x = twin_new(t, e, ndim, shape);

	for (size_t i = 0; i < x.cpu->n; i++)
		x.cpu->mem->data[i] = (real)((twin_uniform(t) * 2 - 1) * scale + shift);
	tensor_write(x.gpu, x.cpu->mem->data);
	tensor_read(x.gpu, x.cpu->mem->data); /* as they were rounded */
	return x;
}

struct both twin_random2(struct twin *t, int rows, int cols, double scale, double shift)
{
	return twin_random(t, ELEMENT_REAL, 2, (int[]){rows, cols}, scale, shift);
}

struct both twin_new2(struct twin *t, int rows, int cols)
{
	return twin_new(t, ELEMENT_REAL, 2, (int[]){rows, cols});
}

struct both twin_view(struct twin *t, struct both x, size_t from, int ndim, const int *shape)
{
	return (struct both){tensor_view(&t->here.arena, x.cpu, from, ndim, shape),
			     tensor_view(&t->there.arena, x.gpu, from, ndim, shape)};
}

void twin_set(struct both x, size_t i, double v)
{
	real *values = xmalloc(x.gpu->n * sizeof *values);

	tensor_read(x.gpu, values);
	values[i] = x.cpu->mem->data[i] = (real)v;
	tensor_write(x.gpu, values);
	free(values);
}

struct both_bytes twin_bytes(struct twin *t, size_t bytes)
{
	struct both_bytes x = {tape_values(&t->here, bytes), tape_values(&t->there, bytes), bytes};

	memset(x.cpu, 0xff, bytes);
	return x;
}

struct both_bytes twin_put(struct twin *t, const void *host, size_t bytes)
{
	struct both_bytes x = twin_bytes(t, bytes);

	memcpy(x.cpu, host, bytes);
	t->c->device.upload(&t->c->device, x.gpu, host, bytes);
	return x;
}

/* --- comparing ----------------------------------------------------------------------------- */

static void digest(struct twin *t, const void *p, size_t bytes)
{
	const unsigned char *c = p;

	for (size_t i = 0; i < bytes; i++)
		t->digest = (t->digest ^ c[i]) * 1099511628211u;
}

void twin_compare(struct twin *t, const char *what, struct both x, double tolerance)
{
	const size_t n = x.cpu->n;
	double *got = xcalloc(n + 1, sizeof *got), *ref = xcalloc(n + 1, sizeof *ref);
	real *values = xcalloc(n + 1, sizeof *values);

	tensor_read(x.gpu, values);
	digest(t, values, n * sizeof *values);
	for (size_t i = 0; i < n; i++) {
		got[i] = (double)values[i];
		ref[i] = (double)x.cpu->mem->data[i];
	}
	if (x.gpu->element == ELEMENT_BF16 && tolerance < harness_tolerance(CUDA_BF16))
		tolerance = harness_tolerance(CUDA_BF16);
	harness_compare(what, got, ref, n, tolerance);
	free(got);
	free(ref);
	free(values);
}

static int same(double a, double b)
{
	return (a == b && !signbit(a) == !signbit(b)) || (a != a && b != b);
}

void twin_equal(struct twin *t, const char *what, struct both x)
{
	real *got = xcalloc(x.cpu->n + 1, sizeof *got);
	const real *ref = x.cpu->mem->data;
	size_t i = 0;

	tensor_read(x.gpu, got);
	digest(t, got, x.cpu->n * sizeof *got);
	while (i < x.cpu->n && same((double)got[i], (double)ref[i]))
		i++;
	CU_ASSERT(i == x.cpu->n);
	if (i < x.cpu->n)
		printf("\n    %s: element %zu of %zu is %g and not %g\n", what, i, x.cpu->n,
		       (double)got[i], (double)ref[i]);
	free(got);
}

static void *read_bytes(struct twin *t, struct both_bytes x)
{
	void *p = xmalloc(x.n + 1);

	t->c->device.download(&t->c->device, p, x.gpu, x.n);
	digest(t, p, x.n);
	return p;
}

void twin_compare_doubles(struct twin *t, const char *what, struct both_bytes x, double tolerance)
{
	double *got = read_bytes(t, x);

	harness_compare(what, got, x.cpu, x.n / sizeof *got, tolerance);
	free(got);
}

void twin_same(struct twin *t, const char *what, struct both_bytes x)
{
	unsigned char *got = read_bytes(t, x);

	CU_ASSERT(!memcmp(got, x.cpu, x.n));
	if (memcmp(got, x.cpu, x.n))
		printf("\n    %s: other bytes\n", what);
	free(got);
}

/* --- orders -------------------------------------------------------------------------------- */

static uint64_t run_once(void (*fn)(struct twin *t), enum element e)
{
	struct twin t = {
	    .cpu = device_cpu.k, .element = e, .random = 1, .digest = 14695981039346656037u};
	struct error err;

	if (cuda_device_open("cuda-shim", 0, &t.c, &err)) {
		fprintf(stderr, "%s\n", err.msg);
		abort();
	}
	t.gpu = t.c->device.k;
	tape_init(&t.here, &device_cpu);
	tape_init(&t.there, &t.c->device);
	fn(&t);
	CU_ASSERT(!t.c->device.check(&t.c->device, &err));
	if (cuda_failed(t.c))
		printf("\n    %s\n", err.msg);
	tape_release(&t.here);
	tape_release(&t.there);
	CU_ASSERT(t.c->used == t.c->workspace_size);
	cuda_device_close(t.c);
	CU_ASSERT(shim_live() == 0);
	return t.digest;
}

void twin_run(void (*fn)(struct twin *t), int bf16)
{
	const char *only = getenv("SHIM_ORDER");
	const int one = only && *only, from = one ? (int)strtol(only, NULL, 10) : 0;
	const int orders = shim_watcher || one ? from + 1 : SHIM_ORDERS;
	const int types = bf16 && !REAL_IS_DOUBLE ? 2 : 1;

	for (int i = 0; i < 2 * types; i++) {
		uint64_t first = 0;

		shim_device.multiprocessors = i & 1 ? 12 : 1;
		for (int order = from; order < orders; order++) {
			uint64_t bits;

			shim_set_order(order);
			bits = run_once(fn, i > 1 ? ELEMENT_BF16 : ELEMENT_REAL);
			first = order > from ? first : bits;
			CU_ASSERT(bits == first);
			if (bits != first)
				printf("\n    other bits in order %s\n", shim_order_name(order));
		}
	}
	shim_set_order(0);
}
