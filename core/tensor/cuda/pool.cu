/* Pooling over pixels. A block has `columns` vectors of V channels (threadIdx.x), a power of two,
 * and rows of pixels (threadIdx.y), so that neighbouring threads read neighbouring channels. */
#include "core/tensor/cuda/device.h"
#include "core/tensor/cuda/kernel.cuh"
#include "core/tensor/cuda/kernels.h"

enum { THREADS = 256, COLUMNS = 32 };
static const unsigned MAX_GRID = 65535; /* blocks in y and z */

static dim3 block_of(int vectors)
{
	unsigned columns = 1;

	while (columns < COLUMNS && columns < (unsigned)vectors)
		columns *= 2;
	return dim3(columns, THREADS / columns);
}

/* The channels that a thread takes at once: 16 bytes, or one where they do not fit. */
static int vector_of(const struct tensor *x, int channels)
{
	const int v = cuda_type_of(x) == CUDA_BF16 ? 8 : 4;

	return channels % v == 0 && is_aligned(cuda_values(x), 16) ? v : 1;
}

/* --- maximum ------------------------------------------------------------------------------- */

/* A grid is tiles of a row (x), rows (y) and images (z). K, S: kernel and stride; 0: any. */
template <int K, int S> static __device__ inline int kernel_of(const struct pool_shape *s)
{
	return K ? K : s->kernel;
}
template <int K, int S> static __device__ inline int stride_of(const struct pool_shape *s)
{
	return S ? S : s->stride;
}

/* The V channels from c on of output (i, j) of image n. A NaN counts as larger than anything. */
template <typename T, int V, int K, int S>
static __device__ inline void max_of_window(const struct pool_shape *s, unsigned n, int i, int j,
					    int c, const T *x, T *y, uint8_t *where)
{
	const int kernel = kernel_of<K, S>(s), stride = stride_of<K, S>(s);
	const size_t to = (((size_t)n * s->oh + i) * s->ow + j) * s->c + c;
	const T *image = x + (size_t)n * s->h * s->w * s->c + c;
	struct pack<uint8_t, V> at = {
	};
	struct vec<V> best;

	for (int k = 0; k < V; k++)
		best.v[k] = -(real)INFINITY;
	for (int p = 0; p < kernel * kernel; p++) {
		const int row = i * stride - s->padding + p / kernel;
		const int col = j * stride - s->padding + p % kernel;

		if (row < 0 || row >= s->h || col < 0 || col >= s->w)
			continue;
		const struct vec<V> v = load<V>(image + ((size_t)row * s->w + col) * s->c);

		for (int k = 0; k < V; k++) {
			const bool better = v.v[k] > best.v[k] || v.v[k] != v.v[k];

			best.v[k] = better ? v.v[k] : best.v[k];
			at.v[k] = better ? (uint8_t)p : at.v[k];
		}
	}
	store<V>(y + to, best);
	*(struct pack<uint8_t, V> *)(where + to) = at;
}

template <typename T, int V, int K, int S>
static __global__ void __launch_bounds__(THREADS)
    max_forward(struct pool_shape s, unsigned images, const T *__restrict__ x, T *__restrict__ y,
		uint8_t *__restrict__ where)
{
	const int j = (int)(blockIdx.x * blockDim.y + threadIdx.y);

	if (j >= s.ow)
		return;
	for (unsigned n = blockIdx.z; n < images; n += gridDim.z)
		for (int i = (int)blockIdx.y; i < s.oh; i += (int)gridDim.y)
			for (int c = (int)threadIdx.x * V; c < s.c; c += (int)blockDim.x * V)
				max_of_window<T, V, K, S>(&s, n, i, j, c, x, y, where);
}

