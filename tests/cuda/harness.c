#include "tests/cuda/harness.h"

#include <dlfcn.h>
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

static void keep(void ***list, int *n, void *p)
{
	*list = xrealloc(*list, (size_t)(*n + 1) * sizeof **list);
	(*list)[(*n)++] = p;
}

double *harness_host(struct harness *h, size_t n)
{
	double *v = xcalloc(n ? n : 1, sizeof *v);

	keep(&h->host, &h->n_host, v);
	return v;
}

double *harness_random(struct harness *h, size_t n, double scale, double shift)
{
	double *v = harness_host(h, n);

	for (size_t i = 0; i < n; i++) {
		h->random = h->random * 6364136223846793005u + 1442695040888963407u;
		v[i] = ((double)(h->random >> 40) / (1 << 24) * 2 - 1) * scale + shift;
	}
	return v;
}

/* --- elements ------------------------------------------------------------------------------ */

static uint16_t to_bf16(double d)
{
	const float f = (float)d;
	uint32_t u;

	memcpy(&u, &f, sizeof u);
	return (uint16_t)((u + 0x7fff + (u >> 16 & 1)) >> 16);
}

static double of_bf16(uint16_t bits)
{
	const uint32_t u = (uint32_t)bits << 16;
	float f;

	memcpy(&f, &u, sizeof f);
	return (double)f;
}

static void set_element(enum cuda_type type, void *p, size_t i, double v)
{
	if (type == CUDA_F64)
		((double *)p)[i] = v;
	else if (type == CUDA_F32)
		((float *)p)[i] = (float)v;
	else
		((uint16_t *)p)[i] = to_bf16(v);
}

static double element(enum cuda_type type, const void *p, size_t i)
{
	if (type == CUDA_F64)
		return ((const double *)p)[i];
	return type == CUDA_F32 ? (double)((const float *)p)[i] : of_bf16(((const uint16_t *)p)[i]);
}

void *harness_new(struct harness *h, size_t bytes)
{
	struct error err;
	void *p;

	if (cuda_alloc(&h->q, bytes, &p, &err)) {
		fprintf(stderr, "%s\n", err.msg);
		abort();
	}
	keep(&h->memory, &h->n, p);
	return p;
}

void *harness_put(struct harness *h, enum cuda_type type, double *v, size_t n)
{
	const size_t bytes = n * cuda_type_bytes(type);
	void *p = harness_new(h, bytes), *host = xmalloc(bytes);
	struct error err;

	for (size_t i = 0; i < n; i++) {
		set_element(type, host, i, v[i]);
		v[i] = element(type, host, i);
	}
	CU_ASSERT(!cuda_upload(&h->q, p, host, bytes, &err));
	free(host);
	return p;
}

double *harness_get(struct harness *h, enum cuda_type type, const void *p, size_t n)
{
	const size_t bytes = n * cuda_type_bytes(type);
	unsigned char *host = xmalloc(bytes);
	double *v = harness_host(h, n);
	struct error err;

	CU_ASSERT(!cuda_download(&h->q, host, p, bytes, &err));
	for (size_t i = 0; i < n; i++)
		v[i] = element(type, host, i);
	for (size_t i = 0; i < bytes; i++)
		h->digest = (h->digest ^ host[i]) * 1099511628211u;
	free(host);
	return v;
}

double harness_tolerance(enum cuda_type type)
{
	return type == CUDA_BF16 ? 4e-3 : type == CUDA_F32 ? 1e-5 : 1e-12;
}

double harness_error(const double *got, const double *ref, size_t n)
{
	double diff = 0, norm = 0;

	for (size_t i = 0; i < n; i++) {
		diff += (got[i] - ref[i]) * (got[i] - ref[i]);
		norm += ref[i] * ref[i];
	}
	return sqrt(norm > 0 ? diff / norm : diff);
}

void harness_compare(const char *what, const double *got, const double *ref, size_t n,
		     double tolerance)
{
	const double error = harness_error(got, ref, n);

	CU_ASSERT(error <= tolerance);
	if (!(error <= tolerance))
		printf("\n    %s: error %.3g exceeds %.1g\n", what, error, tolerance);
}

struct cuda_libraries *harness_libraries(void)
{
	static struct cuda_libraries libraries;
	struct cuda_places places = cuda_places_default();
	struct error err;

	if (!libraries.blas_library && cuda_libraries_load(&libraries, &places, &err)) {
		fprintf(stderr, "%s\n", err.msg);
		exit(1);
	}
	return &libraries;
}

