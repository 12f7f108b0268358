/* The test device itself: what must work works in every order, and what must fail fails with a
 * message that names the place. Compiled twice: with the watcher and without. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check.h"

static cudaStream_t stream;

/* --- kernels that are right --- */

template <typename T, int N> static __global__ void reverse(T *p)
{
	__shared__ T s[N];

	s[threadIdx.x] = p[blockIdx.x * N + threadIdx.x];
	__syncthreads();
	p[blockIdx.x * N + threadIdx.x] = s[N - 1 - threadIdx.x];
}

static __global__ void warp_sums(const int *in, int *down, int *half, unsigned *vote, int *first)
{
	int i = threadIdx.x, v = in[i], w = v, h = v;

	for (int o = 16; o; o >>= 1) {
		int u = __shfl_down_sync(~0u, w, o);

		w += (i & 31) + o < 32 ? u : 0;
	}
	for (int o = 8; o; o >>= 1) /* two halves apart */
		h += __shfl_xor_sync(0xffffu << (i & 16), h, o, 16);
	down[i] = w;
	half[i] = h;
	vote[i] = __ballot_sync(~0u, v & 1);
	first[i] = __shfl_sync(~0u, v, 0);
}

/* Every round moves all values one place down. */
static __global__ void rotate(float *out, int rounds)
{
	DYNAMIC_SHARED(float, s);

	s[threadIdx.x] = (float)threadIdx.x;
	for (int k = 0; k < rounds; k++) {
		__syncthreads();
		float v = s[(threadIdx.x + 1) % blockDim.x];
		__syncthreads();
		s[threadIdx.x] = v;
	}
	out[threadIdx.x] = s[threadIdx.x];
}

static __global__ void skewed_warps(unsigned *n)
{
	for (int k = 0; threadIdx.x < 32 && k < 3; k++)
		__syncwarp();
	__syncthreads();
	atomicAdd(n, 1);
}

static __global__ void lanes_that_left(int *p)
{
	if (threadIdx.x < 16)
		p[threadIdx.x] = __shfl_sync(~0u, (int)threadIdx.x, 3);
}

static __global__ void unset(float *p)
{
	__shared__ float s[32];
	DYNAMIC_SHARED(float, d);

	p[blockIdx.x * 32 + threadIdx.x] = s[threadIdx.x] + d[threadIdx.x];
	s[threadIdx.x] = d[threadIdx.x] = 1;
}

/* A sum over all blocks by the last of them. BARRIER and FENCE: of a writer; ACQUIRE: the reader's.
 */
template <bool BARRIER, bool FENCE, bool ACQUIRE>
static __global__ void total(const int *in, int *part, int *out, unsigned *done)
{
	__shared__ bool last;
	const unsigned i = blockIdx.x * blockDim.x + threadIdx.x, n = gridDim.x * blockDim.x;

	part[i] = in[i];
	if (FENCE)
		__threadfence();
	if (BARRIER)
		__syncthreads();
	if (threadIdx.x == 0)
		last = atomicAdd(done, 1) == gridDim.x - 1;
	__syncthreads();
	if (!last)
		return;
	if (ACQUIRE)
		__threadfence();
	if (threadIdx.x)
		return;
	*out = 0;
	for (unsigned k = 0; k < n; k++)
		*out += __ldcg(part + k);
	*done = 0;
}

template <bool SYNC> static __global__ void neighbours(int *p)
{
	__shared__ int s[64];

	s[threadIdx.x] = (int)threadIdx.x;
	if (SYNC)
		__syncwarp();
	p[threadIdx.x] = s[threadIdx.x ^ 1];
}

/* --- kernels that are wrong --- */

static __global__ void leaves_early(int *p)
{
	if (threadIdx.x == 7)
		return;
	__syncthreads();
	*p = 1;
}

static __global__ void two_barriers(int *p)
{
	if (threadIdx.x & 1)
		__syncthreads();
	else
		__syncthreads();
	*p = 1;
}

