/* The losses of Barlow Twins, VICReg and SimCLR: the quantities of core/tensor/kernels/losses.h. */
#include "core/tensor/cuda/losses.h"
#include "core/tensor/cuda/device.h"
#include "core/tensor/cuda/kernels.h"
#include "core/tensor/cuda/lists.cuh"

enum { SLOPE_BLOCKS = 2, ROW_BLOCKS = 8 /* per multiprocessor */ };

/* --- Barlow Twins --------------------------------------------------------------------------- */

/* One block. */
static __global__ void __launch_bounds__(THREADS)
    barlow_loss(struct barlow_factors f, const double *__restrict__ diagonal, int d,
		const double *off, double *on, real *y)
{
	struct totals<1> s = {
	};

	for (int i = (int)threadIdx.x; i < d; i += THREADS)
		s.v[0] += (1 - diagonal[i]) * (1 - diagonal[i]);
	s = block_total(s);
	if (threadIdx.x)
		return;
	*on = s.v[0];
	*y = (real)(f.diagonal * s.v[0] + f.lambda * *off);
}

/* dL/dC_ii = -2 diagonal (1 - C_ii),  dL/d(off) = lambda */
static __global__ void __launch_bounds__(THREADS)
    barlow_slopes(struct barlow_factors f, const double *__restrict__ diagonal, int d,
		  const real *dy, struct correlation_slopes slopes)
{
	const int step = (int)gridDim.x * THREADS, own = (int)(blockIdx.x * THREADS + threadIdx.x);

	for (int i = own; i < d; i += step)
		slopes.diagonal[i] = -2 * f.diagonal * (1 - diagonal[i]) * (double)*dy;
	if (own == 0)
		*slopes.off = f.lambda * (double)*dy;
}

void cuda_barlow_forward(const struct correlation *c, const struct barlow_factors *f, double *on,
			 struct tensor *y)
{
	LAUNCH(barlow_loss, 1, THREADS, 0, cuda_queue_of(y), *f, c->diagonal, c->d, c->off, on,
	       reals_of(y));
}

static unsigned slope_blocks(const struct cuda_queue *q, int d)
{
	return blocks_for(q, (size_t)(d + THREADS - 1) / THREADS, SLOPE_BLOCKS);
}

void cuda_barlow_backward(const struct correlation *c, const struct barlow_factors *f,
			  const struct tensor *dy, struct correlation_slopes *slopes)
{
	const struct cuda_queue *q = cuda_queue_of(dy);

	LAUNCH(barlow_slopes, slope_blocks(q, c->d), THREADS, 0, q, *f, c->diagonal, c->d,
	       reals_of(dy), *slopes);
}

/* --- VICReg --------------------------------------------------------------------------------- */

/* One block. */
static __global__ void __launch_bounds__(THREADS)
    spread_loss(struct spread_factors f, const double *__restrict__ diagonal, int d,
		const double *off, double *variance, double *covariance, real *y)
{
	struct totals<1> s = {
	};

	for (int j = (int)threadIdx.x; j < d; j += THREADS) {
		const double sd = sqrt(diagonal[j] + f.eps);

		s.v[0] += sd < f.gamma ? f.gamma - sd : 0;
	}
	s = block_total(s);
	if (threadIdx.x)
		return;
	*variance = s.v[0] / d;
	*covariance = *off / d;
	*y = (real)(f.mu * (s.v[0] / d) + f.nu * (*off / d));
}

/* dv/dC_jj = -1 / (2 D sqrt(C_jj + eps)) where the hinge is active,  dc/d(off) = 1 / D; twice that
 */
static __global__ void __launch_bounds__(THREADS)
    spread_slopes(struct spread_factors f, const double *__restrict__ diagonal, int d,
		  const real *dy, struct correlation_slopes slopes)
{
	const int step = (int)gridDim.x * THREADS, own = (int)(blockIdx.x * THREADS + threadIdx.x);
	const double twice = 2 * (double)*dy / d;

	for (int j = own; j < d; j += step) {
		const double sd = sqrt(diagonal[j] + f.eps);

		slopes.diagonal[j] = sd < f.gamma ? -twice * f.mu / (2 * sd) : 0;
	}
	if (own == 0)
		*slopes.off = twice * f.nu;
}

void cuda_spread_forward(const struct correlation *cov, const struct spread_factors *f,
			 double *variance, double *covariance, struct tensor *y)
{
	LAUNCH(spread_loss, 1, THREADS, 0, cuda_queue_of(y), *f, cov->diagonal, cov->d, cov->off,
	       variance, covariance, reals_of(y));
}

void cuda_spread_backward(const struct correlation *cov, const struct spread_factors *f,
			  const struct tensor *dy, struct correlation_slopes *slopes)
{
	const struct cuda_queue *q = cuda_queue_of(dy);

	LAUNCH(spread_slopes, slope_blocks(q, cov->d), THREADS, 0, q, *f, cov->diagonal, cov->d,
	       reals_of(dy), *slopes);
}

/* --- SimCLR --------------------------------------------------------------------------------- */

struct nt_xent {
	int n; /* 2N */
	real *p;
	double *loss, *entropy, *hit; /* per row; hit: 1 if the positive is nearest, else 0 */
	double *mean_entropy, *accuracy;
	real *y;
};

