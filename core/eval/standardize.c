/* Preparation of features for the linear probe: finite values of a common scale. */
#include <math.h>
#include <stdlib.h>

#include "core/base/error.h"
#include "core/base/ints.h"
#include "core/base/parallel.h"
#include "core/eval/linear.h"

enum { ROWS = 256, PARTS = 16 };

struct columns {
	real *x;
	int n, d, rows; /* rows: per part */
	double *sum;    /* parts x d: sums of x, or of its squared deviations from `mean` */
	const double *mean, *inv;
};

static void clean_chunk(void *ctx, int chunk)
{
	const struct columns *c = ctx;
	size_t from = (size_t)chunk * ROWS * (size_t)c->d;
	size_t to = (size_t)min_int((chunk + 1) * ROWS, c->n) * (size_t)c->d;

	for (size_t i = from; i < to; i++)
		if (!isfinite(c->x[i]))
			c->x[i] = 0;
}

void linear_clean(real *x, int n, int d)
{
	struct columns c = {.x = x, .n = n, .d = d};

	parallel_for((n + ROWS - 1) / ROWS, clean_chunk, &c);
}

static void sum_part(void *ctx, int part)
{
	const struct columns *c = ctx;
	double *sum = c->sum + (size_t)part * (size_t)c->d;
	int to = min_int((part + 1) * c->rows, c->n);

	for (int i = part * c->rows; i < to; i++) {
		const real *x = c->x + (size_t)i * (size_t)c->d;

		for (int j = 0; j < c->d; j++) {
			double v = (double)x[j] - (c->mean ? c->mean[j] : 0);

			sum[j] += c->mean ? v * v : v;
		}
	}
}

/* out[j]: the mean of column j, or of its squared deviations from c->mean if that is not NULL. */
static void column_mean(struct columns *c, double *out)
{
	int parts;

	c->rows = (c->n + PARTS - 1) / PARTS;
	parts = (c->n + c->rows - 1) / c->rows;
	c->sum = xcalloc((size_t)parts * (size_t)c->d, sizeof *c->sum);
	parallel_for(parts, sum_part, c);
	for (int j = 0; j < c->d; j++) {
		out[j] = 0;
		for (int p = 0; p < parts; p++)
			out[j] += c->sum[(size_t)p * (size_t)c->d + (size_t)j];
		out[j] /= c->n;
	}
	free(c->sum);
}

static void scale_chunk(void *ctx, int chunk)
{
	const struct columns *c = ctx;
	int to = min_int((chunk + 1) * ROWS, c->n);

	for (int i = chunk * ROWS; i < to; i++) {
		real *x = c->x + (size_t)i * (size_t)c->d;

		for (int j = 0; j < c->d; j++)
			x[j] = (real)(((double)x[j] - c->mean[j]) * c->inv[j]);
	}
}

/* A column whose deviation is negligible compared with its mean is constant except for rounding. */
static double inverse_std(double mean, double variance)
{
	double std = sqrt(variance);

	return std > 1e-6 * fabs(mean) && std > 1e-30 ? 1 / std : 0;
}

void linear_standardize(real *train, int n, real *other, int m, int d)
{
	double *mean = xmalloc(2 * (size_t)d * sizeof *mean), *inv = mean + d;
	struct columns a = {.x = train, .n = n, .d = d}, b = {.x = other, .n = m, .d = d};

	linear_clean(train, n, d);
	linear_clean(other, m, d);
	column_mean(&a, mean);
	a.mean = mean;
	column_mean(&a, inv);
	for (int j = 0; j < d; j++)
		inv[j] = inverse_std(mean[j], inv[j]);
	a.inv = inv;
	b.mean = mean;
	b.inv = inv;
	parallel_for((n + ROWS - 1) / ROWS, scale_chunk, &a);
	parallel_for((m + ROWS - 1) / ROWS, scale_chunk, &b);
	free(mean);
}
