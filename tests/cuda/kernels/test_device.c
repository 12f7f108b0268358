/* Protects: a device as a whole. Steps that are captured as graphs compute what others do; what the
 * host waits for in a step splits it; what was posted comes when it is waited for; and whatever
 * call fails, the device has one error from then on, gives NaN, and leaves nothing allocated. */
#include <math.h>

#include "core/tensor/cuda/device.h"
#include "core/tensor/kernels.h"
#include "core/tensor/tape.h"
#include "tests/cuda/harness.h"

enum { N = 6, IN = 5, OUT = 3, STEPS = 7 };

/* What a session of steps reads: of each step the sum of y, and y at the end. */
struct result {
	double sum[STEPS][2];
	real y[N * OUT];
	long graphs;
};

static void put(struct tensor *t, double from)
{
	real host[64];

	for (size_t i = 0; i < t->n; i++)
		host[i] = (real)(from + 0.25 * (double)i);
	tensor_write(t, host);
}

/* y = x W^T for an x that changes from step to step. In step 4 more memory is needed; in step
 * `wait` the host reads y in the middle. */
static void step(struct cuda_device *c, struct tape *t, struct tensor *w, int k, int wait,
		 struct result *r)
{
	const struct device *d = &c->device;
	struct tensor *x, *y;
	double *cell;

	d->begin(d);
	tape_reset(t);
	x = tensor_new2(&t->arena, N, IN);
	put(x, k);
	y = tensor_new2(&t->arena, N, OUT);
	t->k->linear_forward(x, w, NULL, y, PRECISION_F32);
	if (k == 4)
		tensor_zero(tensor_new2(&t->arena, 1024, 1024));
	if (k == wait) {
		tensor_read(y, r->y);
		tensor_copy(y, y);
	}
	cell = tape_scalar(t);
	t->k->linear_forward(x, w, NULL, y, PRECISION_F32);
	d->copy(d, cell, y->mem->data, sizeof *cell < sizeof(real) ? sizeof *cell : sizeof(real));
	scalars_post(&t->scalars, k);
	d->end(d);
	if (k) {
		scalars_wait(&t->scalars, k - 1);
		r->sum[k - 1][0] = scalars_get(&t->scalars, k - 1, cell);
	}
	if (k == STEPS - 1)
		tensor_read(y, r->y);
}

/* 0, or -1 with the error by which the device failed or could not be opened. */
static int run_session(int wait, struct result *r, struct error *err)
{
	struct tensor_arena a;
	struct cuda_device *c;
	struct tape t;
	struct tensor *w;
	int failed;

	memset(r, 0, sizeof *r);
	if (cuda_device_open("cuda-shim", 0, &c, err))
		return -1;
	r->graphs = shim_graphs;
	tensor_arena_init(&a, &c->device);
	tape_init(&t, &c->device);
	w = tensor_new2(&a, OUT, IN);
	put(w, -1);
	for (int k = 0; k < STEPS; k++)
		step(c, &t, w, k, wait, r);
	failed = c->device.check(&c->device, err);
	if (failed) { /* nothing more is computed, and all is NaN */
		real value = 0;

		tensor_read(tensor_new1(&a, 1), &value);
		CU_ASSERT(isnan(value));
	}
	tape_release(&t);
	tensor_arena_release(&a);
	r->graphs = shim_graphs - r->graphs;
	cuda_device_close(c);
	return failed;
}

static void test_graphs(void)
{
	struct result eager, captured, split;
	struct error err;

	setenv("SSL_CUDA_GRAPHS", "0", 1);
	CU_ASSERT_FATAL(!run_session(-1, &eager, &err));
	unsetenv("SSL_CUDA_GRAPHS");
	CU_ASSERT_FATAL(!run_session(-1, &captured, &err));
	CU_ASSERT_FATAL(!run_session(3, &split, &err));
	CU_ASSERT(!memcmp(eager.y, captured.y, sizeof eager.y));
	CU_ASSERT(!memcmp(eager.y, split.y, sizeof eager.y));
	CU_ASSERT(!memcmp(eager.sum, captured.sum, sizeof eager.sum));
	CU_ASSERT(!memcmp(eager.sum, split.sum, sizeof eager.sum));
	CU_ASSERT(eager.graphs == 0);
	CU_ASSERT(captured.graphs > 0);
	CU_ASSERT(split.graphs == captured.graphs + 1);
	CU_ASSERT(shim_live() == 0);
}

static void test_failures(void)
{
	static const char *const functions[] = {
	    "cudaMalloc",           "cudaMallocHost",           "cudaMemcpyAsync",
	    "cudaMemsetAsync",      "cudaEventCreateWithFlags", "cudaEventRecord",
	    "cudaEventSynchronize", "cudaStreamSynchronize",    "cudaStreamBeginCapture",
	    "cudaStreamEndCapture", "cudaGraphInstantiate",     "cudaGraphLaunch",
	    "cublasGemmEx"};
	int calls = 0;

	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		for (int n = 1;; n++) {
			struct error err = {0};
			struct result r;
			char fail[64];
			int failed;

			snprintf(fail, sizeof fail, "%s:%d", functions[i], n);
			setenv("FAKE_FAIL", fail, 1);
			shim_fail_reset();
			failed = run_session(3, &r, &err);
			unsetenv("FAKE_FAIL");
			CU_ASSERT(shim_live() == 0);
			if (!failed) {
				CU_ASSERT(n > 1);
				break;
			}
			CU_ASSERT_FATAL(n < 1000);
			calls++;
			CU_ASSERT(err.code == ERR_FAILED && !strncmp(err.msg, "cuda: ", 6));
		}
	printf("%d calls ... ", calls);
}

/* An update of the graph that is refused is no failure: it is made anew. */
static void test_update(void)
{
	struct result plain, again;
	struct error err;

	CU_ASSERT_FATAL(!run_session(-1, &plain, &err));
	setenv("FAKE_FAIL", "cudaGraphExecUpdate:1", 1);
	shim_fail_reset();
	CU_ASSERT(!run_session(-1, &again, &err));
	unsetenv("FAKE_FAIL");
	CU_ASSERT(!memcmp(plain.y, again.y, sizeof plain.y));
	CU_ASSERT(shim_live() == 0);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"captured steps compute the same", test_graphs},
	    {"every call fails in turn", test_failures},
	    {"a graph that cannot be updated is made anew", test_update},
	    {0}};

	return check_run("cuda/kernels/device", cases);
}
