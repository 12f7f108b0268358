/*
 * Products of small matrices that lie in cache, on the calling thread: the multiplication inside
 * the convolutions, where a call of a BLAS costs more than its arithmetic. The right-hand matrix is
 * packed beforehand into panels of PANEL columns, which the micro-kernel streams through registers.
 *
 * Every element of the result is summed over k in the same order, whatever the sizes of m and n:
 * how the callers cut m and n does not change a bit.
 */
#ifndef SSL_TENSOR_KERNELS_PANEL_H
#define SSL_TENSOR_KERNELS_PANEL_H

#include <stddef.h>

#include "core/tensor/kernels/vec.h"

enum { PANEL = 2 * VEC };

/*
 * The packed form of B, k x n: for each panel of PANEL columns (the last is VEC wide if that is
 * enough), its k rows one after the other; columns behind n are zero. The panel that starts at
 * column j (a multiple of PANEL) starts at element j * k.
 */
size_t panel_elements(int k, int n);

/* Packs B (k x n, row stride ldb), or B given as its transpose (n x k, row stride ldb). */
void panel_pack(int k, int n, const real *b, size_t ldb, real *packed);
void panel_pack_t(int k, int n, const real *b, size_t ldb, real *packed);

/* C = A B, or C += A B if `accumulate`; A is m x k with row stride lda, C m x n with row stride
 * ldc. */
void panel_mul(int m, int n, int k, const real *a, size_t lda, const real *packed, real *c,
	       size_t ldc, int accumulate);

/* The same with A given as its transpose: k x m with row stride lda. */
void panel_mul_t(int m, int n, int k, const real *a, size_t lda, const real *packed, real *c,
		 size_t ldc, int accumulate);

/* Where column j of row `row` lies in the packed form of a matrix with n columns. */
static inline size_t panel_at(int k, int n, int row, int j)
{
	int start = j / PANEL * PANEL;
	int width = n - start <= VEC ? VEC : PANEL;

	return (size_t)start * k + (size_t)row * width + (j - start);
}

#endif
