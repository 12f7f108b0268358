#include "core/tensor/cuda/losses.h"

#include "core/tensor/cuda/kernel.cuh"

enum { THREADS = 256, BLOCKS = 8 }; /* BLOCKS per multiprocessor */

struct two_sums {
	double on, off;
};

/* The sums of all threads of the block, in a tree; valid in thread 0. */
static __device__ inline struct two_sums block_sums(struct two_sums own)
{
	__shared__ struct two_sums sum[THREADS];
	const unsigned t = threadIdx.x;

	sum[t] = own;
	for (unsigned h = THREADS / 2; h; h >>= 1) {
		__syncthreads();
		if (t < h) {
			sum[t].on += sum[t + h].on;
			sum[t].off += sum[t + h].off;
		}
	}
	return sum[t];
}

/* on = sum_i (1 - C_ii)^2, off = sum_{i != j} C_ij^2. A block adds up one row after another, and
 * the last block the sums of all rows, partial {D, 2}. */
static __global__ void __launch_bounds__(THREADS)
    barlow_sums(struct cuda_barlow b, double *partial, double *terms, real *y, unsigned *counter)
{
	const real *row = b.c + (size_t)blockIdx.x * b.d;
	struct two_sums s = {0, 0};

	for (int j = threadIdx.x; j < b.d; j += THREADS) {
		const double v = (double)row[j];

		if (j == (int)blockIdx.x)
			s.on += (1 - v) * (1 - v);
		else
			s.off += v * v;
	}
	s = block_sums(s);
	if (threadIdx.x == 0) {
		partial[2 * blockIdx.x] = s.on;
		partial[2 * blockIdx.x + 1] = s.off;
	}
	if (!comes_last(counter, gridDim.x))
		return;
	s.on = s.off = 0;
	for (int i = threadIdx.x; i < b.d; i += THREADS) {
		s.on += __ldcg(partial + 2 * i);
		s.off += __ldcg(partial + 2 * i + 1);
	}
	s = block_sums(s);
	if (threadIdx.x)
		return;
	terms[0] = s.on;
	terms[1] = s.off;
	*y = (real)(b.diagonal * s.on + b.lambda * s.off);
}

/* C_ii becomes -2 diagonal (1 - C_ii) dy, and C_ij becomes 2 lambda C_ij dy. */
static __global__ void __launch_bounds__(THREADS)
    barlow_slopes(struct cuda_barlow b, const real *dy)
{
	const size_t n = (size_t)b.d * b.d, step = (size_t)gridDim.x * THREADS;
	const double on = 2 * b.diagonal * (double)*dy, off = 2 * b.lambda * (double)*dy;

	for (size_t i = (size_t)blockIdx.x * THREADS + threadIdx.x; i < n; i += step) {
		const double v = (double)b.c[i];

		b.c[i] = (real)(i % ((size_t)b.d + 1) == 0 ? on * (v - 1) : off * v);
	}
}

static void check(const struct cuda_barlow *b)
{
	if (b->d < 1)
		BUG("Barlow's loss of a correlation of %d dimensions", b->d);
}

size_t cuda_barlow_scratch(const struct cuda_barlow *b)
{
	return (size_t)b->d * 2 * sizeof(double);
}

void cuda_barlow_forward(const struct cuda_queue *q, const struct cuda_barlow *b, double *terms,
			 real *y, void *scratch)
{
	check(b);
	LAUNCH(barlow_sums, b->d, THREADS, 0, q, *b, (double *)scratch, terms, y,
	       q->counters);
}

void cuda_barlow_backward(const struct cuda_queue *q, const struct cuda_barlow *b, const real *dy)
{
	const size_t blocks = ((size_t)b->d * b->d + THREADS - 1) / THREADS;
	const size_t most = (size_t)(q->multiprocessors * BLOCKS);

	check(b);
	LAUNCH(barlow_slopes, (unsigned)(blocks < most ? blocks : most), THREADS, 0, q,
	       *b, dy);
}
