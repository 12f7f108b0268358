#include "core/tensor/cuda/device.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/tensor/cuda/marks.h"
#include "core/tensor/cuda/plans.h"
#include "core/tensor/cuda/posts.h"
#include "core/tensor/cuda/step.h"
#include "core/tensor/cuda/table.h"

/* What a device that has failed hands out: never read or written, since nothing is launched. */
static void *const nowhere = (void *)(uintptr_t)4096;

int cuda_check(struct cuda_device *c, int failed, const struct error *err)
{
	if (failed && !cuda_failed(c))
		c->failed = *err;
	return cuda_failed(c);
}

/* --- memory -------------------------------------------------------------------------------- */

static void *alloc_block(void *ctx, size_t bytes)
{
	struct cuda_device *c = ctx;
	struct error err;
	void *p;

	if (cuda_failed(c) || cuda_check(c, cuda_alloc(&c->q, bytes, &p, &err), &err))
		return nowhere;
	cuda_step_changed(c->step);
	c->used += bytes;
	c->peak = c->used > c->peak ? c->used : c->peak;
	return p;
}

static void free_block(void *ctx, void *block, size_t bytes)
{
	struct cuda_device *c = ctx;

	if (block == nowhere)
		return;
	cuda_step_free(c->step, block);
	c->used -= bytes;
}

void *cuda_workspace(struct cuda_device *c, size_t bytes)
{
	if (bytes > c->workspace_size) {
		if (c->workspace_size)
			free_block(c, c->workspace, c->workspace_size);
		c->workspace = alloc_block(c, bytes);
		c->workspace_size = c->workspace == nowhere ? 0 : bytes;
	}
	return cuda_failed(c) ? NULL : c->workspace;
}

/* --- what struct device asks for ----------------------------------------------------------- */

/* Ends the part of a captured step that comes before something that the host waits for, and begins
 * the part after it. */
static int pause_step(struct cuda_device *c)
{
	struct error err;

	return cuda_failed(c) || cuda_check(c, cuda_step_pause(c->step, &err), &err);
}

static void resume_step(struct cuda_device *c)
{
	struct error err;

	if (!cuda_failed(c))
		cuda_check(c, cuda_step_resume(c->step, &err), &err);
}

static void upload(const struct device *d, void *to, const void *host, size_t bytes)
{
	struct cuda_device *c = cuda_device_of(d);
	struct error err;

	if (!bytes || cuda_failed(c))
		return;
	if (cuda_step_is_open(c->step))
		cuda_check(c, cuda_step_upload(c->step, to, host, bytes, &err), &err);
	else
		cuda_check(c, cuda_upload(&c->q, to, host, bytes, &err), &err);
}

/* What cannot be read is NaN. */
static void download(const struct device *d, void *host, const void *from, size_t bytes)
{
	struct cuda_device *c = cuda_device_of(d);
	struct error err;

	if (!bytes)
		return;
	if (pause_step(c) || cuda_check(c, cuda_download(&c->q, host, from, bytes, &err), &err))
		memset(host, 0xff, bytes);
	resume_step(c);
}

/* An event has to be recorded outside of a graph. This is the end of a step, so that what comes
 * after it is launched as it comes. */
static void post(const struct device *d, void *host, const void *from, size_t bytes)
{
	struct cuda_device *c = cuda_device_of(d);
	struct error err;

	if (pause_step(c) || cuda_check(c, cuda_post(c->posts, host, from, bytes, &err), &err))
		memset(host, 0xff, bytes);
}

static void wait(const struct device *d, const void *host)
{
	struct cuda_device *c = cuda_device_of(d);
	struct error err;

	pause_step(c);
	cuda_check(c, cuda_post_wait(c->posts, host, &err), &err);
	if (!host && !cuda_failed(c))
		cuda_check(c, cuda_sync(&c->q, &err), &err);
	resume_step(c);
}

static void copy(const struct device *d, void *to, const void *from, size_t bytes)
{
	struct cuda_device *c = cuda_device_of(d);
	struct error err;

	if (bytes && !cuda_failed(c))
		cuda_check(c, cuda_copy(&c->q, to, from, bytes, &err), &err);
}

static void zero(const struct device *d, void *to, size_t bytes)
{
	struct cuda_device *c = cuda_device_of(d);
	struct error err;

	if (bytes && !cuda_failed(c))
		cuda_check(c, cuda_zero(&c->q, to, bytes, &err), &err);
}

static size_t peak_bytes(const struct device *d)
{
	return cuda_device_of(d)->peak;
}

static void peak_reset(const struct device *d)
{
	struct cuda_device *c = cuda_device_of(d);

	c->peak = c->used;
}

static size_t free_bytes(const struct device *d)
{
	struct cuda_device *c = cuda_device_of(d);
	struct error err;
	size_t bytes;

	if (cuda_failed(c) || cuda_check(c, cuda_free_bytes(&c->q, &bytes, &err), &err))
		return 0;
	return bytes;
}

static void begin(const struct device *d)
{
	struct cuda_device *c = cuda_device_of(d);
	struct error err;

	if (!cuda_failed(c))
		cuda_check(c, cuda_step_begin(c->step, !c->times, &err), &err);
}

