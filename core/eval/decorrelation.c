/*
 * All these measures are sums over the d x d correlation matrix R = A^T B / n of standardised A and
 * B, of which one block of rows at a time is in memory. VICReg's and Barlow's terms are sums over R
 * with weights: with the standard deviations s_i, a covariance is R_ij s_i s_j, and Barlow's C_ij
 * is R_ij f_i f_j, where f = s / sqrt(s^2 + eps).
 */
#include <math.h>

#include "core/base/parallel.h"
#include "core/eval/collapse.h"
#include "core/eval/columns.h"
#include "core/tensor/kernels/product.h"

enum { ROWS = 64 };

static const double vicreg_eps = 1e-4, barlow_eps = 1e-5;

/* Sums over i != j of |R_ij|, R_ij^2 and (R_ij u_i v_j)^2; over i of (1 - R_ii u_i v_i)^2. */
struct sums {
	double absolute, square, weighted, diagonal;
};

struct job {
	const double *a, *b, *u, *v;
	int n, d;
	double *block; /* ROWS x d per thread */
	struct sums *part;
};

static void sums_chunk(void *ctx, int chunk)
{
	const struct job *job = ctx;
	const int d = job->d, first = chunk * ROWS, rows = d - first < ROWS ? d - first : ROWS;
	double *r = job->block + (size_t)parallel_id() * ROWS * (size_t)d;
	struct sums s = {0};

	product_rows(1, 0, d, d, job->n, job->a, job->b, first, rows, r);
	for (int i = 0; i < rows; i++)
		for (int j = 0; j < d; j++) {
			double x = r[(size_t)i * (size_t)d + (size_t)j] / job->n;
			double w = x * job->u[first + i] * job->v[j];

			if (j == first + i) {
				s.diagonal += (1 - w) * (1 - w);
				continue;
			}
			s.absolute += fabs(x);
			s.square += x * x;
			s.weighted += w * w;
		}
	job->part[chunk] = s;
}

static struct sums sums_of(const double *a, const double *b, const double *u, const double *v,
			   int n, int d, struct arena *scratch)
{
	const int chunks = (d + ROWS - 1) / ROWS;
	struct job job = {a, b, u, v, n, d, NULL, NULL};
	struct sums all = {0};

	job.block =
	    arena_alloc(scratch, (size_t)parallel_threads() * ROWS * (size_t)d * sizeof(double));
	job.part = arena_alloc(scratch, (size_t)chunks * sizeof *job.part);
	parallel_for(chunks, sums_chunk, &job);
	for (int i = 0; i < chunks; i++) {
		all.absolute += job.part[i].absolute;
		all.square += job.part[i].square;
		all.weighted += job.part[i].weighted;
		all.diagonal += job.part[i].diagonal;
	}
	return all;
}

/* One view, standardised. */
struct view {
	double *unit;   /* {n, d}: mean 0, variance 1; a constant column is 0 */
	double *spread; /* unbiased std of each column */
	double *barlow; /* sqrt(var / (var + eps)) of each column, var biased */
	double hinge;   /* VICReg's variance term v of this view */
};

static void view_of(const real *z, int n, int d, struct arena *scratch, struct view *out)
{
	struct columns c;

	columns_of(z, n, d, scratch, &c);
	out->unit = c.centred;
	out->spread = arena_alloc(scratch, (size_t)d * sizeof(double));
	out->barlow = arena_alloc(scratch, (size_t)d * sizeof(double));
	out->hinge = 0;
	for (int j = 0; j < d; j++) {
		double unbiased = c.variance[j] * n / (n - 1), sd = sqrt(unbiased + vicreg_eps);

		out->spread[j] = sqrt(unbiased);
		out->barlow[j] = sqrt(c.variance[j] / (c.variance[j] + barlow_eps));
		out->hinge += (sd < 1 ? 1 - sd : 0) / d;
		if (isnan(sd))
			out->hinge = NAN;
		c.variance[j] = c.variance[j] > 0 ? 1 / sqrt(c.variance[j]) : c.variance[j];
	}
	for (int i = 0; i < n; i++)
		for (int j = 0; j < d; j++)
			out->unit[(size_t)i * (size_t)d + (size_t)j] *= c.variance[j];
}

static struct collapse_correlation correlation_of(const struct sums *s, int d)
{
	const double pairs = d > 1 ? (double)d * (d - 1) : 1;

	return (struct collapse_correlation){s->absolute / pairs, s->square / pairs};
}

void collapse_correlation(const real *z, int n, int d, struct arena *scratch,
			  struct collapse_correlation *out)
{
	struct view v;
	struct sums s;

	view_of(z, n, d, scratch, &v);
	s = sums_of(v.unit, v.unit, v.spread, v.spread, n, d, scratch);
	*out = correlation_of(&s, d);
}

void collapse_terms(const real *z1, const real *z2, int n, int d, struct arena *scratch,
		    struct collapse_terms *out)
{
	struct view a, b;
	struct sums first, second, cross;
	double difference = 0;

	view_of(z1, n, d, scratch, &a);
	view_of(z2, n, d, scratch, &b);
	first = sums_of(a.unit, a.unit, a.spread, a.spread, n, d, scratch);
	second = sums_of(b.unit, b.unit, b.spread, b.spread, n, d, scratch);
	cross = sums_of(a.unit, b.unit, a.barlow, b.barlow, n, d, scratch);
	for (size_t i = 0; i < (size_t)n * (size_t)d; i++)
		difference += ((double)z1[i] - (double)z2[i]) * ((double)z1[i] - (double)z2[i]);
	out->invariance = difference / ((double)n * d);
	out->variance = (a.hinge + b.hinge) / 2;
	out->covariance = (first.weighted + second.weighted) / d;
	out->on_diagonal = cross.diagonal;
	out->off_diagonal = cross.weighted;
	out->correlation = correlation_of(&first, d);
}
