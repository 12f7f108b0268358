#include "core/tensor/kernels/spectral.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/tensor/kernels/eigen.h"
#include "core/tensor/memory.h"

/* Updates row i of F with 1/n sum z z^T, centred or not. In double, because roots of small
 * eigenvalues are taken. */
struct correlate {
	double *f;
	const real *z;
	const double *mean;
	int first, n, d;
	double rho;
};

static void correlate_row(void *ctx, int i)
{
	const struct correlate *c = ctx;
	const size_t d = (size_t)c->d;
	double *row = c->f + (size_t)i * d;

	for (size_t j = 0; j < d; j++)
		row[j] = c->first ? 0 : c->rho * row[j];
	for (size_t r = 0; r < (size_t)c->n; r++) {
		const real *z = c->z + r * d;
		const double w = (c->first ? 1 : 1 - c->rho) / c->n * ((double)z[i] - c->mean[i]);

		for (size_t j = 0; j < d; j++)
			row[j] += w * ((double)z[j] - c->mean[j]);
	}
}

void spectral_correlate(double *f, int first, double rho, int center, const real *z, int n, int d)
{
	double *mean = xcalloc((size_t)d, sizeof *mean);
	struct correlate c = {f, z, mean, first, n, d, rho};

	for (int r = 0; center && r < n; r++)
		for (int j = 0; j < d; j++)
			mean[j] += (double)z[(size_t)r * (size_t)d + (size_t)j] / n;
	parallel_for(d, correlate_row, &c);
	free(mean);
}

/* Row i of W = sum_j p_j u_j u_j^T, summed in double. */
struct compose {
	const double *u, *p;
	double *row; /* {d, d} */
	real *w;
	int d;
};

static void compose_row(void *ctx, int i)
{
	const struct compose *c = ctx;
	const size_t d = (size_t)c->d;
	double *row = c->row + (size_t)i * d;

	memset(row, 0, d * sizeof *row);
	for (size_t j = 0; j < d; j++) {
		const double *u = c->u + j * d, by = u[i] * c->p[j];

		for (size_t k = 0; k < d; k++)
			row[k] += by * u[k];
	}
	for (size_t k = 0; k < d; k++)
		c->w[(size_t)i * d + k] = (real)row[k];
}

int spectral_predictor(const double *f, int d, const struct spectral_opts *o, real *w,
		       struct error *err)
{
	const size_t square = (size_t)d * (size_t)d;
	double *s = xcalloc((size_t)d, sizeof *s), *u = xcalloc(square, sizeof *u);
	double *row = xcalloc(square, sizeof *row);
	int ret = eigen_symmetric(d, f, s, u, err);
	const double top = fmax(s[d - 1], 0);

	for (int j = 0; j < d; j++) {
		double x = fmax(s[j], 0);

		if (o->form == 'p')
			s[j] = pow(x, o->alpha) + o->epsilon * top;
		else
			s[j] = fmax(pow(top > 0 ? x / top : 0, o->alpha) + o->epsilon, o->least);
	}
	if (!ret)
		parallel_for(d, compose_row, &(struct compose){u, s, row, w, d});
	free(s);
	free(u);
	free(row);
	return ret;
}

void spectral_update(struct tensor *f, struct tensor *batches, double rho, int center,
		     const struct tensor *z, const struct spectral_opts *o, struct tensor *w,
		     const double *gate)
{
	const int d = f->shape[0], first = batches->mem->data[0] < 1;
	double *wide;
	struct error err;

	if (gate && *gate == 0)
		return;
	wide = xcalloc(f->n, sizeof *wide);
	for (size_t i = 0; i < f->n; i++)
		wide[i] = (double)f->mem->data[i];
	spectral_correlate(wide, first, rho, center, z->mem->data, z->shape[0], d);
	for (size_t i = 0; i < f->n; i++)
		f->mem->data[i] = (real)wide[i];
	batches->mem->data[0] = 1;
	if (w)
		spectral_predictor(wide, d, o, w->mem->data, &err);
	free(wide);
}