/* The outputs, from <= i < to along one axis of `out`, in whose windows input `at` is. */
struct span {
	int from, to;
};
template <int K, int S>
static __device__ inline struct span windows_of(const struct pool_shape *s, int at, int out)
{
	const unsigned stride = (unsigned)stride_of<K, S>(s), padded = (unsigned)(at + s->padding);
	const unsigned kernel = (unsigned)kernel_of<K, S>(s);
	struct span i;

	i.from = padded < kernel ? 0 : (int)((padded - kernel) / stride) + 1;
	i.to = min((int)(padded / stride) + 1, out);
	return i;
}

/* The V channels from c on of input (row, col): it gathers what the outputs pass on to it, in their
 * order. */
template <typename T, int V, int K, int S>
static __device__ inline void gradient_at(const struct pool_shape *s, unsigned n, int row, int col,
					  int c, const T *dy, const uint8_t *where, T *dx,
					  int accumulate)
{
	const int kernel = kernel_of<K, S>(s), stride = stride_of<K, S>(s);
	const struct span rows = windows_of<K, S>(s, row, s->oh);
	const struct span cols = windows_of<K, S>(s, col, s->ow);
	const size_t to = (((size_t)n * s->h + row) * s->w + col) * s->c + c;
	struct vec<V> d = {
	};

	if (accumulate)
		d = load<V>(dx + to);
	for (int i = rows.from; i < rows.to; i++)
		for (int j = cols.from; j < cols.to; j++) {
			const size_t at = (((size_t)n * s->oh + i) * s->ow + j) * s->c + c;
			const int p = (row + s->padding - i * stride) * kernel +
				      (col + s->padding - j * stride);
			const struct vec<V> g = load<V>(dy + at);
			const struct pack<uint8_t, V> w =
			    *(const struct pack<uint8_t, V> *)(where + at);

			for (int k = 0; k < V; k++)
				d.v[k] = w.v[k] == p ? d.v[k] + g.v[k] : d.v[k];
		}
	store<V>(dx + to, d);
}

template <typename T, int V, int K, int S>
static __global__ void __launch_bounds__(THREADS)
    max_backward(struct pool_shape s, unsigned images, const T *__restrict__ dy,
		 const uint8_t *__restrict__ where, T *__restrict__ dx, int accumulate)
{
	const int col = (int)(blockIdx.x * blockDim.y + threadIdx.y);

	if (col >= s.w)
		return;
	for (unsigned n = blockIdx.z; n < images; n += gridDim.z)
		for (int row = (int)blockIdx.y; row < s.h; row += (int)gridDim.y)
			for (int c = (int)threadIdx.x * V; c < s.c; c += (int)blockDim.x * V)
				gradient_at<T, V, K, S>(&s, n, row, col, c, dy, where, dx,
							accumulate);
}

/* A pass over images of rows x cols pixels, and what it works on. */
struct pass {
	struct pool_shape s;
	unsigned images;
	const struct tensor *from;
	struct tensor *to;
	dim3 block;
};

static dim3 grid_of(const struct pass *m, int rows, int cols)
{
	return dim3(((unsigned)cols + m->block.y - 1) / m->block.y, min((unsigned)rows, MAX_GRID),
		    min(m->images, MAX_GRID));
}

template <typename T, int V> static void forward(const struct pass *m, uint8_t *where)
{
	const struct cuda_queue *q = cuda_queue_of(m->to);
	const dim3 grid = grid_of(m, m->s.oh, m->s.ow);
	const T *x = (const T *)cuda_values(m->from);
	T *y = (T *)cuda_values(m->to);

	if (m->s.kernel == 3 && m->s.stride == 2)
		LAUNCH((max_forward<T, V, 3, 2>), grid, m->block, 0, q, m->s, m->images, x, y,
		       where);
	else
		LAUNCH((max_forward<T, V, 0, 0>), grid, m->block, 0, q, m->s, m->images, x, y,
		       where);
}

