/*
 * A device for tests whose memory the host cannot touch: its pages are protected except while one of
 * its kernels runs, and its kernels are the CPU's. What reads or writes a value in any other way than
 * through tensor_read(), tensor_write() and kernels ends with a signal. One at a time.
 */
#ifndef SSL_TESTS_FAR_H
#define SSL_TESTS_FAR_H

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/augment/plan.h"
#include "core/base/error.h"
#include "core/tensor/device.h"
#include "core/tensor/kernels.h"
#include "core/tensor/memory.h"

enum { FAR_BYTES = 1 << 29, FAR_ALIGN = 4096 };

static struct {
	char *base;
	size_t used;
	int open; /* kernels that run: a kernel may allocate */
} far;

static void far_protect(int how)
{
	if (far.used && mprotect(far.base, far.used, how))
		BUG("mprotect");
}

static void far_enter(void)
{
	if (!far.open++)
		far_protect(PROT_READ | PROT_WRITE);
}

static void far_leave(void)
{
	if (!--far.open)
		far_protect(PROT_NONE);
}

/* Filled with NaN, so that what was not written shows. */
static void *far_alloc(void *ctx, size_t bytes)
{
	char *p;

	(void)ctx;
	if (!far.base)
		far.base = mmap(NULL, FAR_BYTES, PROT_NONE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	bytes = (bytes + FAR_ALIGN - 1) / FAR_ALIGN * FAR_ALIGN;
	if (far.base == MAP_FAILED || far.used + bytes > FAR_BYTES)
		BUG("no memory far away");
	p = far.base + far.used;
	far.used += bytes;
	far_enter();
	far_protect(PROT_READ | PROT_WRITE);
	memset(p, 0xff, bytes);
	far_leave();
	return p;
}

/* Nothing is given back before far_end(), so that a pointer to what was freed shows too. */
static void far_free(void *ctx, void *block, size_t bytes)
{
	(void)bytes;
	(void)ctx;
	(void)block;
}

static void far_copy(const struct device *d, void *to, const void *from, size_t bytes)
{
	(void)d;
	far_enter();
	memcpy(to, from, bytes);
	far_leave();
}

/* What is posted is on the host only after far_wait() for its place. */
static struct far_posted {
	void *host;
	char bytes[4096];
	size_t n;
} far_posted[DEVICE_POSTS];

static void far_wait(const struct device *d, const void *host)
{
	(void)d;
	for (int i = 0; i < DEVICE_POSTS; i++) {
		struct far_posted *p = &far_posted[i];

		if (!p->host || (host && p->host != host))
			continue;
		memcpy(p->host, p->bytes, p->n);
		p->host = NULL;
	}
}

static void far_post(const struct device *d, void *host, const void *from, size_t bytes)
{
	int i = 0;

	while (i < DEVICE_POSTS && far_posted[i].host)
		i++;
	if (i == DEVICE_POSTS || bytes > sizeof far_posted->bytes)
		BUG("%zu bytes are posted", bytes);
	far_copy(d, far_posted[i].bytes, from, bytes);
	far_posted[i].host = host;
	far_posted[i].n = bytes;
	memset(host, 0xff, bytes);
}

static void far_step(const struct device *d)
{
	(void)d;
}

static void far_mark(const struct device *d, int what)
{
	(void)d;
	(void)what;
}

static void far_mark_end(const struct device *d, double *seconds, int n)
{
	(void)d;
	(void)seconds;
	(void)n;
}

static int far_failed(const struct device *d, struct error *err)
{
	(void)d;
	(void)err;
	return 0;
}

static void far_zero(const struct device *d, void *to, size_t bytes)
{
	(void)d;
	far_enter();
	memset(to, 0, bytes);
	far_leave();
}

/* clang-format off */
#define FAR_KERNEL(name, parameters, arguments)                                                    \
	static void far_##name parameters                                                          \
	{                                                                                          \
		far_enter();                                                                       \
		device_cpu.k->name arguments;                                                      \
		far_leave();                                                                       \
	}

typedef struct tensor T;
typedef const struct tensor X;
FAR_KERNEL(accumulate_values, (X *x, T *out), (x, out))
FAR_KERNEL(add_scaled, (X *a, real s, X *b, T *out), (a, s, b, out))
FAR_KERNEL(ema, (T *dst, X *src, real tau, real rest, const double *gate), (dst, src, tau, rest, gate))
FAR_KERNEL(multiply, (X *a, X *b, real s, T *out, int acc), (a, b, s, out, acc))
FAR_KERNEL(relu_backward, (X *y, X *dy, T *dx, int acc), (y, dy, dx, acc))
FAR_KERNEL(relu_forward, (X *x, T *y), (x, y))
FAR_KERNEL(symmetrize, (T *w, const double *gate), (w, gate))
FAR_KERNEL(sum_backward, (X *x, X *dy, real by, T *dx, int acc), (x, dy, by, dx, acc))
FAR_KERNEL(sum_forward, (X *x, double by, void *scratch, T *y), (x, by, scratch, y))
FAR_KERNEL(sum_squares_backward, (X *x, X *dy, T *dx, int acc), (x, dy, dx, acc))
FAR_KERNEL(sum_squares_forward, (X *x, void *scratch, T *y), (x, scratch, y))
FAR_KERNEL(center_columns, (X *x, T *out, int acc), (x, out, acc))
FAR_KERNEL(center_rows, (X *x, T *out, int acc), (x, out, acc))
FAR_KERNEL(cross_entropy_backward, (const real *p, const int *l, X *dy, T *dx, int acc), (p, l, dy, dx, acc))
FAR_KERNEL(cross_entropy_forward, (X *x, const int *l, real *p, double *rows, T *y), (x, l, p, rows, y))
FAR_KERNEL(l2_normalize_backward, (X *y, X *dy, const double *norm, T *dx, int acc), (y, dy, norm, dx, acc))
FAR_KERNEL(l2_normalize_forward, (X *x, double eps, double *norm, T *y), (x, eps, norm, y))
FAR_KERNEL(linear_backward_bias, (X *dy, T *db, int acc), (dy, db, acc))
FAR_KERNEL(linear_backward_data, (X *dy, X *w, T *dx, int acc, enum precision p), (dy, w, dx, acc, p))
FAR_KERNEL(linear_backward_weights, (X *x, X *dy, T *dw, int acc, enum precision p), (x, dy, dw, acc, p))
FAR_KERNEL(linear_forward, (X *x, X *w, X *b, T *y, enum precision p), (x, w, b, y, p))
FAR_KERNEL(matmul, (int ta, int tb, double s, X *a, X *b, T *c, int acc), (ta, tb, s, a, b, c, acc))
FAR_KERNEL(convolve_backward_data, (const struct conv_shape *s, X *dy, X *w, T *dx, int acc, void *scratch), (s, dy, w, dx, acc, scratch))
FAR_KERNEL(convolve_backward_weights, (const struct conv_shape *s, X *x, X *dy, T *dw, int acc, void *scratch), (s, x, dy, dw, acc, scratch))
FAR_KERNEL(convolve_forward, (const struct conv_shape *s, X *x, X *w, T *y, void *scratch), (s, x, w, y, scratch))
FAR_KERNEL(avgpool_backward, (X *dy, T *dx, int acc), (dy, dx, acc))
FAR_KERNEL(avgpool_forward, (X *x, T *y), (x, y))
FAR_KERNEL(maxpool_backward, (const struct pool_shape *s, X *dy, const uint8_t *where, T *dx, int acc), (s, dy, where, dx, acc))
FAR_KERNEL(maxpool_forward, (const struct pool_shape *s, X *x, T *y, uint8_t *where), (s, x, y, where))
FAR_KERNEL(batchnorm_backward_data, (const struct batchnorm *b, const struct batchnorm_grads *g, T *dx, int acc), (b, g, dx, acc))
FAR_KERNEL(batchnorm_backward_sums, (const struct batchnorm *b, const struct batchnorm_grads *g, void *scratch), (b, g, scratch))
FAR_KERNEL(batchnorm_forward, (const struct batchnorm *b, double eps, double momentum, T *mean, T *var, T *y, void *scratch), (b, eps, momentum, mean, var, y, scratch))
FAR_KERNEL(barlow_backward, (const struct correlation *c, const struct barlow_factors *f, X *dy, struct correlation_slopes *s), (c, f, dy, s))
FAR_KERNEL(barlow_forward, (const struct correlation *c, const struct barlow_factors *f, double *on, T *y), (c, f, on, y))
FAR_KERNEL(correlation_grad_a, (const struct correlation *x, const struct correlation_slopes *s, T *g, int acc), (x, s, g, acc))
FAR_KERNEL(correlation_grad_b, (const struct correlation *x, const struct correlation_slopes *s, T *g, int acc), (x, s, g, acc))
FAR_KERNEL(correlation_init, (struct correlation *x, struct tape *t, X *a, X *b, double m), (x, t, a, b, m))
FAR_KERNEL(nt_xent_backward, (X *u, double temperature, const real *p, real *h, X *dy, T *du, int acc), (u, temperature, p, h, dy, du, acc))
FAR_KERNEL(nt_xent_forward, (X *u, double temperature, real *p, double *rows, double *entropy, double *accuracy, T *y), (u, temperature, p, rows, entropy, accuracy, y))
FAR_KERNEL(spread_backward, (const struct correlation *c, const struct spread_factors *f, X *dy, struct correlation_slopes *s), (c, f, dy, s))
FAR_KERNEL(spread_forward, (const struct correlation *c, const struct spread_factors *f, double *variance, double *covariance, T *y), (c, f, variance, covariance, y))
FAR_KERNEL(both_finite, (const struct device *d, const double *a, const double *b, double *cell), (d, a, b, cell))
FAR_KERNEL(collapse_std_of, (X *z, void *scratch, double *cell), (z, scratch, cell))
FAR_KERNEL(mean_cosine, (X *a, X *b, double least, double *cell), (a, b, least, cell))
FAR_KERNEL(norm_of_all, (T *const *list, int n, double *cell), (list, n, cell))
FAR_KERNEL(scalar_of, (X *y, double *cell), (y, cell))
FAR_KERNEL(top1_percent, (X *logits, const int *labels, double *cell), (logits, labels, cell))
FAR_KERNEL(adam_rule, (const struct update *list, int n), (list, n))
FAR_KERNEL(lars_rule, (const struct update *list, int n), (list, n))
FAR_KERNEL(sgd_rule, (const struct update *list, int n), (list, n))
FAR_KERNEL(spectral_update, (T *f, T *batches, double rho, int center, X *z, const struct spectral_opts *o, T *w, const double *gate), (f, batches, rho, center, z, o, w, gate))
FAR_KERNEL(update_norms, (const struct update_pair *list, int n, struct update_norms *norms), (list, n, norms))
/* clang-format on */

/* The CPU has no such kernel, but augments images in the memory of the host. */
static void far_views_apply(const struct augment_fixed *f, const struct view_images *images,
			    const struct augment_plan *plan, T *x)
{
	const size_t in = (size_t)f->height * (size_t)f->width * (size_t)f->channels;
	const size_t out = x->n / (size_t)x->shape[0];
	void *scratch = aligned_alloc(64, augment_scratch(f));

	far_enter();
	for (int i = 0; i < x->shape[0]; i++) {
		const uint32_t number = images->number ? images->number[i] : (uint32_t)i;
		const uint8_t *image = images->pixels + number * in;
		real *to = x->mem->data + (size_t)i * out;

		if (plan)
			augment_apply(f, &plan[i], image, to, scratch);
		else
			augment_plain(f, image, to, scratch);
	}
	far_leave();
	free(scratch);
}

static const struct kernels far_kernels_but_scratch = {
    .accumulate_values = far_accumulate_values,
    .add_scaled = far_add_scaled,
    .ema = far_ema,
    .multiply = far_multiply,
    .relu_backward = far_relu_backward,
    .relu_forward = far_relu_forward,
    .symmetrize = far_symmetrize,
    .sum_backward = far_sum_backward,
    .sum_forward = far_sum_forward,
    .sum_squares_backward = far_sum_squares_backward,
    .sum_squares_forward = far_sum_squares_forward,
    .center_columns = far_center_columns,
    .center_rows = far_center_rows,
    .cross_entropy_backward = far_cross_entropy_backward,
    .cross_entropy_forward = far_cross_entropy_forward,
    .l2_normalize_backward = far_l2_normalize_backward,
    .l2_normalize_forward = far_l2_normalize_forward,
    .linear_backward_bias = far_linear_backward_bias,
    .linear_backward_data = far_linear_backward_data,
    .linear_backward_weights = far_linear_backward_weights,
    .linear_forward = far_linear_forward,
    .matmul = far_matmul,
    .convolve_backward_data = far_convolve_backward_data,
    .convolve_backward_weights = far_convolve_backward_weights,
    .convolve_forward = far_convolve_forward,
    .avgpool_backward = far_avgpool_backward,
    .avgpool_forward = far_avgpool_forward,
    .maxpool_backward = far_maxpool_backward,
    .maxpool_forward = far_maxpool_forward,
    .batchnorm_backward_data = far_batchnorm_backward_data,
    .batchnorm_backward_sums = far_batchnorm_backward_sums,
    .batchnorm_forward = far_batchnorm_forward,
    .barlow_backward = far_barlow_backward,
    .barlow_forward = far_barlow_forward,
    .correlation_grad_a = far_correlation_grad_a,
    .correlation_grad_b = far_correlation_grad_b,
    .correlation_init = far_correlation_init,
    .nt_xent_backward = far_nt_xent_backward,
    .nt_xent_forward = far_nt_xent_forward,
    .spread_backward = far_spread_backward,
    .spread_forward = far_spread_forward,
    .both_finite = far_both_finite,
    .collapse_std_of = far_collapse_std_of,
    .mean_cosine = far_mean_cosine,
    .norm_of_all = far_norm_of_all,
    .scalar_of = far_scalar_of,
    .top1_percent = far_top1_percent,
    .adam_rule = far_adam_rule,
    .lars_rule = far_lars_rule,
    .sgd_rule = far_sgd_rule,
    .spectral_update = far_spectral_update,
    .update_norms = far_update_norms,
    .views_apply = far_views_apply,
};

static size_t far_free_bytes(const struct device *d)
{
	(void)d;
	return FAR_BYTES - far.used;
}

static struct kernels far_kernels;
static struct device far_device;

/* A kernel that the table above lacks is found here, not by a crash. */
static void far_check(void)
{
	void (*kernel[sizeof far_kernels / sizeof(void (*)(void))])(void);

	memcpy(kernel, &far_kernels, sizeof far_kernels);
	for (size_t i = 0; i < sizeof kernel / sizeof *kernel; i++)
		if (!kernel[i])
			BUG("far.h lacks kernel %zu of struct kernels", i);
}

/* The device, with no memory in use. */
static const struct device *far_begin(void)
{
	far_kernels = far_kernels_but_scratch;
	far_kernels.sum_scratch = device_cpu.k->sum_scratch;
	far_kernels.convolve_scratch = device_cpu.k->convolve_scratch;
	far_kernels.batchnorm_mask = device_cpu.k->batchnorm_mask;
	far_kernels.batchnorm_scratch = device_cpu.k->batchnorm_scratch;
	far_kernels.collapse_std_scratch = device_cpu.k->collapse_std_scratch;
	far_check();
	far_device = (struct device){.name = "far",
				     .about = "",
				     .precisions = "f32",
				     .k = &far_kernels,
				     .memory = {far_alloc, far_free, NULL},
				     .upload = far_copy,
				     .download = far_copy,
				     .post = far_post,
				     .wait = far_wait,
				     .copy = far_copy,
				     .zero = far_zero,
				     .free_bytes = far_free_bytes,
				     .peak_bytes = far_free_bytes,
				     .peak_reset = far_step,
				     .mark_begin = far_step,
				     .mark = far_mark,
				     .mark_end = far_mark_end,
				     .begin = far_step,
				     .end = far_step,
				     .check = far_failed};
	return &far_device;
}

static void far_end(void)
{
	memset(far_posted, 0, sizeof far_posted);
	if (far.base)
		munmap(far.base, FAR_BYTES);
	far.base = NULL;
	far.used = 0;
}

#endif
