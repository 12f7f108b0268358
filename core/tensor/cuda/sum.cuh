/*
 * Sums of one number per thread, in double and in a fixed order, so that all threads get the same bits.
 */
#ifndef SSL_TENSOR_CUDA_SUM_CUH
#define SSL_TENSOR_CUDA_SUM_CUH

#include "core/tensor/cuda/kernel.cuh"

/* The sum over the 32 lanes of a warp, all of which call it. */
static __device__ inline double warp_sum(double v)
{
	for (int x = 16; x; x >>= 1)
		v += __shfl_xor_sync(~0u, v, x);
	return v;
}

/* The sum over a block of THREADS threads, a multiple of 32, all of which call it. */
template <int THREADS> static __device__ inline double block_sum(double v)
{
	__shared__ double part[THREADS / 32];
	const unsigned t = thread_number();
	double sum = 0;

	v = warp_sum(v);
	if (t % 32 == 0)
		part[t / 32] = v;
	__syncthreads();
	for (int i = 0; i < THREADS / 32; i++)
		sum += part[i];
	__syncthreads(); /* the next sum is written to the same place */
	return sum;
}

#endif
