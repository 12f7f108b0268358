/* What is measured in a step beside its loss: each writes a cell. */
#include "core/tensor/cuda/device.h"
#include "core/tensor/cuda/kernels.h"
#include "core/tensor/cuda/lists.cuh"

enum { ROW_BLOCKS = 8 /* per multiprocessor, of WARPS rows each */ };

/* --- single numbers ------------------------------------------------------------------------ */

static __global__ void copy_scalar(const real *y, double *cell)
{
	*cell = (double)*y;
}

void cuda_scalar_of(const struct tensor *y, double *cell)
{
	LAUNCH(copy_scalar, 1, 1, 0, cuda_queue_of(y), reals_of(y), cell);
}

static __global__ void are_finite(const double *a, const double *b, double *cell)
{
	*cell = isfinite(*a) && isfinite(*b) ? 1 : 0;
}

void cuda_both_finite(const struct device *d, const double *a, const double *b, double *cell)
{
	LAUNCH(are_finite, 1, 1, 0, &cuda_device_of(d)->q, a, b, cell);
}

/* --- means over rows: a warp takes a row ---------------------------------------------------- */

/* The last block adds up the n numbers of all rows: *cell = factor sum / n. */
static __device__ inline void finish_mean(const double *row, size_t n, double factor, double *cell,
					  unsigned *counter)
{
	struct totals<1> s = {
	};

	if (!comes_last(counter, gridDim.x))
		return;
	for (size_t i = threadIdx.x; i < n; i += THREADS)
		s.v[0] += __ldcg(row + i);
	s = block_total(s);
	if (threadIdx.x == 0)
		*cell = factor * s.v[0] / (double)n;
}

static __global__ void __launch_bounds__(THREADS)
    cosines(const real *__restrict__ a, const real *__restrict__ b, size_t n, int d, double least,
	    double *row, double *cell, unsigned *counter)
{
	const int lane = (int)threadIdx.x % WARP;
	const size_t step = (size_t)gridDim.x * WARPS;

	for (size_t r = (size_t)blockIdx.x * WARPS + threadIdx.x / WARP; r < n; r += step) {
		struct totals<3> s = {
		};

		for (int j = lane; j < d; j += WARP) {
			const double x = (double)a[r * d + j], y = (double)b[r * d + j];

			s.v[0] += x * x;
			s.v[1] += y * y;
			s.v[2] += x * y;
		}
		s = warp_total(s);
		if (lane == 0)
			row[r] = s.v[2] / fmax(sqrt(s.v[0]) * sqrt(s.v[1]), least);
	}
	finish_mean(row, n, 1, cell, counter);
}

/* Launches a kernel of a warp per row, with memory for a number of each. */
static double *rows_of(const struct tensor *t, unsigned *blocks)
{
	const size_t n = tensor_rows(t);

	*blocks = blocks_for(cuda_queue_of(t), (n + WARPS - 1) / WARPS, ROW_BLOCKS);
	return (double *)cuda_workspace(cuda_of(t), n * sizeof(double));
}

void cuda_mean_cosine(const struct tensor *a, const struct tensor *b, double least, double *cell)
{
	const struct cuda_queue *q = cuda_queue_of(a);
	unsigned blocks;
	double *row = rows_of(a, &blocks);

	LAUNCH(cosines, blocks, THREADS, 0, q, reals_of(a), reals_of(b), tensor_rows(a),
	       tensor_cols(a), least, row, cell, q->counters);
}

/* The first of the largest values of a row. As on the CPU, NaN is the largest where it comes first,
 * and nowhere else. */
struct largest {
	real v;
	int at;
};

static __device__ inline struct largest larger(struct largest a, struct largest b)
{
	return b.v > a.v || (b.v == a.v && b.at < a.at) ? b : a;
}

static __device__ inline int place_of_largest(const real *x, int n)
{
	struct largest best = {(real)-INFINITY, 0};

	for (int j = (int)threadIdx.x % WARP; j < n; j += WARP)
		best = x[j] > best.v ? (struct largest){x[j], j} : best;
	for (int h = WARP / 2; h; h >>= 1) {
		struct largest other;

		other.v = __shfl_down_sync(~0u, best.v, (unsigned)h);
		other.at = __shfl_down_sync(~0u, best.at, (unsigned)h);
		best = larger(best, other);
	}
	return x[0] == x[0] ? best.at : 0;
}