template <typename T, int V>
static void backward(const struct pass *m, const uint8_t *where, int accumulate)
{
	const struct cuda_queue *q = cuda_queue_of(m->to);
	const dim3 grid = grid_of(m, m->s.h, m->s.w);
	const T *dy = (const T *)cuda_values(m->from);
	T *dx = (T *)cuda_values(m->to);

	if (m->s.kernel == 3 && m->s.stride == 2)
		LAUNCH((max_backward<T, V, 3, 2>), grid, m->block, 0, q, m->s, m->images, dy, where,
		       dx, accumulate);
	else
		LAUNCH((max_backward<T, V, 0, 0>), grid, m->block, 0, q, m->s, m->images, dy, where,
		       dx, accumulate);
}

/* Returns the channels that a thread takes at once, or 0: there is nothing to do. */
static int prepare(struct pass *m, const struct pool_shape *s, const struct tensor *from,
		   struct tensor *to, const uint8_t *where)
{
	int v = vector_of(from, s->c);

	if (from->element != to->element)
		BUG("pooling from elements of type %d to %d", (int)from->element, (int)to->element);
	if (vector_of(to, s->c) != v || !is_aligned(where, (size_t)v))
		v = 1;
	*m = {*s, (unsigned)from->shape[0], from, to, block_of(s->c / v)};
	return from->n && to->n ? v : 0;
}

void cuda_maxpool_forward(const struct pool_shape *s, const struct tensor *x, struct tensor *y,
			  uint8_t *where)
{
	struct pass m;
	const int v = prepare(&m, s, x, y, where);

	if (v > 1 && cuda_type_of(x) == CUDA_BF16)
		forward<__nv_bfloat16, 8>(&m, where);
	else if (v > 1)
		forward<real, 4>(&m, where);
	else if (v && cuda_type_of(x) == CUDA_BF16)
		forward<__nv_bfloat16, 1>(&m, where);
	else if (v)
		forward<real, 1>(&m, where);
}

void cuda_maxpool_backward(const struct pool_shape *s, const struct tensor *dy,
			   const uint8_t *where, struct tensor *dx, int accumulate)
{
	struct pass m;
	const int v = prepare(&m, s, dy, dx, where);

	if (v > 1 && cuda_type_of(dx) == CUDA_BF16)
		backward<__nv_bfloat16, 8>(&m, where, accumulate);
	else if (v > 1)
		backward<real, 4>(&m, where, accumulate);
	else if (v && cuda_type_of(dx) == CUDA_BF16)
		backward<__nv_bfloat16, 1>(&m, where, accumulate);
	else if (v)
		backward<real, 1>(&m, where, accumulate);
}

/* --- mean ---------------------------------------------------------------------------------- */

/* Images x {N, pixels, channels} and their means y {N, channels}: a block takes a tile of the
 * channels of one image, and its rows of threads every blockDim.y-th pixel. */
struct means {
	unsigned pixels, tiles;
	int channels;
};

/* The first channel of this thread. */
template <int V> static __device__ inline int channel_of(const struct means *m)
{
	return (int)((blockIdx.x % m->tiles * blockDim.x + threadIdx.x) * V);
}

template <typename T, int V>
static __global__ void __launch_bounds__(THREADS)
    mean_forward(struct means m, const T *__restrict__ x, real *__restrict__ y)
{
	__shared__ double sum[V][THREADS];
	const int c = channel_of<V>(&m);
	const unsigned n = blockIdx.x / m.tiles, t = thread_number();
	const T *from = x + (size_t)n * m.pixels * m.channels + c;
	double own[V] = {};
	struct vec<V> mean;

#pragma unroll 4
	for (unsigned p = threadIdx.y; c < m.channels && p < m.pixels; p += blockDim.y) {
		const struct vec<V> v = load<V>(from + (size_t)p * m.channels);

		for (int i = 0; i < V; i++)
			own[i] += (double)v.v[i];
	}
	for (int i = 0; i < V; i++)
		sum[i][t] = own[i];
	for (unsigned h = blockDim.y / 2; h; h >>= 1) {
		__syncthreads();
		for (int i = 0; threadIdx.y < h && i < V; i++)
			sum[i][t] += sum[i][t + h * blockDim.x];
	}
	if (threadIdx.y || c >= m.channels)
		return;
	for (int i = 0; i < V; i++)
		mean.v[i] = (real)(sum[i][t] / (double)m.pixels);
	store<V>(y + (size_t)n * m.channels + c, mean);
}

