/*
 * CUDA C for a C++ compiler, without any header of CUDA: the language's words, the vector types and
 * arithmetic that our kernels use, barriers, warp operations and atomics, on the engine of engine.h.
 * The build includes this file before a .cu file (-include). Extend it as kernels need more.
 */
#ifndef SSL_TESTS_CUDA_SHIM_HPP
#define SSL_TESTS_CUDA_SHIM_HPP

#include <math.h>
#include <stdint.h>
#include <string.h>

#include <tuple>
#include <utility>

#include "tests/cuda/shim/engine.h"
#include "tests/cuda/shim/runtime.h"

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __grid_constant__
/* See shared.h for the tag. Kernels with internal linkage get red zones around these arrays from the
 * address sanitizer. */
#define __shared__ static __attribute__((used, abi_tag("cudashared")))
#define DYNAMIC_SHARED(type, name) type *name = (type *)shim_dynamic()
#define SHIM_LAUNCH(kernel, grid, block, bytes, stream, ...)                                         \
	((void)(stream), shim_start(#kernel, __FILE__, __LINE__, kernel, dim3(grid), dim3(block),  \
				    bytes, ##__VA_ARGS__))

/* --- types --- */
struct dim3 {
	unsigned x, y, z;
	constexpr dim3(unsigned a = 1, unsigned b = 1, unsigned c = 1) : x(a), y(b), z(c) {}
};
extern "C" struct shim_index threadIdx, blockIdx;
extern "C" struct shim_index blockDim, gridDim;
enum { warpSize = SHIM_WARP };

/* --- arithmetic; its last bits are those of the C library and not of a device --- */
inline int min(int a, int b) { return a < b ? a : b; }
inline int max(int a, int b) { return a > b ? a : b; }
inline unsigned min(unsigned a, unsigned b) { return a < b ? a : b; }
inline unsigned max(unsigned a, unsigned b) { return a > b ? a : b; }
inline size_t min(size_t a, size_t b) { return a < b ? a : b; }
inline size_t max(size_t a, size_t b) { return a > b ? a : b; }
inline double rsqrt(double v) { return 1 / sqrt(v); }
inline float rsqrt(float v) { return (float)(1 / sqrt((double)v)); }

/* bf16: the upper half of a float, rounded to the nearest, ties to even */
struct alignas(2) __nv_bfloat16 {
	unsigned short bits;
	__nv_bfloat16() = default;
	__nv_bfloat16(float f)
	{
		unsigned u;
		memcpy(&u, &f, 4);
		bits = f != f ? 0x7fff : (unsigned short)((u + 0x7fff + (u >> 16 & 1)) >> 16);
	}
	__nv_bfloat16(double d) : __nv_bfloat16((float)d) {}
	operator float() const
	{
		unsigned u = (unsigned)bits << 16;
		float f;
		memcpy(&f, &u, 4);
		return f;
	}
};

/* --- launches: the arguments are evaluated once and copied for every thread --- */
template <typename... P, typename... A>
void shim_start(const char *name, const char *file, int line, void (*kernel)(P...), dim3 grid,
		dim3 block, size_t bytes, A &&...args)
{
	std::tuple<P...> copies{std::forward<A>(args)...};
	auto call = [kernel, &copies] { std::apply(kernel, copies); };
	struct shim_launch l = {name, file, line, [](void *c) { (*(decltype(call) *)c)(); }, &call,
				{grid.x, grid.y, grid.z}, {block.x, block.y, block.z}, bytes};

	shim_run(&l);
}

/* --- barriers, warps, atomics; the site of a call is its line and file --- */
#define SHIM_SITE int line = __builtin_LINE(), const char *file = __builtin_FILE()

inline void __syncthreads(SHIM_SITE) { shim_barrier(file, line); }
inline void __threadfence() { shim_fence(); }
inline void __syncwarp(unsigned mask = ~0u, SHIM_SITE) { shim_warp(SHIM_SYNC, mask, 0, 0, file, line); }

template <typename T> T shim_shuffle(unsigned mask, T v, int source, int line, const char *file)
{
	static_assert(sizeof(T) <= 8, "a shuffle moves at most 8 bytes");
	uint64_t u = 0;

	memcpy(&u, &v, sizeof v);
	u = shim_warp(SHIM_SHUFFLE, mask, u, source, file, line);
	memcpy(&v, &u, sizeof v);
	return v;
}
template <typename T> T __shfl_sync(unsigned mask, T v, int from, int width = 32, SHIM_SITE)
{
	return shim_shuffle(mask, v, (shim_lane() & ~(width - 1)) | (from & (width - 1)), line, file);
}
template <typename T> T __shfl_xor_sync(unsigned mask, T v, int x, int width = 32, SHIM_SITE)
{
	int l = shim_lane(), s = l ^ x;

	return shim_shuffle(mask, v, s > (l | (width - 1)) ? l : s, line, file);
}
template <typename T> T __shfl_down_sync(unsigned mask, T v, unsigned d, int width = 32, SHIM_SITE)
{
	int l = shim_lane(), s = l + (int)d;

	return shim_shuffle(mask, v, s > (l | (width - 1)) ? l : s, line, file);
}
inline unsigned __ballot_sync(unsigned mask, int p, SHIM_SITE)
{
	return (unsigned)shim_warp(SHIM_BALLOT, mask, p != 0, 0, file, line);
}

inline unsigned atomicAdd(unsigned *p, unsigned v) { return shim_add(p, v); }
float atomicAdd(float *, float) = delete; /* the order of the additions would change the bits */
double atomicAdd(double *, double) = delete;

/* A read past the first-level cache, which values of other blocks need. */
template <typename T> inline T __ldcg(const T *p)
{
	shim_step();
	return *p;
}

#endif
