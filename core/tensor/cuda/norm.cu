#include "core/tensor/cuda/norm.h"

#include "core/tensor/cuda/kernel.cuh"

/* A block has THREADS threads: threadIdx.x is one of `blockDim.x` columns of V channels, and
 * threadIdx.y a row. A grid has tiles of columns (x), chunks of rows (y) and groups (z). COLUMNS is
 * a power of two, and so is every number of columns and of rows. */
enum { THREADS = 256, COLUMNS = 8, VECTOR = 8, STRANDS = 4 };
enum {
	SUM_BLOCKS = 4,
	APPLY_BLOCKS = 6,
	APPLY_ROWS = 4
}; /* blocks per multiprocessor; rows a thread */

/* Where this thread works: the first of its channels, and rows first, first + step, ... of which
 * there are `times`. None if its channels are beyond the last one. */
struct place {
	int c;
	size_t first, step, times;
};

template <int V> static __device__ inline struct place place_of(const struct cuda_norm *b)
{
	struct place p;

	p.c = (int)((blockIdx.x * blockDim.x + threadIdx.x) * V);
	p.first = (size_t)blockIdx.y * blockDim.y + threadIdx.y;
	p.step = (size_t)gridDim.y * blockDim.y;
	p.times = p.c < b->channels && p.first < b->rows ? (b->rows - p.first - 1) / p.step + 1 : 0;
	return p;
}

/* The element of channel c in row r of group g. */
static __device__ inline size_t element(const struct cuda_norm *b, unsigned g, size_t r, int c)
{
	return (g * b->rows + r) * (size_t)b->channels + (size_t)c;
}

/* Two sums per channel. `partial` is {groups, chunks, 2, channels}. */
template <int V> struct sums {
	struct vec<V> a, b;
};
struct two_sums {
	double a, b;
};

/* Adds the sums of the block's rows, in a tree, and writes them as the partial sums of its chunk.
 */
template <int V>
static __device__ inline void block_sums(const struct cuda_norm *b, const struct sums<V> *s,
					 real *partial)
{
	__shared__ real sum[THREADS][2 * V + 1]; /* an odd width, for the banks of shared memory */
	const unsigned t = thread_number();
	const int c = (int)((blockIdx.x * blockDim.x + threadIdx.x) * V);
	real *to = partial + (size_t)(blockIdx.z * gridDim.y + blockIdx.y) * 2 * b->channels + c;

	for (int i = 0; i < V; i++) {
		sum[t][i] = s->a.v[i];
		sum[t][V + i] = s->b.v[i];
	}
	for (unsigned h = blockDim.y / 2; h; h >>= 1) {
		__syncthreads();
		for (int i = 0; threadIdx.y < h && i < 2 * V; i++)
			sum[t][i] += sum[t + h * blockDim.x][i];
	}
	for (int i = 0; threadIdx.y == 0 && i < V && c < b->channels; i++) {
		to[i] = sum[t][i];
		to[b->channels + i] = sum[t][V + i];
	}
}

/* In the last block of a tile: the sums of group g for channel c of the tile, where the thread's
 * number is c; of no use in the other threads. Chunks are added in STRANDS strands, each in order.
 */
template <int V>
static __device__ inline struct two_sums sum_chunks(const struct cuda_norm *b, const real *partial,
						    unsigned g)
{
	__shared__ struct two_sums strand[STRANDS][COLUMNS * V];
	const unsigned width = blockDim.x * V, c = thread_number() % width;
	const unsigned k0 = thread_number() / width;
	const size_t row = 2 * (size_t)b->channels;
	const real *p = partial + g * gridDim.y * row + blockIdx.x * width + c;
	struct two_sums t = {0, 0};

	if (k0 < STRANDS && (int)(blockIdx.x * width + c) < b->channels)
		for (unsigned k = k0; k < gridDim.y; k += STRANDS) {
			t.a += (double)__ldcg(p + k * row);
			t.b += (double)__ldcg(p + k * row + b->channels);
		}
	__syncthreads(); /* the sums of the group before have been read */
	if (k0 < STRANDS)
		strand[k0][c] = t;
	__syncthreads();
	for (unsigned k = 1; k0 == 0 && k < STRANDS; k++) {
		t.a += strand[k][c].a;
		t.b += strand[k][c].b;
	}
	return t;
}