/* The largest number of all threads, for all of them; NaN does not count, as in fmax(). */
static __device__ inline double block_largest(double v)
{
	__shared__ double part[WARPS];

	for (int h = WARP / 2; h; h >>= 1)
		v = fmax(v, __shfl_down_sync(~0u, v, (unsigned)h));
	if (threadIdx.x % WARP == 0)
		part[threadIdx.x / WARP] = v;
	__syncthreads();
	v = part[0];
	for (int k = 1; k < WARPS; k++)
		v = fmax(v, part[k]);
	return v;
}

/* The sums of all threads, for all of them. */
static __device__ inline struct totals<2> shared_total(struct totals<2> s) {
	__shared__ struct totals<2> whole;

	s = block_total(s);
	if (threadIdx.x == 0)
		whole = s;
	__syncthreads();
	return whole;
}

/* Converts row i of p from similarities to P, with sums over the negatives, which can be tiny. In
 * between, p holds exp(similarity - max). */
static __device__ inline void
softmax_row(const struct nt_xent &x, int i)
{
	const int positive = i < x.n / 2 ? i + x.n / 2 : i - x.n / 2;
	real *p = x.p + (size_t)i * x.n;
	const double own = (double)p[positive];
	double nearest = -INFINITY, max, sum;
	struct totals<2> s = {
	}; /* over the negatives; of exp(v) v over all */

	for (int k = (int)threadIdx.x; k < x.n; k += THREADS)
		if (k != i && k != positive)
			nearest = fmax(nearest, (double)p[k]);
	nearest = block_largest(nearest);
	max = fmax(nearest, own);
	for (int k = (int)threadIdx.x; k < x.n; k += THREADS) {
		const double v = (double)p[k] - max, e = k == i ? 0 : exp(v);

		s.v[0] += k == positive ? 0 : e;
		s.v[1] += e * v;
		p[k] = (real)e;
	}
	s = shared_total(s);
	sum = s.v[0] + exp(own - max);
	for (int k = (int)threadIdx.x; k < x.n; k += THREADS)
		p[k] = k == positive ? (real)(-s.v[0] / sum) : (real)((double)p[k] / sum);
	if (threadIdx.x)
		return;
	x.hit[i] = nearest < own;
	x.loss[i] = nearest < own ? log1p(s.v[0]) : log(sum) + max - own;
	x.entropy[i] = log(sum) - s.v[1] / sum;
}

/* A block takes one row after another; the last block adds up the numbers of all rows. */
static __global__ void __launch_bounds__(THREADS) softmax_rows(struct nt_xent x, unsigned *counter)
{
	struct totals<3> s = {
	};

	for (int i = (int)blockIdx.x; i < x.n; i += (int)gridDim.x)
		softmax_row(x, i);
	if (!comes_last(counter, gridDim.x))
		return;
	for (int i = (int)threadIdx.x; i < x.n; i += THREADS) {
		s.v[0] += __ldcg(x.loss + i);
		s.v[1] += __ldcg(x.entropy + i);
		s.v[2] += __ldcg(x.hit + i);
	}
	s = block_total(s);
	if (threadIdx.x)
		return;
	*x.y = (real)(s.v[0] / x.n);
	*x.mean_entropy = s.v[1] / x.n;
	*x.accuracy = 100 * s.v[2] / x.n;
}

void cuda_nt_xent_forward(const struct tensor *u, double temperature, real *p, double *rows,
			  double *entropy, double *accuracy, struct tensor *y)
{
	struct cuda_device *c = cuda_of(u);
	const int n = (int)tensor_rows(u);
	const struct nt_xent x = {n,       p,        rows,       rows + n, rows + 2 * (size_t)n,
				  entropy, accuracy, reals_of(y)};

	cuda_multiply(c, 0, 1, n, n, tensor_cols(u), 1 / temperature, reals_of(u), reals_of(u), 0,
		      p);
	LAUNCH(softmax_rows, blocks_for(&c->q, (size_t)n, ROW_BLOCKS), THREADS, 0, &c->q, x,
	       c->q.counters);
}

/* h = dy / (n temperature) (P + P^T), in square tiles of WARP rows, of which the transposed one
 * goes through shared memory. */
static __global__ void __launch_bounds__(THREADS)
    symmetric_slopes(const real *__restrict__ p, real *__restrict__ h, int n, double temperature,
		     const real *dy)
{
	__shared__ real tile[WARP][WARP + 1];
	const int r0 = (int)blockIdx.y * WARP, c0 = (int)blockIdx.x * WARP, x = (int)threadIdx.x;
	const double scale = (double)*dy / (n * temperature);

	for (int i = (int)threadIdx.y; i < WARP; i += WARPS)
		if (c0 + i < n && r0 + x < n)
			tile[i][x] = p[(size_t)(c0 + i) * n + r0 + x];
	__syncthreads();
	for (int i = (int)threadIdx.y; i < WARP; i += WARPS)
		if (r0 + i < n && c0 + x < n) {
			const size_t at = (size_t)(r0 + i) * n + c0 + x;

			h[at] = (real)(scale * ((double)p[at] + (double)tile[x][i]));
		}
}

void cuda_nt_xent_backward(const struct tensor *u, double temperature, const real *p, real *h,
			   const struct tensor *dy, struct tensor *du, int accumulate)
{
	struct cuda_device *c = cuda_of(u);
	const int n = (int)tensor_rows(u), d = tensor_cols(u);
	const unsigned tiles = (unsigned)(n + WARP - 1) / WARP;

	LAUNCH(symmetric_slopes, dim3(tiles, tiles), dim3(WARP, WARPS), 0, &c->q, p, h, n,
	       temperature, reals_of(dy));
	cuda_multiply(c, 0, 0, n, d, n, 1, h, reals_of(u), accumulate, reals_of(du));
}