static __global__ void __launch_bounds__(THREADS)
    hits(const real *__restrict__ x, const int *__restrict__ labels, size_t n, int d, double *row,
	 double *cell, unsigned *counter)
{
	const size_t step = (size_t)gridDim.x * WARPS;

	for (size_t r = (size_t)blockIdx.x * WARPS + threadIdx.x / WARP; r < n; r += step) {
		const int best = place_of_largest(x + r * d, d);

		if (threadIdx.x % WARP == 0)
			row[r] = best == labels[r];
	}
	finish_mean(row, n, 100, cell, counter);
}

void cuda_top1_percent(const struct tensor *logits, const int *labels, double *cell)
{
	const struct cuda_queue *q = cuda_queue_of(logits);
	unsigned blocks;
	double *row = rows_of(logits, &blocks);

	LAUNCH(hits, blocks, THREADS, 0, q, reals_of(logits), labels, tensor_rows(logits),
	       tensor_cols(logits), row, cell, q->counters);
}

/* --- the spread of embeddings over the sphere ----------------------------------------------- */

/* inv[r] = 1 / max(|z_r|, 1e-12) */
static __global__ void __launch_bounds__(THREADS)
    inverse_norms(const real *__restrict__ z, size_t n, int d, double *inv)
{
	const int lane = (int)threadIdx.x % WARP;
	const size_t step = (size_t)gridDim.x * WARPS;

	for (size_t r = (size_t)blockIdx.x * WARPS + threadIdx.x / WARP; r < n; r += step) {
		struct totals<1> s = {
		};

		for (int j = lane; j < d; j += WARP)
			s.v[0] += (double)z[r * d + j] * (double)z[r * d + j];
		s = warp_total(s);
		if (lane == 0)
			inv[r] = 1 / (sqrt(s.v[0]) < 1e-12 ? 1e-12 : sqrt(s.v[0]));
	}
}

/* The standard deviation from the sums of x - pivot and of (x - pivot)^2; NaN stays NaN. */
static __device__ inline double std_from(struct totals<2> s, double n)
{
	const double m = s.v[0] / n, var = s.v[1] / n - m * m;

	return sqrt(var < 0 ? 0 : var);
}

/* The sums of each column are around its first number: so they are exactly 0 where all are equal.
 * The last block adds up the parts of the rows and averages over the columns. part: {gridDim.y, d}
 */
static __global__ void __launch_bounds__(THREADS)
    column_stds(const real *__restrict__ z, const double *__restrict__ inv, size_t n, int d,
		struct totals<2> *part, double *cell, unsigned *counter)
{
	const int j = (int)(blockIdx.x * WARP + threadIdx.x);
	const size_t step = (size_t)gridDim.y * WARPS;
	struct totals<2> s = {
	};
	struct totals<1> all = {
	};

	if (j < d) {
		const double pivot = (double)z[j] * inv[0];

		for (size_t r = (size_t)blockIdx.y * WARPS + threadIdx.y; r < n; r += step) {
			const double x = (double)z[r * d + j] * inv[r] - pivot;

			s.v[0] += x;
			s.v[1] += x * x;
		}
	}
	s = tile_total(s);
	if (threadIdx.y == 0 && j < d)
		part[(size_t)blockIdx.y * d + j] = s;
	if (!comes_last(counter, gridDim.x * gridDim.y))
		return;
	for (int c = (int)thread_number(); c < d; c += THREADS) {
		struct totals<2> t = {
		};

		for (unsigned k = 0; k < gridDim.y; k++) {
			t.v[0] += __ldcg(&part[(size_t)k * d + c].v[0]);
			t.v[1] += __ldcg(&part[(size_t)k * d + c].v[1]);
		}
		all.v[0] += std_from(t, (double)n);
	}
	all = block_total(all);
	if (thread_number() == 0)
		*cell = all.v[0] / d;
}

/* The norms of n rows, and the sums of the columns for each part of the rows. */
size_t cuda_collapse_std_scratch(const struct tensor *z)
{
	const size_t n = tensor_rows(z), d = (size_t)tensor_cols(z);
	const dim3 grid = tiles_of(cuda_queue_of(z), n, (int)d);

	return n * sizeof(double) + grid.y * d * sizeof(struct totals<2>);
}

void cuda_collapse_std_of(const struct tensor *z, void *scratch, double *cell)
{
	const struct cuda_queue *q = cuda_queue_of(z);
	const size_t n = tensor_rows(z);
	const int d = tensor_cols(z);
	double *inv = (double *)scratch;

	LAUNCH(inverse_norms, blocks_for(q, (n + WARPS - 1) / WARPS, ROW_BLOCKS), THREADS, 0, q,
	       reals_of(z), n, d, inv);
	LAUNCH(column_stds, tiles_of(q, n, d), dim3(WARP, WARPS), 0, q, reals_of(z), inv, n, d,
	       (struct totals<2> *)(inv + n), cell, q->counters);
}
