#include "core/tensor/kernels/gemm.h"

#include <stddef.h>

#include "core/base/ints.h"
#include "core/base/parallel.h"
#include "core/tensor/kernels/blas.h"
#include "core/tensor/kernels/panel.h"

enum {
	SMALL = 1 << 17, /* fewer multiply-adds than this are not worth several threads */
	TILE_M = 256,    /* initial size of the blocks of C ... */
	TILE_N = 512,
	TILE_MIN = 64,   /* ... which are halved, at most down to this, to get enough blocks */
	ENOUGH = 8,      /* blocks that are enough: for up to 8 threads */
	SPLIT_K = 16,    /* most partial sums over k */
	SPLIT_MIN = 512, /* shortest k of a partial sum */
	SPLIT_SCRATCH = 1 << 17, /* elements of all partial sums, on the stack */
	THIN_N = 32,             /* largest n and k of a thin product, whose packed B fits in L1 */
	THIN_K = 256,
	THIN_ROWS = 512, /* rows per block of a thin product */
	DOT_CHUNK = 4096,
};

void gemm_serial(int ta, int tb, int m, int n, int k, real alpha, const real *a, int lda,
		 const real *b, int ldb, real beta, real *c, int ldc)
{
	if (m < 1 || n < 1)
		return;
#ifdef SSL_DOUBLE
	blas_dgemm
#else
	blas_sgemm
#endif
	    (ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void gemm_serial_double(int ta, int tb, int m, int n, int k, double alpha, const double *a, int lda,
			const double *b, int ldb, double beta, double *c, int ldc)
{
	if (m < 1 || n < 1)
		return;
	blas_dgemm(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

/* One product and its division into tiles of C or into parts of k. */
struct job {
	int ta, tb, m, n, k, lda, ldb, ldc;
	real alpha, beta;
	const real *a, *b;
	real *c;
	int tile_m, tile_n, tiles_n;
	int tile_k;
	real *part;         /* m x n per part of k */
	const real *packed; /* B, for thin products */
};

static int ceil_div(int a, int b)
{
	return (a + b - 1) / b;
}

static const real *at(const real *p, int trans, int ld, int row, int col)
{
	return trans ? p + (ptrdiff_t)col * ld + row : p + (ptrdiff_t)row * ld + col;
}

static void tile(void *ctx, int i)
{
	const struct job *j = ctx;
	int row = i / j->tiles_n * j->tile_m, col = i % j->tiles_n * j->tile_n;

	gemm_serial(j->ta, j->tb, min_int(j->tile_m, j->m - row), min_int(j->tile_n, j->n - col),
		    j->k, j->alpha, at(j->a, j->ta, j->lda, row, 0), j->lda,
		    at(j->b, j->tb, j->ldb, 0, col), j->ldb, j->beta,
		    j->c + (ptrdiff_t)row * j->ldc + col, j->ldc);
}

static void part(void *ctx, int i)
{
	const struct job *j = ctx;
	int from = i * j->tile_k;

	gemm_serial(j->ta, j->tb, j->m, j->n, min_int(j->tile_k, j->k - from), j->alpha,
		    at(j->a, j->ta, j->lda, 0, from), j->lda, at(j->b, j->tb, j->ldb, from, 0),
		    j->ldb, 0, j->part + (ptrdiff_t)i * j->m * j->n, j->n);
}

/* c = beta c + the sum of the parts, in order */
static void add_parts(const struct job *j, int parts)
{
	size_t size = (size_t)j->m * (size_t)j->n;

	for (int p = 1; p < parts; p++)
		for (size_t i = 0; i < size; i++)
			j->part[i] += j->part[(size_t)p * size + i];
	for (int r = 0; r < j->m; r++) {
		real *c = j->c + (ptrdiff_t)r * j->ldc;
		const real *s = j->part + (ptrdiff_t)r * j->n;

		for (int i = 0; i < j->n; i++)
			c[i] = j->beta == 0 ? s[i] : j->beta * c[i] + s[i];
	}
}

static int count_tiles(const struct job *j)
{
	return ceil_div(j->m, j->tile_m) * ceil_div(j->n, j->tile_n);
}

static void cut_tiles(struct job *j)
{
	j->tile_m = TILE_M;
	j->tile_n = TILE_N;
	while (count_tiles(j) < ENOUGH && (j->tile_m > TILE_MIN || j->tile_n > TILE_MIN)) {
		if (j->tile_m >= j->tile_n)
			j->tile_m /= 2;
		else
			j->tile_n /= 2;
	}
	j->tiles_n = ceil_div(j->n, j->tile_n);
}

static void gemm_split_k(struct job *j, int parts)
{
	real scratch[SPLIT_SCRATCH];

	j->part = scratch;
	j->tile_k = ceil_div(j->k, parts);
	parts = ceil_div(j->k, j->tile_k);
	parallel_for(parts, part, j);
	add_parts(j, parts);
}

/* Compared with OpenBLAS's sgemm for m = 8192 .. 131072, the micro-kernel is twice as fast at n =
 * 16, 1.5 times as fast at n = 32 and equally fast at n = 64. */
static int is_thin(const struct job *j)
{
	return !j->ta && j->n <= THIN_N && j->k > 0 && j->k <= THIN_K && j->m >= 2 * TILE_MIN &&
	       j->alpha == 1 && (j->beta == 0 || j->beta == 1);
}

static void thin_rows(void *ctx, int i)
{
	const struct job *j = ctx;
	int row = i * THIN_ROWS;

	panel_mul(min_int(THIN_ROWS, j->m - row), j->n, j->k, at(j->a, 0, j->lda, row, 0),
		  (size_t)j->lda, j->packed, j->c + (ptrdiff_t)row * j->ldc, (size_t)j->ldc,
		  j->beta != 0);
}

static void gemm_thin(struct job *j)
{
	_Alignas(64) real packed[THIN_K * (THIN_N + PANEL)];

	if (j->tb)
		panel_pack_t(j->k, j->n, j->b, (size_t)j->ldb, packed);
	else
		panel_pack(j->k, j->n, j->b, (size_t)j->ldb, packed);
	j->packed = packed;
	parallel_for(ceil_div(j->m, THIN_ROWS), thin_rows, j);
}

void gemm(int ta, int tb, int m, int n, int k, real alpha, const real *a, int lda, const real *b,
	  int ldb, real beta, real *c, int ldc)
{
	struct job j = {ta, tb, m, n, k, lda, ldb, ldc,  alpha, beta,
			a,  b,  c, 0, 0, 0,   0,   NULL, NULL};
	long long size = (long long)m * n;
	int parts;

	if (m < 1 || n < 1)
		return;
	if (is_thin(&j)) {
		gemm_thin(&j);
		return;
	}
	if (size * k < SMALL) {
		gemm_serial(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
		return;
	}
	cut_tiles(&j);
	parts = min_int(min_int(SPLIT_K, k / SPLIT_MIN), (int)(SPLIT_SCRATCH / size));
	if (count_tiles(&j) < ENOUGH && parts > count_tiles(&j))
		gemm_split_k(&j, parts);
	else
		parallel_for(count_tiles(&j), tile, &j);
}

double dot(const real *a, const real *b, unsigned long n)
{
	double sum = 0;

	for (unsigned long from = 0; from < n; from += DOT_CHUNK) {
		unsigned long to = from + DOT_CHUNK < n ? from + DOT_CHUNK : n, i = from;
		double lane[8] = {0};

		for (; i + 8 <= to; i += 8)
			for (int l = 0; l < 8; l++)
				lane[l] += (double)a[i + (unsigned)l] * (double)b[i + (unsigned)l];
		for (; i < to; i++)
			lane[0] += (double)a[i] * (double)b[i];
		sum += ((lane[0] + lane[1]) + (lane[2] + lane[3])) +
		       ((lane[4] + lane[5]) + (lane[6] + lane[7]));
	}
	return sum;
}
