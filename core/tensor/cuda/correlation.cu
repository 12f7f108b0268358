/*
 * The correlation of two views: the quantities of core/tensor/kernels/correlation.h, with products
 * by cuBLAS. The slopes are in the device's memory, so that the factors which depend on them are
 * applied by kernels: to C or to a Gram matrix, in a copy, since these are smaller than a gradient.
 */
#include "core/tensor/cuda/device.h"
#include "core/tensor/cuda/kernels.h"
#include "core/tensor/cuda/lists.cuh"
#include "core/tensor/cuda/losses.h"

enum { ROW_BLOCKS = 8 /* per multiprocessor, of a row at a time */ };

/* --- the diagonal, and the squares off it ---------------------------------------------------- */

/* diagonal[j] = sum_r a_rj b_rj / m. The last block of each tile adds up its parts of the rows.
 * part: {gridDim.y, d} */
static __global__ void __launch_bounds__(THREADS)
    diagonal_of(const real *__restrict__ a, const real *__restrict__ b, size_t n, int d, double m,
		double *part, double *diagonal, unsigned *counters)
{
	const int j = (int)(blockIdx.x * WARP + threadIdx.x);
	const size_t step = (size_t)gridDim.y * WARPS;
	struct totals<1> s = {
	};

	for (size_t r = (size_t)blockIdx.y * WARPS + threadIdx.y; j < d && r < n; r += step)
		s.v[0] += (double)a[r * d + j] * (double)b[r * d + j];
	s = tile_total(s);
	if (threadIdx.y == 0 && j < d)
		part[(size_t)blockIdx.y * d + j] = s.v[0];
	if (!comes_last(counters + blockIdx.x, gridDim.y) || threadIdx.y || j >= d)
		return;
	s.v[0] = 0;
	for (unsigned k = 0; k < gridDim.y; k++)
		s.v[0] += __ldcg(part + (size_t)k * d + j);
	diagonal[j] = s.v[0] / m;
}

/* The last block adds up the sums of all blocks, and subtracts the squares of a diagonal {d}. */
static __device__ inline void finish_off(struct totals<1> s, double *part, const double *diagonal,
					 int d, double *off, unsigned *counter)
{
	s = block_total(s);
	if (threadIdx.x == 0)
		part[blockIdx.x] = s.v[0];
	if (!comes_last(counter, gridDim.x))
		return;
	s.v[0] = 0;
	for (unsigned k = threadIdx.x; k < gridDim.x; k += THREADS)
		s.v[0] += __ldcg(part + k);
	for (int j = (int)threadIdx.x; j < d; j += THREADS)
		s.v[0] -= diagonal[j] * diagonal[j];
	s = block_total(s);
	if (threadIdx.x == 0)
		*off = s.v[0];
}

/* off = the sum of the squares of C {d, d} off its diagonal, which becomes 0 */
static __global__ void __launch_bounds__(THREADS)
    off_of_c(real *__restrict__ c, int d, double *part, double *off, unsigned *counter)
{
	struct totals<1> s = {
	};

	for (int r = (int)blockIdx.x; r < d; r += (int)gridDim.x)
		for (int j = (int)threadIdx.x; j < d; j += THREADS) {
			real *at = c + (size_t)r * d + j;

			if (j == r)
				*at = 0;
			s.v[0] += (double)*at * (double)*at;
		}
	finish_off(s, part, NULL, 0, off, counter);
}

/* off = <A, B> - sum_j diagonal_j^2 for Gram matrices {n, n} */
static __global__ void __launch_bounds__(THREADS)
    off_of_grams(const real *__restrict__ a, const real *__restrict__ b, int n, double *part,
		 const double *diagonal, int d, double *off, unsigned *counter)
{
	struct totals<1> s = {
	};

	for (int r = (int)blockIdx.x; r < n; r += (int)gridDim.x)
		for (int j = (int)threadIdx.x; j < n; j += THREADS)
			s.v[0] += (double)a[(size_t)r * n + j] * (double)b[(size_t)r * n + j];
	finish_off(s, part, diagonal, d, off, counter);
}

