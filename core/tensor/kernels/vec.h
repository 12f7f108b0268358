/*
 * Vectors of `real` through the compiler's vector extensions, so that AVX-512, AVX2, NEON and plain
 * C share one source. Arithmetic is written with the usual operators; a scalar operand is
 * broadcast.
 */
#ifndef SSL_TENSOR_KERNELS_VEC_H
#define SSL_TENSOR_KERNELS_VEC_H

#include <stddef.h>

#include "core/base/real.h"

#if defined(__AVX512F__)
#define VEC_BYTES 64
#elif defined(__AVX__)
#define VEC_BYTES 32
#else
#define VEC_BYTES 16
#endif

enum { VEC = VEC_BYTES / (int)sizeof(real) }; /* elements in a vector */

typedef real vec __attribute__((vector_size(VEC_BYTES)));
#if REAL_IS_DOUBLE
typedef long long vec_bits __attribute__((vector_size(VEC_BYTES)));
#else
typedef int vec_bits __attribute__((vector_size(VEC_BYTES)));
#endif
typedef real vec_unaligned
    __attribute__((vector_size(VEC_BYTES), aligned(__alignof__(real)), may_alias));

/* In front of a loop of constant trip count whose arrays must stay in registers. */
#ifdef __clang__
#define VEC_UNROLL _Pragma("clang loop unroll(full)")
#else
#define VEC_UNROLL _Pragma("GCC unroll 16")
#endif

#define VEC_INLINE static inline __attribute__((always_inline))

VEC_INLINE vec vec_load(const real *p)
{
	return *(const vec_unaligned *)p;
}

VEC_INLINE void vec_store(real *p, vec v)
{
	*(vec_unaligned *)p = v;
}

VEC_INLINE vec vec_zero(void)
{
	return (vec){0};
}

/* The first n elements (n <= VEC), the rest 0: reads nothing behind them. */
VEC_INLINE vec vec_load_n(const real *p, int n)
{
	vec v = {0};

	if (n == VEC)
		return vec_load(p);
	for (int i = 0; i < n; i++)
		v[i] = p[i];
	return v;
}

VEC_INLINE void vec_store_n(real *p, vec v, int n)
{
	if (n == VEC) {
		vec_store(p, v);
		return;
	}
	for (int i = 0; i < n; i++)
		p[i] = v[i];
}

/* max(x, 0), lane by lane; NaN stays NaN. */
VEC_INLINE vec vec_relu(vec x)
{
	return (vec)((vec_bits)x & ~(vec_bits)(x < 0));
}

/* x where y > 0, else 0. */
VEC_INLINE vec vec_where_positive(vec x, vec y)
{
	return (vec)((vec_bits)x & (vec_bits)(y > 0));
}

/*
 * The same number, of which the compiler knows nothing. In unrolled code that walks with a stride
 * it keeps the one running offset from being turned into dozens, computed in front of the loop and
 * reloaded from the stack one by one.
 */
VEC_INLINE ptrdiff_t vec_opaque(ptrdiff_t n)
{
	__asm__ volatile("" : "+r"(n));
	return n;
}

/* n rounded up to whole vectors. */
static inline int vec_round(int n)
{
	return (n + VEC - 1) / VEC * VEC;
}

#endif