/* The channel that this thread finishes in the last block of a tile, or -1. */
template <int V> static __device__ inline int own_channel(const struct cuda_norm *b)
{
	const unsigned width = blockDim.x * V, t = thread_number();
	const int c = (int)(blockIdx.x * width + t);

	return t < width && c < b->channels ? c : -1;
}

/* --- forward ------------------------------------------------------------------------------- */

struct running {
	real *mean, *var; /* {C}, or both NULL */
	double momentum, eps;
};

/* mean and istd of group g and channel c, from the sums of x - pivot and (x - pivot)^2:
 *
 *     mean = pivot + s / n        var = q / n - (s / n)^2        istd = 1 / sqrt(var + eps)
 */
static __device__ inline void finish_stats(const struct cuda_norm *b, const struct running *run,
					   unsigned g, int c, double pivot, struct two_sums t)
{
	const double n = (double)b->rows, m = t.a / n, v = t.b / n - m * m, var = v > 0 ? v : 0;
	const double mean = pivot + m, unbiased = n > 1 ? var * n / (n - 1) : var;

	b->mean[(size_t)g * b->channels + c] = (real)mean;
	b->istd[(size_t)g * b->channels + c] = (real)(1 / sqrt(var + run->eps));
	if (!run->mean)
		return;
	run->mean[c] += (real)(run->momentum * (mean - (double)run->mean[c]));
	run->var[c] += (real)(run->momentum * (unbiased - (double)run->var[c]));
}

/* Rows are read from the last to the first: the kernel before has left the last ones in the cache.
 */
template <typename T, int V>
static __global__ void __launch_bounds__(THREADS)
    norm_stats(struct cuda_norm b, struct running run, real *partial, unsigned *counters)
{
	const struct place p = place_of<V>(&b);
	const T *x = (const T *)b.x;
	struct sums<V> s = {
	};

	if (p.times) {
		const struct vec<V> pivot = load<V>(x + element(&b, blockIdx.z, 0, p.c));

#pragma unroll 4
		for (size_t k = p.times; k-- > 0;) {
			const size_t r = p.first + k * p.step;
			const struct vec<V> v = load<V>(x + element(&b, blockIdx.z, r, p.c));

			for (int i = 0; i < V; i++) {
				const real d = v.v[i] - pivot.v[i];

				s.a.v[i] += d;
				s.b.v[i] += d * d;
			}
		}
	}
	block_sums<V>(&b, &s, partial);
	if (!comes_last(counters + blockIdx.x, gridDim.y * gridDim.z))
		return;
	for (unsigned g = 0; g < gridDim.z; g++) {
		const struct two_sums t = sum_chunks<V>(&b, partial, g);
		const int c = own_channel<V>(&b);

		if (c >= 0)
			finish_stats(&b, &run, g, c, (double)(real)x[element(&b, g, 0, c)], t);
	}
}

/* In evaluation: the running statistics. */
static __global__ void norm_running(struct cuda_norm b, struct running run)
{
	const int c = (int)(blockIdx.x * blockDim.x + threadIdx.x);

	if (c >= b.channels)
		return;
	b.mean[c] = run.mean[c];
	b.istd[c] = (real)(1 / sqrt((double)run.var[c] + run.eps));
}

/* The per-channel values of z = (x - mean) scale + beta. */
template <int V> struct affine {
	struct vec<V> mean, scale, beta;
};

template <int V>
static __device__ inline struct affine<V> affine_of(const struct cuda_norm *b, unsigned g, int c) {
	const size_t at = (size_t)g * b->channels + c;
	struct affine<V> a;

	for (int i = 0; i < V; i++) {
		a.mean.v[i] = b->mean[at + i];
		a.scale.v[i] = b->gamma ? b->istd[at + i] * b->gamma[c + i] : b->istd[at + i];
		a.beta.v[i] = b->beta ? b->beta[c + i] : 0;
	}
	return a;
}

