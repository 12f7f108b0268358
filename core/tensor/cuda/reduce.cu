/* Sums over all elements of a tensor, in double. Chunks depend only on the size, not on the card: a
 * block adds up one after another, and the last block the sums of all chunks. */
#include "core/tensor/cuda/device.h"
#include "core/tensor/cuda/kernel.cuh"
#include "core/tensor/cuda/kernels.h"
#include "core/tensor/cuda/sums.cuh"

enum { BLOCKS = 8 /* per multiprocessor */, VECTOR = 4, CHUNK = THREADS * VECTOR * 4 };

static size_t chunks_of(size_t n)
{
	return (n + CHUNK - 1) / CHUNK;
}

size_t cuda_sum_scratch(size_t n)
{
	return chunks_of(n) * sizeof(double);
}

struct sum {
	const real *x;
	size_t n, chunks;
	double divisor, *part;
	real *y;
};

/* The sum of this thread's elements of a chunk, the same with ALIGNED or without: vectors of
 * neighbouring elements, in order. */
template <bool SQUARES, bool ALIGNED>
static __device__ inline struct totals<1> own_sum(const struct sum *s, size_t chunk) {
	const size_t from = chunk * CHUNK, to = min(from + CHUNK, s->n);
	struct totals<1> sum = {
	};

#pragma unroll 4
	for (size_t at = from + threadIdx.x * VECTOR; at < to; at += THREADS * VECTOR) {
		struct vec<VECTOR> v = {
		};

		if (ALIGNED && at + VECTOR <= to)
			v = load<VECTOR>(s->x + at);
		else
			for (int i = 0; i < VECTOR && at + i < to; i++)
				v.v[i] = s->x[at + i];
		for (int i = 0; i < VECTOR; i++)
			sum.v[0] += SQUARES ? (double)v.v[i] * (double)v.v[i] : (double)v.v[i];
	}
	return sum;
}

template <bool SQUARES, bool ALIGNED>
static __global__ void __launch_bounds__(THREADS) add_up(struct sum s, unsigned *counter)
{
	struct totals<1> sum = {
	};

	for (size_t chunk = blockIdx.x; chunk < s.chunks; chunk += gridDim.x) {
		const struct totals<1> own = block_total(own_sum<SQUARES, ALIGNED>(&s, chunk));

		if (threadIdx.x == 0)
			s.part[chunk] = own.v[0];
	}
	if (!comes_last(counter, gridDim.x))
		return;
	for (size_t i = threadIdx.x; i < s.chunks; i += THREADS)
		sum.v[0] += __ldcg(s.part + i);
	sum = block_total(sum);
	if (threadIdx.x == 0)
		*s.y = (real)(sum.v[0] / s.divisor);
}

static real *values(const struct tensor *x)
{
	if (x->element != ELEMENT_REAL)
		BUG("a sum of elements of type %d", (int)x->element);
	return x->mem->data;
}

template <bool SQUARES>
static void sum_of(const struct tensor *x, double divisor, void *scratch, struct tensor *y)
{
	const struct sum s = {values(x),         x->n,     chunks_of(x->n), divisor,
			      (double *)scratch, values(y)};
	const struct cuda_queue *q = cuda_queue_of(y);
	const unsigned blocks = blocks_for(q, max(s.chunks, (size_t)1), BLOCKS);

	if (is_aligned(s.x, 16))
		LAUNCH((add_up<SQUARES, true>), blocks, THREADS, 0, q, s, q->counters);
	else
		LAUNCH((add_up<SQUARES, false>), blocks, THREADS, 0, q, s, q->counters);
}

void cuda_sum_forward(const struct tensor *x, double divisor, void *scratch, struct tensor *y)
{
	sum_of<false>(x, divisor, scratch, y);
}

void cuda_sum_squares_forward(const struct tensor *x, void *scratch, struct tensor *y)
{
	sum_of<true>(x, 1, scratch, y);
}

/* --- backward ------------------------------------------------------------------------------ */

/* dx (+)= a x + b: of a sum of squares, a = 2 dy and b = 0; of a sum, a = 0 and b = dy / divisor,
 * where the product still carries a NaN of x on. */
struct slopes {
	const real *x, *dy;
	real *dx, divisor;
	size_t n;
	int squares, accumulate;
};

/* The thread behind the last whole V elements takes what is left of them. */
template <int V> static __global__ void __launch_bounds__(THREADS) slopes_at(struct slopes s)
{
	const real a = s.squares ? 2 * *s.dy : (real)0, b = s.squares ? (real)0 : *s.dy / s.divisor;
	const size_t whole = s.n / V, step = (size_t)gridDim.x * THREADS;
	const size_t own = (size_t)blockIdx.x * THREADS + threadIdx.x;

	for (size_t i = own; i < whole; i += step) {
		struct vec<V> v = load<V>(s.x + V * i), old = {
		};

		if (s.accumulate)
			old = load<V>(s.dx + V * i);
		for (int k = 0; k < V; k++)
			v.v[k] = old.v[k] + (a * v.v[k] + b);
		store<V>(s.dx + V * i, v);
	}
	if (own != whole % step)
		return;
	for (size_t i = whole * V; i < s.n; i++)
		s.dx[i] = (s.accumulate ? s.dx[i] : (real)0) + (a * s.x[i] + b);
}

static void backward(const struct cuda_queue *q, const struct slopes *s)
{
	const bool vectors = is_aligned(s->x, 16) && is_aligned(s->dx, 16);
	const size_t per_block = vectors ? THREADS * VECTOR : THREADS;
	const unsigned blocks = blocks_for(q, s->n / per_block + 1, BLOCKS);

	if (vectors)
		LAUNCH((slopes_at<VECTOR>), blocks, THREADS, 0, q, *s);
	else
		LAUNCH((slopes_at<1>), blocks, THREADS, 0, q, *s);
}

void cuda_sum_backward(const struct tensor *x, const struct tensor *dy, real divisor,
		       struct tensor *dx, int accumulate)
{
	const struct slopes s = {values(x), values(dy), values(dx), divisor, x->n, 0, accumulate};

	backward(cuda_queue_of(dx), &s);
}

void cuda_sum_squares_backward(const struct tensor *x, const struct tensor *dy, struct tensor *dx,
			       int accumulate)
{
	const struct slopes s = {values(x), values(dy), values(dx), 1, x->n, 1, accumulate};

	backward(cuda_queue_of(dx), &s);
}