static __global__ void half_a_warp(int *p)
{
	if (threadIdx.x < 16)
		*p = __shfl_xor_sync(~0u, 1, 1);
	__syncthreads();
}

static __global__ void outside_of_mask(int *p)
{
	*p = __shfl_sync(0xffu, 1, 9);
}

static __global__ void not_in_its_mask(int *p)
{
	*p = __shfl_sync(0xffu, 1, 0);
}

static __global__ void spins(unsigned *p)
{
	while (atomicAdd(p, 0) == 0) {
	}
}

static __global__ void same_place(int *p)
{
	p[0] = (int)blockIdx.x;
}

static __global__ void nothing()
{
}

static __global__ void writes_behind(char *p)
{
	p[100] = 1;
}

/* --- tests --- */

static void check_reverse()
{
	float a[3 * 64];
	double d[48];
	__nv_bfloat16 b[7];

	for (int i = 0; i < 192; i++)
		a[i] = (float)i;
	SHIM_LAUNCH((reverse<float, 64>), 3, 64, 0, stream, a);
	for (int i = 0; i < 192; i++)
		CU_ASSERT(a[i] == i / 64 * 64 + 63 - i % 64);
	for (int i = 0; i < 48; i++)
		d[i] = i;
	SHIM_LAUNCH((reverse<double, 48>), 1, 48, 0, stream, d);
	for (int i = 0; i < 48; i++)
		CU_ASSERT(d[i] == 47 - i);
	for (int i = 0; i < 7; i++)
		b[i] = (float)i;
	SHIM_LAUNCH((reverse<__nv_bfloat16, 7>), 1, 7, 0, stream, b);
	for (int i = 0; i < 7; i++)
		CU_ASSERT((float)b[i] == 6 - i);
}

static void check_warps()
{
	int in[64], down[64], half[64], first[64], left[16];
	unsigned vote[64], n = 0;

	for (int i = 0; i < 64; i++)
		in[i] = i * 7 % 13;
	SHIM_LAUNCH(warp_sums, 1, 64, 0, stream, in, down, half, vote, first);
	for (int w = 0; w < 2; w++) {
		int h[2] = {0, 0};
		unsigned v = 0;

		for (int l = 0; l < 32; l++) {
			h[l / 16] += in[w * 32 + l];
			v |= (unsigned)(in[w * 32 + l] & 1) << l;
		}
		CU_ASSERT(down[w * 32] == h[0] + h[1]);
		for (int l = 0; l < 32; l++) {
			CU_ASSERT(half[w * 32 + l] == h[l / 16]);
			CU_ASSERT(vote[w * 32 + l] == v);
			CU_ASSERT(first[w * 32 + l] == in[w * 32]);
		}
	}
	SHIM_LAUNCH(skewed_warps, 5, dim3(8, 4, 3), 0, stream, &n);
	CU_ASSERT(n == 480);
	SHIM_LAUNCH(lanes_that_left, 1, 32, 0, stream, left);
	CU_ASSERT(left[9] == 3);
}

static void check_shared()
{
	float out[100], fresh[128];

	SHIM_LAUNCH(rotate, 1, 100, 400, stream, out, 30);
	for (int i = 0; i < 100; i++)
		CU_ASSERT(out[i] == (i + 30) % 100);
	SHIM_LAUNCH(unset, 4, 32, 128, stream, fresh);
	for (int i = 0; i < 128; i++)
		CU_ASSERT(isnan(fresh[i]));
}

static void check_total()
{
	int in[6 * 40], part[6 * 40], out = 0;
	unsigned done = 0;

	for (int i = 0; i < 240; i++)
		in[i] = i;
	for (int k = 0; k < 2; k++) {
		SHIM_LAUNCH((total<true, true, true>), 6, 40, 0, stream, in, part, &out, &done);
		CU_ASSERT(out == 239 * 240 / 2);
	}
}

