#include "core/tensor/kernels/panel.h"

/*
 * The micro-kernel keeps ROWS x 2 vectors of C in registers: 12 accumulators if there are 16
 * registers, 16 if there are 32. The elements of a row of A are read one by one and broadcast.
 * DEPTH products are summed before the sum is added to C: that many rows of a panel fit in the
 * first-level cache, and partial sums have a smaller rounding error than one long sum.
 */
#if defined(__AVX512F__) || defined(__aarch64__)
enum { ROWS = 8 };
#else
enum { ROWS = 6 };
#endif
enum { DEPTH = 96 };

struct tile_args {
	int k;
	const real *a;
	size_t lda;
	const real *b;
	real *c;
	size_t ldc;
	int accumulate;
};

size_t panel_elements(int k, int n)
{
	return (size_t)k * (size_t)vec_round(n);
}

void panel_pack(int k, int n, const real *b, size_t ldb, real *packed)
{
	for (int j = 0; j < n; j += PANEL) {
		int width = n - j <= VEC ? VEC : PANEL, have = n - j < width ? n - j : width;
		real *out = packed + (size_t)j * (size_t)k;

		for (int i = 0; i < k; i++, out += width) {
			for (int c = 0; c < have; c++)
				out[c] = b[(size_t)i * ldb + (size_t)(j + c)];
			for (int c = have; c < width; c++)
				out[c] = 0;
		}
	}
}

void panel_pack_t(int k, int n, const real *b, size_t ldb, real *packed)
{
	for (int j = 0; j < n; j += PANEL) {
		int width = n - j <= VEC ? VEC : PANEL, have = n - j < width ? n - j : width;
		real *out = packed + (size_t)j * (size_t)k;

		for (int i = 0; i < k; i++, out += width) {
			for (int c = 0; c < have; c++)
				out[c] = b[(size_t)(j + c) * ldb + (size_t)i];
			for (int c = have; c < width; c++)
				out[c] = 0;
		}
	}
}

/* C[m][nv vectors] (+)= A[m][k] B[k][nv vectors]; element (i, k) of A is a[i * si + k * sk]. */
VEC_INLINE void tile(const int m, const int nv, size_t si, size_t sk, const struct tile_args *t)
{
	vec s[ROWS][2];
	const real *a = t->a, *b = t->b;
	real *c = t->c;
	size_t ldc = t->ldc;
	int depth = t->k;

	VEC_UNROLL
	for (int i = 0; i < m; i++) {
		VEC_UNROLL
		for (int j = 0; j < nv; j++)
			s[i][j] = vec_zero();
	}
	for (int k = 0; k < depth; k++, a += sk, b += nv * VEC) {
		vec b0 = vec_load(b), b1 = nv > 1 ? vec_load(b + VEC) : b0;

		VEC_UNROLL
		for (int i = 0; i < m; i++) {
			real x = a[i * si];

			s[i][0] += x * b0;
			if (nv > 1)
				s[i][1] += x * b1;
		}
	}
	VEC_UNROLL
	for (int i = 0; i < m; i++) {
		VEC_UNROLL
		for (int j = 0; j < nv; j++) {
			real *p = c + i * ldc + j * VEC;

			vec_store(p, t->accumulate ? vec_load(p) + s[i][j] : s[i][j]);
		}
	}
}

VEC_INLINE void tile_rows(int m, const int nv, size_t si, size_t sk, const struct tile_args *t)
{
	switch (m) {
	case 1:
		tile(1, nv, si, sk, t);
		break;
	case 2:
		tile(2, nv, si, sk, t);
		break;
	case 3:
		tile(3, nv, si, sk, t);
		break;
	case 4:
		tile(4, nv, si, sk, t);
		break;
	case 5:
		tile(5, nv, si, sk, t);
		break;
	case 6:
		tile(6, nv, si, sk, t);
		break;
#if defined(__AVX512F__) || defined(__aarch64__)
	case 7:
		tile(7, nv, si, sk, t);
		break;
	case 8:
		tile(8, nv, si, sk, t);
		break;
#endif
	default:
		__builtin_unreachable();
	}
}