static void find_diagonal(struct correlation *x)
{
	struct cuda_device *c = cuda_of(x->a);
	const dim3 grid = tiles_of(&c->q, (size_t)x->n, x->d);
	double *part = (double *)cuda_workspace(c, grid.y * (size_t)x->d * sizeof *part);

	if (grid.x > CUDA_COUNTERS)
		BUG("a correlation of %d dimensions", x->d);
	LAUNCH(diagonal_of, grid, dim3(WARP, WARPS), 0, &c->q, reals_of(x->a), reals_of(x->b),
	       (size_t)x->n, x->d, x->m, part, x->diagonal, c->q.counters);
}

static real *gram(struct cuda_device *c, struct tape *t, const struct correlation *x,
		  const struct tensor *a)
{
	real *k = (real *)tape_values(t, (size_t)x->n * (size_t)x->n * sizeof *k);

	cuda_multiply(c, 0, 1, x->n, x->n, x->d, 1 / x->m, reals_of(a), reals_of(a), 0, k);
	return k;
}

void cuda_correlation_init(struct correlation *x, struct tape *t, const struct tensor *a,
			   const struct tensor *b, double m)
{
	struct cuda_device *c = cuda_of(a);
	const int n = (int)tensor_rows(a), d = tensor_cols(a), small = n < d ? n : d;
	const unsigned blocks = blocks_for(&c->q, (size_t)small, ROW_BLOCKS);
	double *part;

	*x = {};
	x->n = n;
	x->d = d;
	x->m = m;
	x->a = a;
	x->b = b;
	x->off = tape_scalar(t);
	x->diagonal = (double *)tape_values(t, (size_t)d * sizeof *x->diagonal);
	find_diagonal(x);
	if (n < d) {
		x->gram_a = gram(c, t, x, a);
		x->gram_b = b == a ? x->gram_a : gram(c, t, x, b);
		part = (double *)cuda_workspace(c, blocks * sizeof *part);
		LAUNCH(off_of_grams, blocks, THREADS, 0, &c->q, x->gram_a, x->gram_b, n, part,
		       x->diagonal, d, x->off, c->q.counters);
		return;
	}
	x->c = (real *)tape_values(t, (size_t)d * (size_t)d * sizeof *x->c);
	cuda_multiply(c, 1, 0, d, d, n, 1 / m, reals_of(a), reals_of(b), 0, x->c);
	part = (double *)cuda_workspace(c, blocks * sizeof *part);
	LAUNCH(off_of_c, blocks, THREADS, 0, &c->q, x->c, d, part, x->off, c->q.counters);
}

/* --- gradients ------------------------------------------------------------------------------ */

/* scaled = 2 off / m times a matrix {n, n}, with slope_j / m on the diagonal if there are slopes */
static __global__ void __launch_bounds__(THREADS)
    scale(const real *__restrict__ from, real *__restrict__ scaled, int n, const double *off,
	  const double *slope, double m)
{
	const real s = (real)(2 * *off / m);

	for (int r = (int)blockIdx.x; r < n; r += (int)gridDim.x)
		for (int j = (int)threadIdx.x; j < n; j += THREADS) {
			const size_t at = (size_t)r * n + j;

			scaled[at] = slope && j == r ? (real)(slope[j] / m) : s * from[at];
		}
}

/* g_rj += other_rj (slope_j - 2 off C_jj) / m: the diagonal's part, where the product was that of
 * the whole ||C||^2. A thread takes V columns. */
template <int V>
static __global__ void __launch_bounds__(THREADS)
    add_diagonal(real *__restrict__ g, const real *__restrict__ other, size_t n, int d,
		 const double *off, const double *slope, const double *diagonal, double m)
{
	const int j = (int)(blockIdx.x * WARP + threadIdx.x) * V;
	const size_t step = (size_t)gridDim.y * WARPS;
	real column[V];

	if (j >= d)
		return;
	for (int i = 0; i < V; i++)
		column[i] = (real)((slope[j + i] - 2 * *off * diagonal[j + i]) / m);
#pragma unroll 2
	for (size_t r = (size_t)blockIdx.y * WARPS + threadIdx.y; r < n; r += step) {
		const struct vec<V> o = load<V>(other + r * d + j);
		struct vec<V> v = load<V>(g + r * d + j);

		for (int i = 0; i < V; i++)
			v.v[i] += o.v[i] * column[i];
		store<V>(g + r * d + j, v);
	}
}