static void test_orders(void)
{
	for (int order = 0; order < SHIM_ORDERS; order++) {
		shim_set_order(order);
		if (shim_watcher && shim_options.resident > 1)
			continue;
		check_reverse();
		check_warps();
		check_shared();
		check_total();
	}
	shim_set_order(0);
}

/* All ties between two neighbours, then other numbers. */
static void test_bf16(void)
{
	for (uint32_t i = 0, s = 1; i < 200000; i++) {
		uint32_t bits = i < 70000 ? i << 15 : (s = s * 1664525u + 1013904223u), below,
			 above;
		float v, low, high;
		double from_low, from_high;

		memcpy(&v, &bits, 4);
		if (!(fabsf(v) < 3.38e38f)) {
			CU_ASSERT(!isnan(v) || isnan((float)__nv_bfloat16(v)));
			continue;
		}
		below = bits & 0xffff0000u;
		above = below + 0x10000u;
		memcpy(&low, &below, 4);
		memcpy(&high, &above, 4);
		from_low = fabs((double)v - low);
		from_high = fabs((double)high - v);
		CU_ASSERT((float)__nv_bfloat16(v) == (from_low < from_high   ? low
						      : from_high < from_low ? high
						      : below & 0x10000u     ? high
									     : low));
	}
	CU_ASSERT((float)__nv_bfloat16(INFINITY) == INFINITY);
}

/* Runs f in a process of its own, which must end with this status and print `words`. */
static void must_fail(const char *words, void (*f)(void), int expected = SHIM_EXIT)
{
	char text[1024] = "";
	size_t n = 0;
	ssize_t got;
	int p[2], status = 0;
	pid_t child;

	if (pipe(p))
		exit(2);
	fflush(stdout);
	child = fork();
	if (!child) {
		dup2(p[1], 2);
		f();
		_exit(0);
	}
	close(p[1]);
	while (n < sizeof text - 1 && (got = read(p[0], text + n, sizeof text - 1 - n)) > 0)
		n += (size_t)got;
	close(p[0]);
	waitpid(child, &status, 0);
	CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == expected);
	CU_ASSERT(strstr(text, words) != NULL);
	if (!strstr(text, words))
		printf("\n    %s: not in: %s\n", words, text);
}

static int number[64];
static unsigned counter;

static void test_errors(void)
{
	must_fail("have left the kernel",
		  [] { SHIM_LAUNCH(leaves_early, 1, 32, 0, stream, number); });
	must_fail("it waits here", [] { SHIM_LAUNCH(two_barriers, 1, 32, 0, stream, number); });
	must_fail("lanes that never come",
		  [] { SHIM_LAUNCH(half_a_warp, 1, 32, 0, stream, number); });
	must_fail("does not take part",
		  [] { SHIM_LAUNCH(outside_of_mask, 1, 8, 0, stream, number); });
	must_fail("is not in its own mask",
		  [] { SHIM_LAUNCH(not_in_its_mask, 1, 9, 0, stream, number); });
	must_fail("test_shim.cu:", [] { SHIM_LAUNCH(leaves_early, 1, 32, 0, stream, number); });
	must_fail("steps", [] {
		shim_options.limit = 1000;
		SHIM_LAUNCH(spins, 1, 1, 0, stream, &counter);
	});
	must_fail("a block of 1025", [] { SHIM_LAUNCH(nothing, 1, 1025, 0, stream); });
	must_fail("a grid of 1 x 70000",
		  [] { SHIM_LAUNCH(nothing, dim3(1, 70000), 1, 0, stream); });
	must_fail("bytes of dynamic shared memory",
		  [] { SHIM_LAUNCH(nothing, 1, 1, 50000, stream); });
	must_fail("outside of a kernel", [] { __syncthreads(); });
}