/* y = act((x - mean) scale + beta [+ residual]); a bit of the mask per channel of a vector */
template <typename T, int V, bool RELU, bool RESIDUAL>
static __global__ void __launch_bounds__(THREADS)
    norm_apply(struct cuda_norm b, const T *__restrict__ x, const T *__restrict__ residual,
	       T *__restrict__ y, unsigned char *__restrict__ mask)
{
	const struct place p = place_of<V>(&b);
	struct affine<V> a;

	if (!p.times)
		return;
	a = affine_of<V>(&b, blockIdx.z, p.c);
#pragma unroll 4
	for (size_t k = 0; k < p.times; k++) {
		const size_t at = element(&b, blockIdx.z, p.first + k * p.step, p.c);
		struct vec<V> v = load<V>(x + at), r = {
		};
		unsigned active = 0;

		if (RESIDUAL)
			r = load<V>(residual + at);
		for (int i = 0; i < V; i++) {
			v.v[i] = (v.v[i] - a.mean.v[i]) * a.scale.v[i] + a.beta.v[i] + r.v[i];
			active |= (unsigned)(v.v[i] > 0) << i;
			if (RELU && !(v.v[i] > 0))
				v.v[i] = v.v[i] != v.v[i] ? v.v[i] : 0; /* NaN stays NaN */
		}
		store<V>(y + at, v);
		if (RELU)
			mask[at / V] = (unsigned char)active;
	}
}

/* --- backward ------------------------------------------------------------------------------ */

/* dz = dy where the ReLU was active, otherwise 0. */
template <typename T, int V, bool RELU>
static __device__ inline struct vec<V> masked(const struct cuda_norm *b, const void *dy,
					      size_t at) {
	struct vec<V> d = load<V>((const T *)dy + at);
	const unsigned active = RELU ? b->mask[at / V] : ~0u;

	for (int i = 0; i < V; i++)
		d.v[i] = active >> i & 1 ? d.v[i] : 0;
	return d;
}

/* With a the sum of dz and q that of dz (x - mean):
 *
 *     dbeta += a        dgamma += q istd        mean_dz = a / n        mean_dz_xhat = q istd / n
 *
 * The means are 0 with running statistics, which do not depend on x. */
static __device__ inline void
finish_sums(const struct cuda_norm *b, const struct cuda_norm_grads *g, unsigned group, int c,
	    struct two_sums t)
{
	const size_t own = (size_t)group * b->channels + c;
	const double n = (double)b->rows, xhat = t.b * (double)b->istd[own];

	g->mean_dz[own] = b->batch_stats ? (real)(t.a / n) : 0;
	g->mean_dz_xhat[own] = b->batch_stats ? (real)(xhat / n) : 0;
	if (g->dgamma)
		g->dgamma[c] += (real)xhat;
	if (g->dbeta)
		g->dbeta[c] += (real)t.a;
}

template <typename T, int V, bool RELU>
static __global__ void __launch_bounds__(THREADS)
    norm_backward_sums(struct cuda_norm b, struct cuda_norm_grads g, real *partial,
		       unsigned *counters)
{
	const struct place p = place_of<V>(&b);
	struct sums<V> s = {
	};

	if (p.times) {
		const struct vec<V> mean = load<V>(b.mean + (size_t)blockIdx.z * b.channels + p.c);

#pragma unroll 4
		for (size_t k = p.times; k-- > 0;) {
			const size_t at = element(&b, blockIdx.z, p.first + k * p.step, p.c);
			const struct vec<V> x = load<V>((const T *)b.x + at);
			const struct vec<V> dz = masked<T, V, RELU>(&b, g.dy, at);

			if (g.dz)
				store<V>((T *)g.dz + at, dz);
			for (int i = 0; i < V; i++) {
				s.a.v[i] += dz.v[i];
				s.b.v[i] += dz.v[i] * (x.v[i] - mean.v[i]);
			}
		}
	}
	block_sums<V>(&b, &s, partial);
	if (!comes_last(counters + blockIdx.x, gridDim.y * gridDim.z))
		return;
	for (unsigned k = 0; k < gridDim.z; k++) {
		const struct two_sums t = sum_chunks<V>(&b, partial, k);
		const int c = own_channel<V>(&b);

		if (c >= 0)
			finish_sums(&b, &g, k, c, t);
	}
}