template <int V>
static void launch_diagonal(const struct cuda_queue *q, const struct correlation *x,
			    const struct correlation_slopes *s, const real *other, real *g)
{
	const unsigned tiles = (unsigned)(x->d / V + WARP - 1) / WARP;
	const unsigned rows = blocks_for(q, (size_t)(x->n + WARPS - 1) / WARPS, ROW_BLOCKS);

	LAUNCH(add_diagonal<V>, dim3(tiles, rows / tiles ? rows / tiles : 1), dim3(WARP, WARPS), 0,
	       q, g, other, (size_t)x->n, x->d, s->off, s->diagonal, x->diagonal, x->m);
}

/* The gradient of one of the views. */
struct side {
	const struct tensor *own, *other;
	const real *gram; /* of the other view */
	int transposed;   /* 1: the product is with C^T */
};

/* g (+)= other S for S = 2 off / m C, whose diagonal is that of the slopes */
static void grad_by_c(const struct correlation *x, const struct correlation_slopes *s,
		      const struct side *v, struct tensor *g, int accumulate)
{
	struct cuda_device *c = cuda_of(g);
	real *scaled = (real *)cuda_workspace(c, (size_t)x->d * (size_t)x->d * sizeof *scaled);

	LAUNCH(scale, blocks_for(&c->q, (size_t)x->d, ROW_BLOCKS), THREADS, 0, &c->q, x->c, scaled,
	       x->d, s->off, s->diagonal, x->m);
	cuda_multiply(c, 0, v->transposed, x->n, x->d, x->d, 1, reals_of(v->other), scaled,
		      accumulate, reals_of(g));
}

/* g (+)= S own for S = 2 off / m times the other view's Gram matrix, and then the diagonal's part
 */
static void grad_by_gram(const struct correlation *x, const struct correlation_slopes *s,
			 const struct side *v, struct tensor *g, int accumulate)
{
	struct cuda_device *c = cuda_of(g);
	real *scaled = (real *)cuda_workspace(c, (size_t)x->n * (size_t)x->n * sizeof *scaled);
	const real *other = reals_of(v->other);
	real *to = reals_of(g);

	LAUNCH(scale, blocks_for(&c->q, (size_t)x->n, ROW_BLOCKS), THREADS, 0, &c->q, v->gram,
	       scaled, x->n, s->off, (const double *)NULL, x->m);
	cuda_multiply(c, 0, 0, x->n, x->d, x->n, 1, scaled, reals_of(v->own), accumulate, to);
	if (x->d % VECTOR == 0 && is_aligned(other, 16) && is_aligned(to, 16))
		launch_diagonal<VECTOR>(&c->q, x, s, other, to);
	else
		launch_diagonal<1>(&c->q, x, s, other, to);
}

static void grad(const struct correlation *x, const struct correlation_slopes *s,
		 const struct side *v, struct tensor *g, int accumulate)
{
	if (x->c)
		grad_by_c(x, s, v, g, accumulate);
	else
		grad_by_gram(x, s, v, g, accumulate);
}

void cuda_correlation_grad_a(const struct correlation *x, const struct correlation_slopes *slopes,
			     struct tensor *ga, int accumulate)
{
	const struct side v = {x->a, x->b, x->gram_b, 1};

	grad(x, slopes, &v, ga, accumulate);
}

void cuda_correlation_grad_b(const struct correlation *x, const struct correlation_slopes *slopes,
			     struct tensor *gb, int accumulate)
{
	const struct side v = {x->b, x->a, x->gram_a, 0};

	grad(x, slopes, &v, gb, accumulate);
}
