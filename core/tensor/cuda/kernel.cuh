/*
 * What the kernels share: how they are launched, how they read and write several neighbouring
 * elements at once, and how the last block of a sum is found. Arithmetic is in `real`; elements are
 * `real` or bf16.
 */
#ifndef SSL_TENSOR_CUDA_KERNEL_CUH
#define SSL_TENSOR_CUDA_KERNEL_CUH

#include <stdint.h>

#include "core/tensor/cuda/queue.h"

#ifdef __CUDACC__
#include <cuda_bf16.h>
#include <cuda_runtime.h>
#endif

static inline cudaStream_t stream_of(const struct cuda_queue *q)
{
	return (cudaStream_t)q->stream;
}

static inline int queue_failed(const struct cuda_queue *q)
{
	return q->failed && q->failed->msg[0];
}

#ifdef __CUDACC__
#define START(kernel, grid, block, bytes, stream, ...)                                             \
	kernel<<<grid, block, bytes, stream>>>(__VA_ARGS__)
#elif defined(SHIM_LAUNCH)
#define START SHIM_LAUNCH
#else
#error "compile this file with nvcc, or for the CPU as in tests/cuda"
#endif

/* The dynamic shared memory of a block, as an array. */
#ifdef __CUDACC__
#define DYNAMIC_SHARED(type, name) extern __shared__ type name[]
#endif

/* Starts a kernel, unless the device has failed. */
#define LAUNCH(kernel, grid, block, bytes, q, ...)                                                 \
	do {                                                                                       \
		if (!queue_failed(q))                                                              \
			START(kernel, grid, block, bytes, stream_of(q), __VA_ARGS__);              \
	} while (0)

/* V neighbouring elements as they are in memory, read and written in steps of up to 16 bytes, to
 * which they must be aligned; and as numbers. */
template <typename T, int V> struct alignas(sizeof(T) * V < 16 ? sizeof(T) * V : 16) pack {
	T v[V];
};
template <int V> struct vec {
	real v[V];
};

template <int V, typename T> __device__ inline struct vec<V> load(const T *p)
{
	const struct pack<T, V> a = *(const struct pack<T, V> *)p;
	struct vec<V> x;

	for (int i = 0; i < V; i++)
		x.v[i] = (real)a.v[i];
	return x;
}

template <int V, typename T> __device__ inline void store(T *p, const struct vec<V> &x)
{
	struct pack<T, V> a;

	for (int i = 0; i < V; i++)
		a.v[i] = (T)x.v[i];
	*(struct pack<T, V> *)p = a;
}

/* The number of this thread in its block. */
__device__ inline unsigned thread_number()
{
	return threadIdx.y * blockDim.x + threadIdx.x;
}

/* For sums over blocks: each block writes its part and calls this; the block that is the last of `n`
 * to do so gets true, and all parts are visible to it. The counter is zero before and after. */
static __device__ inline bool comes_last(unsigned *counter, unsigned n)
{
	__shared__ bool last;

	__threadfence();
	__syncthreads();
	if (thread_number() == 0) {
		last = atomicAdd(counter, 1u) == n - 1;
		if (last)
			*counter = 0;
	}
	__syncthreads();
	if (last)
		__threadfence();
	return last;
}

static inline int is_aligned(const void *p, size_t bytes)
{
	return (uintptr_t)p % bytes == 0;
}

#endif
