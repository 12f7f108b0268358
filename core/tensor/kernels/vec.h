/*
 * Vectors of `real`, based on the compiler's vector extensions, so that AVX-512, AVX2, NEON and
 * plain C share one source. Arithmetic uses the ordinary operators; a scalar operand is broadcast.
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

/* Unrolls the following loop, which has a constant trip count and arrays that must stay in
 * registers. */
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

/* Loads n <= VEC elements; the other lanes are 0. Nothing after the n elements is read. */
VEC_INLINE vec vec_load_n(const real *p, int n)
{
	vec v = {0};

	if (n == VEC)
		return vec_load(p);
	for (int i = 0; i < n; i++)
		v[i] = p[i];
	return v;
}

/* Stores the first n lanes. */
VEC_INLINE void vec_store_n(real *p, vec v, int n)
{
	if (n == VEC) {
		vec_store(p, v);
		return;
	}
	for (int i = 0; i < n; i++)
		p[i] = v[i];
}

/* max(x, 0) per lane; NaN stays NaN. */
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
 * Returns n, but hides its value from the optimiser. In unrolled code with a stride, the optimiser
 * would otherwise replace the one running offset by dozens of offsets, which it computes before the
 * loop and reloads from the stack one by one.
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
