/* Protects: the convolutions of a device, by cuDNN: golden vectors of the three passes in f32, f64
 * and bf16, results that are added, and the choice of the engine. A wrong stride in a descriptor
 * must not go unnoticed. */
#include <math.h>

#include "core/tensor/cuda/conv.h"
#include "tests/cuda/harness.h"

enum { GOOD_ENGINE = 14, OTHER_ENGINE = 15, NARROW_ENGINE = 11, SCRATCH = 1 << 20 };

static const char *const files[] = {"conv_16_32_k1_s2_p0_16x16", "conv_16_32_k3_s2_p1_16x16",
				    "conv_3_16_k3_s1_p1_32x32", "conv_3_8_k7_s2_p3_33x31",
				    "conv_5_7_k3_s1_p1_9x11"};

/* A golden vector on the device. */
struct example {
	struct safetensors st;
	struct conv_shape s;
	struct cuda_dnn dnn;
	size_t n[3]; /* elements of x, w, y */
	void *x, *w, *dy;
};

static void *put_entry(struct harness *h, const struct safetensors *st, const char *name, size_t *n)
{
	double *v = harness_entry(h, st, name, n);

	CU_ASSERT_FATAL(v != NULL);
	return harness_put(h, h->type, v, *n);
}

static void open_example(struct harness *h, struct example *e, const char *file)
{
	const struct safetensors *st = &e->st;
	struct error err;

	harness_golden(&e->st, file);
	e->s = conv_shape_of(harness_size(st, "in.x", 0), harness_size(st, "in.x", 2),
			     harness_size(st, "in.x", 3), harness_size(st, "in.x", 1),
			     harness_size(st, "in.weight", 2), harness_size(st, "in.weight", 3),
			     harness_size(st, "in.weight", 0), (int)harness_number(st, "stride"),
			     (int)harness_number(st, "padding"));
	e->x = put_entry(h, st, "in.x", &e->n[0]);
	e->w = put_entry(h, st, "in.weight", &e->n[1]);
	e->dy = put_entry(h, st, "in.dy", &e->n[2]);
	CU_ASSERT_FATAL(!cuda_dnn_open(&e->dnn, &harness_libraries()->dnn, &h->q, &err));
}

static void close_example(struct example *e)
{
	cuda_dnn_close(&e->dnn);
	st_close(&e->st);
	CU_ASSERT(harness_live(harness_libraries()) == 0);
}

/* Runs a pass into `out`; -1 with the error if it fails. */
static int run_pass(struct harness *h, const struct example *e, enum cuda_conv_pass pass,
		    int accumulate, void *out, int64_t *engine, struct error *err)
{
	const struct cuda_conv_job job = {e->s, pass, h->type, accumulate};
	struct cuda_conv c;
	int failed;

	if (cuda_conv_init(&c, &e->dnn, &job, SCRATCH, 0, err))
		return -1;
	failed = cuda_conv_run(
	    &c, pass == CUDA_CONV_DATA ? out : e->x, pass == CUDA_CONV_WEIGHTS ? out : e->w,
	    pass == CUDA_CONV_FORWARD ? out : e->dy, harness_new(h, c.scratch), err);
	*engine = c.engine;
	cuda_conv_release(&c);
	return failed;
}

static size_t result_size(const struct example *e, enum cuda_conv_pass pass)
{
	return e->n[pass == CUDA_CONV_DATA ? 0 : pass == CUDA_CONV_WEIGHTS ? 1 : 2];
}

/* The result of a pass beside the golden vector; INFINITY if it failed. */
static double error_of(struct harness *h, const struct example *e, enum cuda_conv_pass pass,
		       int64_t *engine)
{
	static const char *const name[] = {"out.y", "out.dx", "out.dweight"};
	size_t n = result_size(e, pass), n_ref;
	void *out = harness_new(h, n * cuda_type_bytes(h->type));
	const double *ref = harness_entry(h, &e->st, name[pass], &n_ref);
	struct error err;

	CU_ASSERT_FATAL(ref != NULL && n_ref == n);
	if (run_pass(h, e, pass, 0, out, engine, &err))
		return INFINITY;
	return harness_error(harness_get(h, h->type, out, n), ref, n);
}

static void check_example(struct harness *h, const char *file)
{
	const double tolerance = h->type == CUDA_BF16 ? 1e-2 : h->type == CUDA_F32 ? 1e-5 : 1e-6;
	struct example e;

	open_example(h, &e, file);
	for (int pass = 0; pass < 3; pass++) {
		int64_t engine;
		double error = error_of(h, &e, pass, &engine);

		CU_ASSERT(error <= tolerance);
		CU_ASSERT(engine == (h->type == CUDA_BF16 ? NARROW_ENGINE : GOOD_ENGINE));
		if (!(error <= tolerance))
			printf("\n    %s, pass %d: error %.3g\n", file, pass, error);
	}
	close_example(&e);
}

static void test_golden(void)
{
	static const enum cuda_type types[] = {CUDA_F32, CUDA_F64, CUDA_BF16};

	for (int t = 0; t < 3; t++)
		for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
			struct harness h;

			harness_open(&h, types[t]);
			check_example(&h, files[i]);
			harness_close(&h);
		}
}