long harness_live(const struct cuda_libraries *l)
{
	long (*blas)(void), (*dnn)(void);

	*(void **)&blas = dlsym(l->blas_library, "fake_live");
	*(void **)&dnn = dlsym(l->dnn_library, "fake_live");
	CU_ASSERT_FATAL(blas != NULL && dnn != NULL);
	return blas() + dnn();
}

void harness_must_abort(const char *words, void (*fn)(struct harness *h))
{
	char text[1024] = "";
	size_t n = 0;
	ssize_t got;
	int p[2], status = 0;
	pid_t child;

	CU_ASSERT_FATAL(!pipe(p));
	fflush(stdout);
	child = fork();
	if (!child) {
		struct harness h;

		dup2(p[1], 2);
		harness_open(&h, CUDA_REAL);
		fn(&h);
		_exit(0);
	}
	close(p[1]);
	while (n < sizeof text - 1 && (got = read(p[0], text + n, sizeof text - 1 - n)) > 0)
		n += (size_t)got;
	close(p[0]);
	waitpid(child, &status, 0);
	CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	CU_ASSERT(strstr(text, words) != NULL);
	if (!strstr(text, words))
		printf("\n    %s: not in: %s\n", words, text);
}

/* --- golden vectors ------------------------------------------------------------------------ */

void harness_golden(struct safetensors *st, const char *name)
{
	const char *top = getenv("SSL_SOURCE_DIR");
	struct error err;
	char path[512];

	snprintf(path, sizeof path, "%s/tests/golden/%s.safetensors", top ? top : ".", name);
	if (st_open(path, st, &err)) {
		fprintf(stderr, "%s\n", err.msg);
		exit(1);
	}
}

double *harness_entry(struct harness *h, const struct safetensors *st, const char *name, size_t *n)
{
	const struct st_entry *e = st_find(st, name);
	double *file, *v;
	size_t c, hw;

	if (!e)
		return NULL;
	*n = e->n;
	v = harness_host(h, e->n);
	if (e->ndim != 4) {
		st_to_double(e, v);
		return v;
	}
	/* {P, C, H, W} -> {P, H, W, C}, for images and for filters */
	file = harness_host(h, e->n);
	st_to_double(e, file);
	c = (size_t)e->shape[1];
	hw = (size_t)(e->shape[2] * e->shape[3]);
	for (size_t i = 0; i < e->n; i++)
		v[(i / (c * hw) * hw + i % hw) * c + i / hw % c] = file[i];
	return v;
}

double harness_number(const struct safetensors *st, const char *key)
{
	const char *s = st_meta(st, key);

	CU_ASSERT_FATAL(s != NULL);
	return strtod(s, NULL);
}

int harness_size(const struct safetensors *st, const char *name, int i)
{
	const struct st_entry *e = st_find(st, name);

	CU_ASSERT_FATAL(e != NULL && i < e->ndim);
	return (int)e->shape[i];
}

/* --- orders -------------------------------------------------------------------------------- */

void harness_open(struct harness *h, enum cuda_type type)
{
	struct error err;

	*h = (struct harness){.type = type, .digest = 14695981039346656037u, .random = 1};
	if (cuda_queue_open(&h->q, 0, &err)) {
		fprintf(stderr, "%s\n", err.msg);
		abort();
	}
}

void harness_close(struct harness *h)
{
	for (int i = 0; i < h->n; i++)
		cuda_free(&h->q, h->memory[i]);
	for (int i = 0; i < h->n_host; i++)
		free(h->host[i]);
	free(h->memory);
	free(h->host);
	cuda_queue_close(&h->q);
	CU_ASSERT(shim_live() == 0);
}

static uint64_t run_once(void (*fn)(struct harness *h), enum cuda_type type)
{
	struct harness h;

	harness_open(&h, type);
	fn(&h);
	harness_close(&h);
	return h.digest;
}

void harness_run(void (*fn)(struct harness *h), int bf16)
{
	const char *only = getenv("SHIM_ORDER");
	const int one = only && *only, from = one ? (int)strtol(only, NULL, 10) : 0;
	const int orders = shim_watcher || one ? from + 1 : SHIM_ORDERS;
	const int types = bf16 && !REAL_IS_DOUBLE ? 2 : 1;

	for (int i = 0; i < 2 * types; i++) {
		uint64_t first = 0;

		shim_device.multiprocessors = i & 1 ? 12 : 1;
		for (int order = from; order < orders; order++) {
			uint64_t digest;

			shim_set_order(order);
			digest = run_once(fn, i > 1 ? CUDA_BF16 : CUDA_REAL);
			first = order > from ? first : digest;
			CU_ASSERT(digest == first);
			if (digest != first)
				printf("\n    other bits in order %s\n", shim_order_name(order));
		}
	}
	shim_set_order(0);
}