template <bool A, bool B, bool C> static void run_total()
{
	int in[80] = {0}, part[80], out;
	unsigned done = 0;

	SHIM_LAUNCH((total<A, B, C>), 2, 40, 0, stream, in, part, &out, &done);
}

static void test_races(void)
{
	if (!shim_watcher)
		return;
	run_total<true, true, true>();
	must_fail("of another block without a fence", run_total<false, true, true>);
	must_fail("of another block without a fence", run_total<true, false, true>);
	must_fail("of another block without a fence", run_total<true, true, false>);
	must_fail("without a fence", [] { SHIM_LAUNCH(same_place, 2, 1, 0, stream, number); });
	must_fail("writes global memory", [] { SHIM_LAUNCH(same_place, 1, 2, 0, stream, number); });
	must_fail("of this block without a barrier",
		  [] { SHIM_LAUNCH((neighbours<false>), 1, 64, 0, stream, number); });
	SHIM_LAUNCH((neighbours<true>), 1, 64, 0, stream, number);
}

#ifdef __SANITIZE_ADDRESS__
static const bool sanitized = true;
#else
static const bool sanitized = false;
#endif

static void test_memory(void)
{
	const char *words =
	    sanitized ? "AddressSanitizer: use-after-poison" : "outside of an allocation";
	cudaStream_t s;
	char host[100], *p;
	void *q;
	long before = shim_live();

	CU_ASSERT_FATAL(cudaStreamCreateWithFlags(&s, cudaStreamNonBlocking) == cudaSuccess);
	CU_ASSERT_FATAL(cudaMalloc((void **)&p, 100) == cudaSuccess);
	CU_ASSERT((unsigned char)p[99] == 0xff);
	CU_ASSERT(shim_memory_end(p + 5) == p + 100 && !shim_memory_end(p + 100));
	memset(host, 7, 100);
	CU_ASSERT(cudaMemcpyAsync(p, host, 100, cudaMemcpyHostToDevice, s) == cudaSuccess &&
		  p[99] == 7);
	CU_ASSERT(cudaMemcpyAsync(p, host, 101, cudaMemcpyHostToDevice, s) ==
		  cudaErrorInvalidValue);
	CU_ASSERT(cudaMemcpyAsync(host, p, 100, cudaMemcpyHostToDevice, s) ==
		  cudaErrorInvalidValue);
	CU_ASSERT(cudaMemsetAsync(p + 1, 0, 100, s) == cudaErrorInvalidValue);
	CU_ASSERT(cudaMalloc(&q, shim_device.memory) == cudaErrorMemoryAllocation);
	CU_ASSERT(shim_live() == before + 2);
	setenv("FAKE_FAIL", "cudaMalloc:2", 1);
	CU_ASSERT(cudaMalloc(&q, 1) == cudaSuccess && cudaFree(q) == cudaSuccess);
	CU_ASSERT(cudaMalloc(&q, 1) == cudaErrorMemoryAllocation);
	unsetenv("FAKE_FAIL");
	shim_fail_reset();
	must_fail(
	    words,
	    [] {
		    char *r;

		    cudaMalloc((void **)&r, 100);
		    SHIM_LAUNCH(writes_behind, 1, 1, 0, stream, r);
		    cudaFree(r);
	    },
	    sanitized ? 1 : SHIM_EXIT);
	CU_ASSERT(cudaFree(p) == cudaSuccess && cudaFree(host) == cudaErrorInvalidValue);
	CU_ASSERT(cudaStreamDestroy(s) == cudaSuccess && shim_live() == before);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"kernels give the same values in every order of threads and blocks", test_orders},
	    {"bf16 is rounded to the nearest, ties to even", test_bf16},
	    {"wrong kernels and launches end with a message", test_errors},
	    {"the watcher finds races and missing fences", test_races},
	    {"device memory is checked", test_memory},
	    {NULL, NULL},
	};

	return check_run(shim_watcher ? "cuda/shim_watched" : "cuda/shim", cases);
}