/* The gradient of a skip path is added to, not replaced. */
static void test_accumulate(void)
{
	for (int pass = 0; pass < 3; pass++) {
		struct harness h;
		struct example e;
		struct error err;
		double *old, *once, *added;
		void *out;
		int64_t engine;
		size_t n;

		harness_open(&h, CUDA_F32);
		open_example(&h, &e, files[4]);
		n = result_size(&e, pass);
		old = harness_random(&h, n, 1, 0);
		out = harness_new(&h, n * sizeof(float));
		CU_ASSERT(!run_pass(&h, &e, pass, 0, out, &engine, &err));
		once = harness_get(&h, CUDA_F32, out, n);
		out = harness_put(&h, CUDA_F32, old, n);
		CU_ASSERT(!run_pass(&h, &e, pass, 1, out, &engine, &err));
		added = harness_get(&h, CUDA_F32, out, n);
		for (size_t i = 0; i < n; i++)
			once[i] += old[i];
		harness_compare("added", added, once, n, 1e-6);
		close_example(&e);
		harness_close(&h);
	}
}

/* --- a wrong stride ------------------------------------------------------------------------ */

/* Which tensor descriptor, counted from 0, gets which stride changed. */
struct fault {
	int tensor, dimension, seen;
	int (*set)(void *d, int attribute, int type, int64_t n, const void *values);
};
static struct fault fault;

static int set_wrong_stride(void *d, int attribute, int type, int64_t n, const void *values)
{
	int64_t strides[4];

	if (attribute != DNN_ATTR_TENSOR_STRIDES || fault.seen++ != fault.tensor)
		return fault.set(d, attribute, type, n, values);
	memcpy(strides, values, sizeof strides);
	strides[fault.dimension]++;
	return fault.set(d, attribute, type, n, strides);
}

static void test_strides(void)
{
	struct cudnn *api = &harness_libraries()->dnn;

	fault.set = api->backend_set;
	api->backend_set = set_wrong_stride;
	for (int i = 0; i < 3 * 3 * 4; i++) {
		const enum cuda_conv_pass pass = (enum cuda_conv_pass)(i / 12);
		struct harness h;
		struct example e;
		int64_t engine;
		double error;

		fault.seen = 0;
		fault.tensor = i / 4 % 3;
		fault.dimension = i % 4;
		harness_open(&h, CUDA_F32);
		open_example(&h, &e, files[4]);
		error = error_of(&h, &e, pass, &engine);
		CU_ASSERT(!(error < 1e-3));
		if (error < 1e-3)
			printf("\n    pass %d, tensor %d, stride %d: no difference\n", (int)pass,
			       fault.tensor, fault.dimension);
		close_example(&e);
		harness_close(&h);
	}
	api->backend_set = fault.set;
}

/* --- engines ------------------------------------------------------------------------------- */

static void test_engines(void)
{
	struct cuda_conv_job job = {.pass = CUDA_CONV_DATA, .type = CUDA_F32};
	struct harness h;
	struct example e;
	struct cuda_conv c;
	struct error err;

	harness_open(&h, CUDA_F32);
	open_example(&h, &e, files[4]);
	job.s = e.s;
	CU_ASSERT(cuda_conv_init(&c, &e.dnn, &job, SCRATCH, 2, &err));
	CU_ASSERT(strstr(err.msg, "no engine at place 2, only 2") != NULL);
	CU_ASSERT(!cuda_conv_init(&c, &e.dnn, &job, SCRATCH, 0, &err));
	CU_ASSERT(c.engine == GOOD_ENGINE && c.scratch == 4096 + 64 * (size_t)e.s.n);
	cuda_conv_release(&c);
	CU_ASSERT(!cuda_conv_init(&c, &e.dnn, &job, SCRATCH, 1, &err));
	CU_ASSERT(c.engine == OTHER_ENGINE && c.scratch == 64);
	cuda_conv_release(&c);
	CU_ASSERT(!cuda_conv_init(&c, &e.dnn, &job, 100, 0, &err)); /* the other one needs less */
	CU_ASSERT(c.engine == OTHER_ENGINE);
	cuda_conv_release(&c);
	CU_ASSERT(cuda_conv_init(&c, &e.dnn, &job, 10, 0, &err));
	CU_ASSERT(strstr(err.msg, "no deterministic engine for the gradient of x") != NULL);
	CU_ASSERT(strstr(err.msg, "at most 10 bytes") != NULL);
	setenv("FAKE_NO_HEURISTICS", "1", 1); /* then the fallback's */
	CU_ASSERT(!cuda_conv_init(&c, &e.dnn, &job, SCRATCH, 0, &err));
	CU_ASSERT(c.engine == GOOD_ENGINE);
	cuda_conv_release(&c);
	unsetenv("FAKE_NO_HEURISTICS");
	close_example(&e);
	harness_close(&h);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"golden vectors of convolution", test_golden},
	    {"results are added where they are wanted to", test_accumulate},
	    {"a wrong stride in a descriptor is noticed", test_strides},
	    {"the engine is deterministic, precise and fits", test_engines},
	    {0},
	};

	return check_run("cuda/conv", cases);
}