template <typename T, int V>
static __global__ void __launch_bounds__(THREADS)
    mean_backward(struct means m, const real *__restrict__ dy, T *__restrict__ dx, int accumulate)
{
	const int c = channel_of<V>(&m);
	const unsigned n = blockIdx.x / m.tiles;
	T *to = dx + (size_t)n * m.pixels * m.channels + c;
	const real s = 1 / (real)m.pixels;
	struct vec<V> d;

	if (c >= m.channels)
		return;
	d = load<V>(dy + (size_t)n * m.channels + c);
	for (unsigned p = threadIdx.y; p < m.pixels; p += blockDim.y) {
		struct vec<V> v = {
		};

		if (accumulate)
			v = load<V>(to + (size_t)p * m.channels);
		for (int i = 0; i < V; i++)
			v.v[i] += s * d.v[i];
		store<V>(to + (size_t)p * m.channels, v);
	}
}

struct launch {
	struct means m;
	unsigned grid;
	dim3 block;
};

static struct launch launch_of(const struct tensor *x, int v)
{
	struct launch l;

	l.block = block_of(x->shape[3] / v);
	l.m.pixels = (unsigned)(x->shape[1] * x->shape[2]);
	l.m.channels = x->shape[3];
	l.m.tiles = ((unsigned)(x->shape[3] / v) + l.block.x - 1) / l.block.x;
	l.grid = (unsigned)x->shape[0] * l.m.tiles;
	return l;
}

template <typename T, int V> static void mean(const struct tensor *x, struct tensor *y)
{
	const struct launch l = launch_of(x, V);

	LAUNCH((mean_forward<T, V>), l.grid, l.block, 0, cuda_queue_of(x), l.m,
	       (const T *)cuda_values(x), y->mem->data);
}

template <typename T, int V>
static void spread(const struct tensor *dy, struct tensor *dx, int accumulate)
{
	const struct launch l = launch_of(dx, V);

	LAUNCH((mean_backward<T, V>), l.grid, l.block, 0, cuda_queue_of(dx), l.m,
	       (const real *)dy->mem->data, (T *)cuda_values(dx), accumulate);
}

/* As vector_of(), for images and their means, which are real; 0: there is nothing to do. */
static int vector_of_both(const struct tensor *images, const struct tensor *means)
{
	if (means->element != ELEMENT_REAL)
		BUG("means of images in elements of type %d", (int)means->element);
	if (!images->n)
		return 0;
	return is_aligned(cuda_values(means), 16) ? vector_of(images, images->shape[3]) : 1;
}

void cuda_avgpool_forward(const struct tensor *x, struct tensor *y)
{
	const int v = vector_of_both(x, y);

	if (v > 1 && cuda_type_of(x) == CUDA_BF16)
		mean<__nv_bfloat16, 8>(x, y);
	else if (v > 1)
		mean<real, 4>(x, y);
	else if (v && cuda_type_of(x) == CUDA_BF16)
		mean<__nv_bfloat16, 1>(x, y);
	else if (v)
		mean<real, 1>(x, y);
}

void cuda_avgpool_backward(const struct tensor *dy, struct tensor *dx, int accumulate)
{
	const int v = vector_of_both(dx, dy);

	if (v > 1 && cuda_type_of(dx) == CUDA_BF16)
		spread<__nv_bfloat16, 8>(dy, dx, accumulate);
	else if (v > 1)
		spread<real, 4>(dy, dx, accumulate);
	else if (v && cuda_type_of(dx) == CUDA_BF16)
		spread<__nv_bfloat16, 1>(dy, dx, accumulate);
	else if (v)
		spread<real, 1>(dy, dx, accumulate);
}
