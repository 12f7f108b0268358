#include "core/tensor/kernels/collapse_std.h"

#include <math.h>

#include "core/base/ints.h"
#include "core/base/parallel.h"
#include "core/tensor/memory.h"

enum { ROWS = 64, COLUMNS = 32 }; /* per chunk */

struct unit {
	const real *z;
	int n, d;
	double *inv;  /* 1 / |z_i| */
	double *part; /* per chunk of columns: the sum of their std */
};

/* The norm is floored at 1e-12, as in torch's normalize. */
static void norm_chunk(void *ctx, int chunk)
{
	const struct unit *u = ctx;
	int to = min_int((chunk + 1) * ROWS, u->n);

	for (int i = chunk * ROWS; i < to; i++) {
		const real *z = u->z + (size_t)i * (size_t)u->d;
		double lane[8] = {0}, sum = 0;
		int j = 0;

		for (; j + 8 <= u->d; j += 8)
			for (int k = 0; k < 8; k++)
				lane[k] += (double)z[j + k] * (double)z[j + k];
		for (; j < u->d; j++)
			sum += (double)z[j] * (double)z[j];
		for (int k = 0; k < 8; k++)
			sum += lane[k];
		sum = sqrt(sum);
		u->inv[i] = 1 / (sum < 1e-12 ? 1e-12 : sum);
	}
}

static void column_chunk(void *ctx, int chunk)
{
	const struct unit *u = ctx;
	int from = chunk * COLUMNS, n = min_int(COLUMNS, u->d - from);
	double mean[COLUMNS] = {0}, var[COLUMNS] = {0}, sum = 0;

	for (int i = 0; i < u->n; i++)
		for (int j = 0; j < n; j++)
			mean[j] +=
			    (double)u->z[(size_t)i * (size_t)u->d + (size_t)(from + j)] * u->inv[i];
	for (int j = 0; j < n; j++)
		mean[j] /= u->n;
	for (int i = 0; i < u->n; i++)
		for (int j = 0; j < n; j++) {
			double x =
			    (double)u->z[(size_t)i * (size_t)u->d + (size_t)(from + j)] * u->inv[i];

			var[j] += (x - mean[j]) * (x - mean[j]);
		}
	for (int j = 0; j < n; j++)
		sum += sqrt(var[j] / u->n);
	u->part[chunk] = sum;
}

static int chunks_of(int d)
{
	return (d + COLUMNS - 1) / COLUMNS;
}

/* The doubles of scratch that z {n, d} needs. */
static size_t scratch_of(int n, int d)
{
	return (size_t)n + (size_t)chunks_of(d);
}

static double std_of(const real *z, int n, int d, double *scratch)
{
	struct unit u = {z, n, d, scratch, scratch + n};
	double sum = 0;

	parallel_for((n + ROWS - 1) / ROWS, norm_chunk, &u);
	parallel_for(chunks_of(d), column_chunk, &u);
	for (int i = 0; i < chunks_of(d); i++)
		sum += u.part[i];
	return sum / d;
}

double collapse_std(const real *z, int n, int d, struct arena *scratch)
{
	return std_of(z, n, d, arena_alloc(scratch, scratch_of(n, d) * sizeof(double)));
}

void collapse_std_of(const struct tensor *z, void *scratch, double *cell)
{
	*cell = std_of(z->mem->data, z->shape[0], z->shape[1], scratch);
}

size_t collapse_std_scratch(const struct tensor *z)
{
	return scratch_of(z->shape[0], z->shape[1]) * sizeof(double);
}
