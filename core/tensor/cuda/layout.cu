#include "core/tensor/cuda/layout.h"

#include "core/tensor/cuda/kernel.cuh"

enum { THREADS = 256, BLOCKS = 8 /* per multiprocessor */, TILE = 32, TILE_ROWS = 8 };

static unsigned blocks_for(const struct cuda_queue *q, size_t n)
{
	const size_t most = (size_t)(q->multiprocessors * BLOCKS),
		     all = (n + THREADS - 1) / THREADS;

	return (unsigned)(all < most ? all : most);
}

template <typename F, typename T>
static __global__ void __launch_bounds__(THREADS)
    pad_columns(const F *__restrict__ from, T *__restrict__ to, size_t rows, int cols, int padded)
{
	const size_t n = rows * padded, step = (size_t)gridDim.x * THREADS;

	for (size_t i = (size_t)blockIdx.x * THREADS + threadIdx.x; i < n; i += step) {
		const size_t r = i / padded;
		const int c = (int)(i % padded);

		to[i] = c < cols ? (T)(real)from[r * cols + c] : (T)(real)0;
	}
}

template <typename F, typename T>
static void launch_pad(const struct cuda_queue *q, const void *from, void *to, size_t rows,
		       int cols, int padded)
{
	LAUNCH((pad_columns<F, T>), blocks_for(q, rows * padded), THREADS, 0, q, (const F *)from,
	       (T *)to, rows, cols, padded);
}

void cuda_pad_columns(const struct cuda_queue *q, const void *from, enum cuda_type from_type,
		      void *to, enum cuda_type to_type, size_t rows, int cols, int padded)
{
	if (!rows || padded < cols || cols < 1)
		BUG("%zu rows of %d columns are padded to %d", rows, cols, padded);
	if (from_type == CUDA_BF16 && to_type == CUDA_BF16)
		launch_pad<__nv_bfloat16, __nv_bfloat16>(q, from, to, rows, cols, padded);
	else if (from_type == CUDA_BF16)
		launch_pad<__nv_bfloat16, real>(q, from, to, rows, cols, padded);
	else if (to_type == CUDA_BF16)
		launch_pad<real, __nv_bfloat16>(q, from, to, rows, cols, padded);
	else
		launch_pad<real, real>(q, from, to, rows, cols, padded);
}

template <typename F, typename T>
static __global__ void __launch_bounds__(THREADS)
    unpad_columns(const F *__restrict__ from, T *__restrict__ to, size_t rows, int cols, int padded,
		  int accumulate)
{
	const size_t n = rows * cols, step = (size_t)gridDim.x * THREADS;

	for (size_t i = (size_t)blockIdx.x * THREADS + threadIdx.x; i < n; i += step) {
		const real v = (real)from[i / cols * padded + i % cols];

		to[i] = (T)(accumulate ? (real)to[i] + v : v);
	}
}

template <typename F, typename T>
static void launch_unpad(const struct cuda_queue *q, const void *from, void *to, size_t rows,
			 int cols, int padded, int accumulate)
{
	LAUNCH((unpad_columns<F, T>), blocks_for(q, rows * cols), THREADS, 0, q, (const F *)from,
	       (T *)to, rows, cols, padded, accumulate);
}

void cuda_unpad_columns(const struct cuda_queue *q, const void *from, enum cuda_type from_type,
			void *to, enum cuda_type to_type, size_t rows, int cols, int padded,
			int accumulate)
{
	if (!rows || padded < cols || cols < 1)
		BUG("%zu rows of %d columns are taken out of %d", rows, cols, padded);
	if (from_type == CUDA_BF16 && to_type == CUDA_BF16)
		launch_unpad<__nv_bfloat16, __nv_bfloat16>(q, from, to, rows, cols, padded,
							   accumulate);
	else if (from_type == CUDA_BF16)
		launch_unpad<__nv_bfloat16, real>(q, from, to, rows, cols, padded, accumulate);
	else if (to_type == CUDA_BF16)
		launch_unpad<real, __nv_bfloat16>(q, from, to, rows, cols, padded, accumulate);
	else
		launch_unpad<real, real>(q, from, to, rows, cols, padded, accumulate);
}

