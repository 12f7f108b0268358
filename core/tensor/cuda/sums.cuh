/*
 * Sums in double whose trees are fixed, so that their bits depend neither on the order of blocks nor on
 * that of threads. A block has THREADS threads; as a tile of a matrix it has WARP columns (threadIdx.x)
 * and WARPS rows (threadIdx.y).
 */
#ifndef SSL_TENSOR_CUDA_SUMS_CUH
#define SSL_TENSOR_CUDA_SUMS_CUH

#include "core/tensor/cuda/kernel.cuh"

enum { WARP = 32, WARPS = 8, THREADS = WARP * WARPS, TILE_BLOCKS = 2 /* per multiprocessor */ };

/* N sums at once. */
template <int N> struct totals {
	double v[N];
};

/* The sums of a warp: valid in its first lane. */
template <int N> static __device__ inline struct totals<N> warp_total(struct totals<N> s)
{
	for (int h = WARP / 2; h; h >>= 1)
		for (int i = 0; i < N; i++)
			s.v[i] += __shfl_down_sync(~0u, s.v[i], (unsigned)h);
	return s;
}

/* The sums of a block: valid in its first thread. */
template <int N> static __device__ inline struct totals<N> block_total(struct totals<N> s)
{
	__shared__ struct totals<N> part[WARPS];
	const unsigned t = thread_number();

	s = warp_total(s);
	__syncthreads(); /* the parts of the sum before have been read */
	if (t % WARP == 0)
		part[t / WARP] = s;
	__syncthreads();
	for (int k = 1; t == 0 && k < WARPS; k++)
		for (int i = 0; i < N; i++)
			s.v[i] += part[k].v[i];
	return s;
}

/* The sums of each column of a tile: valid in its first row. Called once in a kernel. */
template <int N> static __device__ inline struct totals<N> tile_total(struct totals<N> s)
{
	__shared__ struct totals<N> part[WARPS][WARP];

	part[threadIdx.y][threadIdx.x] = s;
	__syncthreads();
	for (int k = 1; threadIdx.y == 0 && k < WARPS; k++)
		for (int i = 0; i < N; i++)
			s.v[i] += part[k][threadIdx.x].v[i];
	return s;
}

/* The tiles of a matrix {rows, columns} whose columns are summed: a grid of tiles (x) and of parts of
 * the rows (y). */
static inline dim3 tiles_of(const struct cuda_queue *q, size_t rows, int columns)
{
	const unsigned tiles = (unsigned)(columns + WARP - 1) / WARP;
	const size_t most = (size_t)(q->multiprocessors * TILE_BLOCKS) / tiles;
	const size_t parts = (rows + WARPS - 1) / WARPS;

	return dim3(tiles, (unsigned)(parts < most ? parts : most ? most : 1));
}

/* Blocks for n pieces of work, at most `each` per multiprocessor. */
static inline unsigned blocks_for(const struct cuda_queue *q, size_t n, int each)
{
	const size_t most = (size_t)(q->multiprocessors * each);

	return (unsigned)(n < most ? n : most);
}

#endif