static void end(const struct device *d)
{
	struct cuda_device *c = cuda_device_of(d);
	struct error err;

	cuda_check(c, cuda_step_end(c->step, &err), &err);
}

static void mark_begin(const struct device *d)
{
	struct cuda_device *c = cuda_device_of(d);
	struct error err;

	c->times = 1;
	if (!cuda_failed(c))
		cuda_check(c, cuda_marks_begin(c->marks, &err), &err);
}

static void mark(const struct device *d, int what)
{
	struct cuda_device *c = cuda_device_of(d);
	struct error err;

	if (!cuda_failed(c))
		cuda_check(c, cuda_marks_mark(c->marks, what, &err), &err);
}

static void mark_end(const struct device *d, double *seconds, int n)
{
	struct cuda_device *c = cuda_device_of(d);
	struct error err;

	c->times = 0;
	if (!cuda_failed(c))
		cuda_check(c, cuda_marks_end(c->marks, seconds, n, &err), &err);
}

static int check(const struct device *d, struct error *err)
{
	const struct cuda_device *c = cuda_device_of(d);

	if (!cuda_failed(c))
		return 0;
	return error_set(err, c->failed.code, "%s", c->failed.msg);
}

/* Plans that have been launched are not removed before they are done. */
static void use_engines(const struct device *d, const struct engine_table *t)
{
	struct cuda_device *c = cuda_device_of(d);

	wait(d, NULL);
	cuda_plans_use(c->plans, t);
}

static void time_engines(const struct device *d, struct engine_table *t)
{
	struct cuda_device *c = cuda_device_of(d);

	wait(d, NULL);
	cuda_plans_time(c->plans, t);
}

/* --- opening ------------------------------------------------------------------------------- */

/* Variables of the environment that change results of the libraries. */
static const char *const variables[] = {"NVIDIA_TF32_OVERRIDE", "CUBLAS_EMULATE_SINGLE_PRECISION",
					"CUBLAS_EMULATE_DOUBLE_PRECISION"};

static void describe(struct cuda_device *c)
{
	const size_t dnn = c->libraries.dnn.version();
	int blas = 0, n;

	c->libraries.blas.version(c->blas.handle, &blas);
	n = snprintf(c->about, sizeof c->about,
		     "%s, driver %s, CUDA %s, cuBLAS %d.%d.%d, cuDNN %zu.%zu.%zu", c->q.card.name,
		     c->q.card.driver, c->q.card.runtime, blas / 10000, blas / 100 % 100,
		     blas % 100, dnn / 10000, dnn / 100 % 100, dnn % 100);
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
		if (getenv(variables[i]) && n < (int)sizeof c->about)
			n += snprintf(c->about + n, sizeof c->about - (size_t)n, ", %s=%.8s",
				      variables[i], getenv(variables[i]));
}

static int open_parts(struct cuda_device *c, int number, struct error *err)
{
	const struct cuda_places places = cuda_places_default();

	if (cuda_queue_open(&c->q, number, err) ||
	    cuda_libraries_load(&c->libraries, &places, err) ||
	    cuda_blas_open(&c->blas, &c->libraries.blas, &c->q, err) ||
	    cuda_dnn_open(&c->dnn, &c->libraries.dnn, &c->q, err))
		return -1;
	return cuda_posts_open(&c->posts, &c->q, err) || cuda_step_open(&c->step, &c->q, err);
}

int cuda_device_open(const char *name, int number, struct cuda_device **out, struct error *err)
{
	struct cuda_device *c = xcalloc(1, sizeof *c);

	if (open_parts(c, number, err)) {
		cuda_device_close(c);
		return -1;
	}
	describe(c);
	c->plans = cuda_plans_new(&c->dnn, &c->q);
	c->marks = cuda_marks_new(&c->q);
	c->q.failed = &c->failed;
	c->device = (struct device){.name = name,
				    .about = c->about,
				    .precisions = "f32|tf32|bf16",
				    .k = &cuda_kernels,
				    .memory = {alloc_block, free_block, c},
				    .upload = upload,
				    .download = download,
				    .post = post,
				    .wait = wait,
				    .copy = copy,
				    .zero = zero,
				    .free_bytes = free_bytes,
				    .peak_bytes = peak_bytes,
				    .peak_reset = peak_reset,
				    .begin = begin,
				    .end = end,
				    .mark_begin = mark_begin,
				    .mark = mark,
				    .mark_end = mark_end,
				    .check = check,
				    .use_engines = use_engines,
				    .time_engines = time_engines};
	*out = c;
	return 0;
}

void cuda_device_close(struct cuda_device *c)
{
	cuda_plans_free(c->plans);
	cuda_posts_close(c->posts);
	if (c->workspace_size)
		free_block(c, c->workspace, c->workspace_size);
	cuda_step_close(c->step);
	cuda_marks_free(c->marks);
	if (c->dnn.api)
		cuda_dnn_close(&c->dnn);
	if (c->blas.api)
		cuda_blas_close(&c->blas);
	cuda_libraries_unload(&c->libraries);
	if (c->q.stream)
		cuda_queue_close(&c->q);
	free(c);
}