static void tile_plain(int m, int nv, const struct tile_args *t)
{
	if (nv == 2)
		tile_rows(m, 2, t->lda, 1, t);
	else
		tile_rows(m, 1, t->lda, 1, t);
}

static void tile_transposed(int m, int nv, const struct tile_args *t)
{
	if (nv == 2)
		tile_rows(m, 2, 1, t->lda, t);
	else
		tile_rows(m, 1, 1, t->lda, t);
}

/* A tile whose columns do not fill its vectors is computed in a small buffer. */
static void tile_narrow(int transposed, int m, int nv, int columns, const struct tile_args *t)
{
	real buf[ROWS * PANEL];
	struct tile_args u = *t;

	u.c = buf;
	u.ldc = PANEL;
	if (t->accumulate)
		for (int i = 0; i < m; i++)
			for (int j = 0; j < nv * VEC; j++)
				buf[i * PANEL + j] = j < columns ? t->c[(size_t)i * t->ldc + j] : 0;
	if (transposed)
		tile_transposed(m, nv, &u);
	else
		tile_plain(m, nv, &u);
	for (int i = 0; i < m; i++)
		for (int j = 0; j < columns; j++)
			t->c[(size_t)i * t->ldc + j] = buf[i * PANEL + j];
}

/* One panel: all rows, divided evenly so that the last micro-kernel is not left with few rows. */
VEC_INLINE void panel_rows(const int transposed, int m, int columns, const struct tile_args *t)
{
	int nv = columns <= VEC ? 1 : 2, blocks = (m + ROWS - 1) / ROWS;
	int big = m % blocks, rows = m / blocks, narrow = columns % VEC != 0;
	struct tile_args u = *t;

	for (int i = 0; i < blocks; i++) {
		int here = rows + (i < big);

		if (narrow)
			tile_narrow(transposed, here, nv, columns, &u);
		else if (transposed)
			tile_transposed(here, nv, &u);
		else
			tile_plain(here, nv, &u);
		u.a += transposed ? (size_t)here : (size_t)here * t->lda;
		u.c += (size_t)here * t->ldc;
	}
}

VEC_INLINE void multiply(const int transposed, int m, int n, int k, const real *a, size_t lda,
			 const real *packed, real *c, size_t ldc, int accumulate)
{
	int parts = k > DEPTH ? (k + DEPTH - 1) / DEPTH : 1;

	if (m <= 0 || n <= 0)
		return;
	for (int j = 0; j < n; j += PANEL) {
		int columns = n - j < PANEL ? n - j : PANEL, width = columns <= VEC ? VEC : PANEL;

		for (int i = 0; i < parts; i++) {
			int k0 = (int)((long)k * i / parts), k1 = (int)((long)k * (i + 1) / parts);
			struct tile_args t = {
			    .k = k1 - k0,
			    .a = a + (transposed ? (size_t)k0 * lda : (size_t)k0),
			    .lda = lda,
			    .b = packed + (size_t)j * (size_t)k + (size_t)k0 * (size_t)width,
			    .c = c + j,
			    .ldc = ldc,
			    .accumulate = accumulate || i > 0,
			};

			panel_rows(transposed, m, columns, &t);
		}
	}
}

void panel_mul(int m, int n, int k, const real *a, size_t lda, const real *packed, real *c,
	       size_t ldc, int accumulate)
{
	multiply(0, m, n, k, a, lda, packed, c, ldc, accumulate);
}

void panel_mul_t(int m, int n, int k, const real *a, size_t lda, const real *packed, real *c,
		 size_t ldc, int accumulate)
{
	multiply(1, m, n, k, a, lda, packed, c, ldc, accumulate);
}
