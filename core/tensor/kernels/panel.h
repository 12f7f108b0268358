/*
 * Products of small matrices that are in cache, on the calling thread. The convolutions use them,
 * since for such sizes a BLAS call costs more than its arithmetic. The right-hand matrix is packed
 * in advance into panels of PANEL columns, which the micro-kernel streams through registers.
 *
 * Every element of the result is summed over k in the same order, whatever m and n are, so the bits
 * of the result do not depend on how a caller divides m and n.
 */
#ifndef SSL_TENSOR_KERNELS_PANEL_H
#define SSL_TENSOR_KERNELS_PANEL_H

#include <stddef.h>

#include "core/tensor/kernels/vec.h"

enum { PANEL = 2 * VEC };

/*
 * The number of elements of the packed form of B, k x n. It consists of the panels of PANEL columns
 * (the last has VEC columns if that is enough), each with its k rows one after the other; columns
 * after n are zero. The panel that starts at column j, a multiple of PANEL, starts at element j *
 * k.
 */
size_t panel_elements(int k, int n);

/* Packs B (k x n, row stride ldb), or B given as its transpose (n x k, row stride ldb). */
void panel_pack(int k, int n, const real *b, size_t ldb, real *packed);
void panel_pack_t(int k, int n, const real *b, size_t ldb, real *packed);

/* C = A B, or C += A B if `accumulate`. A is m x k with row stride lda; C is m x n with row stride
 * ldc. */
void panel_mul(int m, int n, int k, const real *a, size_t lda, const real *packed, real *c,
	       size_t ldc, int accumulate);

/* As panel_mul(), with A given as its transpose: k x m with row stride lda. */
void panel_mul_t(int m, int n, int k, const real *a, size_t lda, const real *packed, real *c,
		 size_t ldc, int accumulate);

/* The index of row `row`, column j in the packed form of a k x n matrix. */
static inline size_t panel_at(int k, int n, int row, int j)
{
	int start = j / PANEL * PANEL;
	int width = n - start <= VEC ? VEC : PANEL;

	return (size_t)start * k + (size_t)row * width + (j - start);
}

#endif
