/*
 * What the stand-ins for cuBLAS and cuDNN share: elements by type, and checks of pointers against
 * the memory of the shim. They are libraries under the real names, found through SSL_CUDA_LIBS, so
 * that the loader is tested as well. They know nothing but what they are called with: layouts,
 * strides, types, alignments, factors and workspaces come from the arguments and descriptors, and
 * every product is a plain loop in double, rounded once.
 *
 * FAKE_FAIL=NAME:N lets the N-th call of a function fail (shim/runtime.h).
 */
#ifndef SSL_TESTS_CUDA_FAKE_H
#define SSL_TESTS_CUDA_FAKE_H

#include <stdint.h>
#include <string.h>

#include "tests/cuda/shim/runtime.h"

enum fake_type { FAKE_F32, FAKE_F64, FAKE_BF16 };

static inline size_t fake_bytes(enum fake_type type)
{
	return type == FAKE_F64 ? 8 : type == FAKE_F32 ? 4 : 2;
}

static inline uint16_t fake_to_bf16(float f)
{
	uint32_t u;

	memcpy(&u, &f, sizeof u);
	return f != f ? 0x7fff : (uint16_t)((u + 0x7fff + (u >> 16 & 1)) >> 16);
}

static inline double fake_of_bf16(uint16_t bits)
{
	const uint32_t u = (uint32_t)bits << 16;
	float f;

	memcpy(&f, &u, sizeof f);
	return (double)f;
}

static inline double fake_get(enum fake_type type, const void *p, size_t i)
{
	if (type == FAKE_F64)
		return ((const double *)p)[i];
	return type == FAKE_F32 ? (double)((const float *)p)[i]
	                        : fake_of_bf16(((const uint16_t *)p)[i]);
}

static inline void fake_set(enum fake_type type, void *p, size_t i, double v)
{
	if (type == FAKE_F64)
		((double *)p)[i] = v;
	else if (type == FAKE_F32)
		((float *)p)[i] = (float)v;
	else
		((uint16_t *)p)[i] = fake_to_bf16((float)v);
}

/* Does one allocation of the device hold `bytes` bytes from p on, and is p aligned? */
static inline int fake_holds(const void *p, size_t bytes, size_t alignment)
{
	const char *end = shim_memory_end(p);

	return end && (uintptr_t)p % alignment == 0 && bytes <= (size_t)(end - (const char *)p);
}

#endif
