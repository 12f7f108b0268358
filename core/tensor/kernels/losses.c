#include "core/tensor/kernels/losses.h"

#include <math.h>

#include "core/base/parallel.h"
#include "core/tensor/kernels/gemm.h"
#include "core/tensor/memory.h"

void barlow_forward(const struct correlation *c, const struct barlow_factors *f, double *on,
		    struct tensor *y)
{
	double sum = 0;

	for (int i = 0; i < c->d; i++)
		sum += (1 - c->diagonal[i]) * (1 - c->diagonal[i]);
	*on = sum;
	y->mem->data[0] = (real)(f->diagonal * sum + f->lambda * *c->off);
}

/* dL/dC_ii = -2 diagonal (1 - C_ii),  dL/d(off) = lambda */
void barlow_backward(const struct correlation *c, const struct barlow_factors *f,
		     const struct tensor *dy, struct correlation_slopes *slopes)
{
	const double d = dy->mem->data[0];

	for (int i = 0; i < c->d; i++)
		slopes->diagonal[i] = -2 * f->diagonal * (1 - c->diagonal[i]) * d;
	*slopes->off = f->lambda * d;
}

void spread_forward(const struct correlation *cov, const struct spread_factors *f, double *variance,
		    double *covariance, struct tensor *y)
{
	double hinge = 0;

	for (int j = 0; j < cov->d; j++) {
		double sd = sqrt(cov->diagonal[j] + f->eps);

		hinge += sd < f->gamma ? f->gamma - sd : 0;
	}
	*variance = hinge / cov->d;
	*covariance = *cov->off / cov->d;
	y->mem->data[0] = (real)(f->mu * *variance + f->nu * *covariance);
}

/* dv/dC_jj = -1 / (2 D sqrt(C_jj + eps)) where the hinge is active,  dc/d(off) = 1 / D */
void spread_backward(const struct correlation *cov, const struct spread_factors *f,
		     const struct tensor *dy, struct correlation_slopes *slopes)
{
	const double d = 2 * (double)dy->mem->data[0] / cov->d;

	for (int j = 0; j < cov->d; j++) {
		double sd = sqrt(cov->diagonal[j] + f->eps);

		slopes->diagonal[j] = sd < f->gamma ? -d * f->mu / (2 * sd) : 0;
	}
	*slopes->off = d * f->nu;
}

struct nt_xent {
	int n; /* 2N */
	real *p, *h;
	const real *softmax;          /* p, for the backward pass */
	double *loss, *entropy, *hit; /* per row; hit: 1 if the positive is nearest, else 0 */
};

static int positive_of(const struct nt_xent *s, int i)
{
	return i < s->n / 2 ? i + s->n / 2 : i - s->n / 2;
}

/* Converts row i of p from similarities to P, with sums over the negatives, which can be tiny. */
static void softmax_row(void *ctx, int i)
{
	struct nt_xent *s = ctx;
	real *p = s->p + (size_t)i * (size_t)s->n;
	const int positive = positive_of(s, i);
	const double own = (double)p[positive];
	double nearest = -INFINITY, others = 0, mean = 0, max, sum;

	for (int k = 0; k < s->n; k++)
		if (k != i && k != positive)
			nearest = fmax(nearest, (double)p[k]);
	max = fmax(nearest, own);
	for (int k = 0; k < s->n; k++)
		if (k != i && k != positive)
			others += exp((double)p[k] - max);
	sum = others + exp(own - max);
	s->hit[i] = nearest < own;
	s->loss[i] = nearest < own ? log1p(others) : log(sum) + max - own;
	for (int k = 0; k < s->n; k++) {
		double q = k == i ? 0 : exp((double)p[k] - max) / sum;

		mean += q * ((double)p[k] - max);
		p[k] = (real)q;
	}
	s->entropy[i] = log(sum) - mean;
	p[positive] = (real)(-others / sum);
}

static void h_row(void *ctx, int i)
{
	struct nt_xent *s = ctx;
	const size_t n = (size_t)s->n, at = (size_t)i * n;

	for (size_t k = 0; k < n; k++)
		s->h[at + k] = s->softmax[at + k] + s->softmax[k * n + (size_t)i];
}

void nt_xent_forward(const struct tensor *u, double temperature, real *p, double *rows,
		     double *entropy, double *accuracy, struct tensor *y)
{
	const int n = (int)tensor_rows(u), d = tensor_cols(u);
	struct nt_xent s = {
	    .n = n, .p = p, .loss = rows, .entropy = rows + n, .hit = rows + 2 * (size_t)n};
	double loss = 0, entropies = 0, hits = 0;

	gemm(0, 1, n, n, d, (real)(1 / temperature), u->mem->data, d, u->mem->data, d, 0, p, n);
	parallel_for(n, softmax_row, &s);
	for (int i = 0; i < n; i++) {
		loss += s.loss[i];
		entropies += s.entropy[i];
		hits += s.hit[i];
	}
	y->mem->data[0] = (real)(loss / n);
	*entropy = entropies / n;
	*accuracy = 100 * hits / n;
}

void nt_xent_backward(const struct tensor *u, double temperature, const real *p, real *h,
		      const struct tensor *dy, struct tensor *du, int accumulate)
{
	const int n = (int)tensor_rows(u), d = tensor_cols(u);
	const double scale = (double)dy->mem->data[0] / (n * temperature);
	struct nt_xent s = {.n = n, .softmax = p, .h = h};

	parallel_for(n, h_row, &s);
	gemm(0, 0, n, d, n, (real)scale, h, n, u->mem->data, d, (real)accumulate, du->mem->data, d);
}

void mean_cosine(const struct tensor *a, const struct tensor *b, double least, double *cell)
{
	const size_t d = (size_t)tensor_cols(a), n = tensor_rows(a);
	double sum = 0;

	for (size_t i = 0; i < n; i++) {
		const real *x = a->mem->data + i * d, *y = b->mem->data + i * d;
		double norm = sqrt(dot(x, x, d)) * sqrt(dot(y, y, d));

		sum += dot(x, y, d) / fmax(norm, least);
	}
	*cell = sum / (double)n;
}

void top1_percent(const struct tensor *logits, const int *labels, double *cell)
{
	const int n = (int)tensor_rows(logits), c = tensor_cols(logits);
	int hits = 0;

	for (int i = 0; i < n; i++) {
		const real *x = logits->mem->data + (size_t)i * (size_t)c;
		int best = 0;

		for (int j = 1; j < c; j++)
			if (x[j] > x[best])
				best = j;
		hits += best == labels[i];
	}
	*cell = 100.0 * hits / n;
}