/* dx = scale (dz - mean(dz) - (x - mean) istd mean(dz xhat)) */
template <typename T, int V, bool RELU>
static __global__ void __launch_bounds__(THREADS)
    norm_backward_data(struct cuda_norm b, struct cuda_norm_grads g, T *dx, int accumulate)
{
	const struct place p = place_of<V>(&b);
	struct affine<V> a;
	struct vec<V> m1, m2;

	if (!p.times)
		return;
	a = affine_of<V>(&b, blockIdx.z, p.c);
	for (int i = 0; i < V; i++) {
		const size_t own = (size_t)blockIdx.z * b.channels + p.c + i;

		m1.v[i] = g.mean_dz[own];
		m2.v[i] = g.mean_dz_xhat[own] * b.istd[own];
	}
#pragma unroll 4
	for (size_t k = 0; k < p.times; k++) {
		const size_t at = element(&b, blockIdx.z, p.first + k * p.step, p.c);
		const struct vec<V> x = load<V>((const T *)b.x + at);
		struct vec<V> d = masked<T, V, RELU>(&b, g.dz ? g.dz : g.dy, at), old = {
		};

		if (accumulate)
			old = load<V>(dx + at);
		for (int i = 0; i < V; i++)
			d.v[i] =
			    a.scale.v[i] * (d.v[i] - m1.v[i] - (x.v[i] - a.mean.v[i]) * m2.v[i]) +
			    old.v[i];
		store<V>(dx + at, d);
	}
}

/* --- launches ------------------------------------------------------------------------------ */

static int vector_of(const struct cuda_norm *b)
{
	return b->channels % VECTOR == 0 ? VECTOR : 1;
}

struct launch {
	dim3 grid, block;
};

/* The launch of a pass of at most `blocks` blocks per multiprocessor, in which each thread has at
 * least `least` rows if there are as many. */
static struct launch launch_of(const struct cuda_queue *q, const struct cuda_norm *b, int blocks,
			       unsigned least)
{
	const unsigned vectors = (unsigned)(b->channels / vector_of(b));
	const unsigned groups = (unsigned)b->groups;
	unsigned columns = 1, tiles, wanted;
	size_t rows;

	while (columns < COLUMNS && columns < vectors)
		columns *= 2;
	tiles = (vectors + columns - 1) / columns;
	rows = (size_t)(THREADS / columns) * least;
	wanted = (unsigned)(q->multiprocessors * blocks) / (tiles * groups);
	wanted = min(wanted, 65535u);
	rows = (b->rows + rows - 1) / rows;
	wanted = rows < wanted ? (unsigned)rows : wanted;
	return {dim3(tiles, wanted ? wanted : 1, groups), dim3(columns, THREADS / columns)};
}

static void check_aligned(const struct cuda_norm *b, const void *p, const char *name)
{
	if (vector_of(b) > 1 && !is_aligned(p, 16))
		BUG("batch norm: %s is not aligned to 16 bytes", name);
}

static void check(const struct cuda_norm *b)
{
	if (b->type != CUDA_REAL && b->type != CUDA_BF16)
		BUG("batch norm of elements of type %d", (int)b->type);
	if (b->channels < 1 || b->rows < 1 || b->groups < 1 || b->groups > 65535)
		BUG("batch norm of %d groups of %zu rows of %d channels", b->groups, b->rows,
		    b->channels);
	if (b->channels > CUDA_COUNTERS * COLUMNS)
		BUG("batch norm of %d channels: at most %d", b->channels, CUDA_COUNTERS * COLUMNS);
	if (!b->batch_stats && b->groups != 1)
		BUG("batch norm with running statistics and %d groups", b->groups);
	if (b->relu && !b->mask)
		BUG("batch norm with ReLU and without a mask");
	check_aligned(b, b->x, "x");
	check_aligned(b, b->residual, "the residual");
	check_aligned(b, b->y, "y");
	check_aligned(b, b->mean, "the mean");
}

size_t cuda_norm_mask_bytes(const struct cuda_norm *b)
{
	return (size_t)b->groups * b->rows * (size_t)(b->channels / vector_of(b));
}

size_t cuda_norm_scratch(const struct cuda_queue *q, const struct cuda_norm *b)
{
	const struct launch l = launch_of(q, b, SUM_BLOCKS, 1);

	return (size_t)b->groups * l.grid.y * 2 * (size_t)b->channels * sizeof(real);
}

template <typename T, int V, bool RELU, bool RESIDUAL>
static void apply(const struct cuda_queue *q, const struct cuda_norm *b)
{
	const struct launch l = launch_of(q, b, APPLY_BLOCKS, APPLY_ROWS);

	LAUNCH((norm_apply<T, V, RELU, RESIDUAL>), l.grid, l.block, 0, q, *b, (const T *)b->x,
	       (const T *)b->residual, (T *)b->y, b->mask);
}