/* A matrix {pixels * cin, cout} and its transpose {cout, pixels, padded}, in tiles that go through
 * shared memory, so that both are accessed along their rows. Row r of the matrix is pixel r / cin
 * and channel r % cin. */
template <typename T>
static __global__ void __launch_bounds__(TILE *TILE_ROWS)
    pack_filters(struct cuda_filters f, const real *__restrict__ w, T *__restrict__ packed)
{
	__shared__ real tile[TILE][TILE + 1];
	const int rows = f.pixels * f.padded;
	const int r0 = (int)blockIdx.x * TILE, c0 = (int)blockIdx.y * TILE;

	for (int i = threadIdx.y; i < TILE; i += TILE_ROWS) {
		const int r = r0 + i, c = c0 + (int)threadIdx.x, channel = r % f.padded;

		tile[i][threadIdx.x] =
		    r < rows && c < f.cout && channel < f.cin
			? w[(size_t)(r / f.padded * f.cin + channel) * f.cout + c]
			: 0;
	}
	__syncthreads();
	for (int i = threadIdx.y; i < TILE; i += TILE_ROWS) {
		const int r = r0 + (int)threadIdx.x, c = c0 + i;

		if (r < rows && c < f.cout)
			packed[(size_t)c * rows + r] = (T)tile[threadIdx.x][i];
	}
}

template <typename T>
static __global__ void __launch_bounds__(TILE *TILE_ROWS)
    unpack_filters(struct cuda_filters f, const T *__restrict__ packed, real *__restrict__ w,
		   int accumulate)
{
	__shared__ real tile[TILE][TILE + 1];
	const int rows = f.pixels * f.padded;
	const int r0 = (int)blockIdx.x * TILE, c0 = (int)blockIdx.y * TILE;

	for (int i = threadIdx.y; i < TILE; i += TILE_ROWS) {
		const int r = r0 + (int)threadIdx.x, c = c0 + i;

		if (r < rows && c < f.cout)
			tile[i][threadIdx.x] = (real)packed[(size_t)c * rows + r];
	}
	__syncthreads();
	for (int i = threadIdx.y; i < TILE; i += TILE_ROWS) {
		const int r = r0 + i, c = c0 + (int)threadIdx.x, channel = r % f.padded;
		real *to;

		if (r >= rows || c >= f.cout || channel >= f.cin)
			continue;
		to = w + (size_t)(r / f.padded * f.cin + channel) * f.cout + c;
		*to = accumulate ? *to + tile[threadIdx.x][i] : tile[threadIdx.x][i];
	}
}

static dim3 tiles_of(const struct cuda_filters *f)
{
	if (f->pixels < 1 || f->cin < 1 || f->cout < 1 || f->padded < f->cin)
		BUG("%d filters of %d pixels and %d channels, padded to %d", f->cout, f->pixels,
		    f->cin, f->padded);
	return dim3((unsigned)(f->pixels * f->padded + TILE - 1) / TILE,
		    (unsigned)(f->cout + TILE - 1) / TILE);
}

void cuda_filters_pack(const struct cuda_queue *q, const struct cuda_filters *f, const real *w,
		       void *packed)
{
	if (f->type == CUDA_BF16)
		LAUNCH((pack_filters<__nv_bfloat16>), tiles_of(f), dim3(TILE, TILE_ROWS), 0, q, *f,
		       w, (__nv_bfloat16 *)packed);
	else
		LAUNCH((pack_filters<real>), tiles_of(f), dim3(TILE, TILE_ROWS), 0, q, *f, w,
		       (real *)packed);
}

void cuda_filters_unpack(const struct cuda_queue *q, const struct cuda_filters *f,
			 const void *packed, real *w, int accumulate)
{
	if (f->type == CUDA_BF16)
		LAUNCH((unpack_filters<__nv_bfloat16>), tiles_of(f), dim3(TILE, TILE_ROWS), 0, q,
		       *f, (const __nv_bfloat16 *)packed, w, accumulate);
	else
		LAUNCH((unpack_filters<real>), tiles_of(f), dim3(TILE, TILE_ROWS), 0, q, *f,
		       (const real *)packed, w, accumulate);
}