template <typename T, int V>
static void forward(const struct cuda_queue *q, const struct cuda_norm *b,
		    const struct running *run, void *scratch)
{
	const struct launch l = launch_of(q, b, SUM_BLOCKS, 1);

	if (b->batch_stats)
		LAUNCH((norm_stats<T, V>), l.grid, l.block, 0, q, *b, *run, (real *)scratch,
		       q->counters);
	else
		LAUNCH(norm_running, (b->channels + THREADS - 1) / THREADS, THREADS, 0, q, *b,
		       *run);
	if (b->relu)
		b->residual ? apply<T, V, true, true>(q, b) : apply<T, V, true, false>(q, b);
	else
		b->residual ? apply<T, V, false, true>(q, b) : apply<T, V, false, false>(q, b);
}

void cuda_norm_forward(const struct cuda_queue *q, const struct cuda_norm *b, double eps,
		       double momentum, real *running_mean, real *running_var, void *scratch)
{
	const struct running run = {running_mean, running_var, momentum, eps};

	check(b);
	if (b->type == CUDA_BF16 && vector_of(b) > 1)
		forward<__nv_bfloat16, VECTOR>(q, b, &run, scratch);
	else if (b->type == CUDA_BF16)
		forward<__nv_bfloat16, 1>(q, b, &run, scratch);
	else if (vector_of(b) > 1)
		forward<real, VECTOR>(q, b, &run, scratch);
	else
		forward<real, 1>(q, b, &run, scratch);
}

template <typename T, int V>
static void backward_sums(const struct cuda_queue *q, const struct cuda_norm *b,
			  const struct cuda_norm_grads *g, void *scratch)
{
	const struct launch l = launch_of(q, b, SUM_BLOCKS, 1);

	if (b->relu)
		LAUNCH((norm_backward_sums<T, V, true>), l.grid, l.block, 0, q, *b, *g,
		       (real *)scratch, q->counters);
	else
		LAUNCH((norm_backward_sums<T, V, false>), l.grid, l.block, 0, q, *b, *g,
		       (real *)scratch, q->counters);
}

void cuda_norm_backward_sums(const struct cuda_queue *q, const struct cuda_norm *b,
			     const struct cuda_norm_grads *g, void *scratch)
{
	check(b);
	check_aligned(b, g->dy, "dy");
	check_aligned(b, g->dz, "dz");
	if (b->type == CUDA_BF16 && vector_of(b) > 1)
		backward_sums<__nv_bfloat16, VECTOR>(q, b, g, scratch);
	else if (b->type == CUDA_BF16)
		backward_sums<__nv_bfloat16, 1>(q, b, g, scratch);
	else if (vector_of(b) > 1)
		backward_sums<real, VECTOR>(q, b, g, scratch);
	else
		backward_sums<real, 1>(q, b, g, scratch);
}

template <typename T, int V>
static void backward_data(const struct cuda_queue *q, const struct cuda_norm *b,
			  const struct cuda_norm_grads *g, void *dx, int accumulate)
{
	const struct launch l = launch_of(q, b, APPLY_BLOCKS, APPLY_ROWS);

	if (b->relu && !g->dz)
		LAUNCH((norm_backward_data<T, V, true>), l.grid, l.block, 0, q, *b, *g, (T *)dx,
		       accumulate);
	else
		LAUNCH((norm_backward_data<T, V, false>), l.grid, l.block, 0, q, *b, *g, (T *)dx,
		       accumulate);
}

void cuda_norm_backward_data(const struct cuda_queue *q, const struct cuda_norm *b,
			     const struct cuda_norm_grads *g, void *dx, int accumulate)
{
	check(b);
	check_aligned(b, dx, "dx");
	if (b->type == CUDA_BF16 && vector_of(b) > 1)
		backward_data<__nv_bfloat16, VECTOR>(q, b, g, dx, accumulate);
	else if (b->type == CUDA_BF16)
		backward_data<__nv_bfloat16, 1>(q, b, g, dx, accumulate);
	else if (vector_of(b) > 1)
		backward_data<real, VECTOR>(q, b, g, dx, accumulate);
	else
		backward_data<real, 1>(q, b, g, dx, accumulate);
}
