#include <math.h>

#include "core/eval/collapse.h"
#include "core/eval/columns.h"
#include "core/tensor/kernels/eigen.h"
#include "core/tensor/kernels/product.h"

/* The min(n, d) eigenvalues of X^T X, or of X X^T if that is smaller: largest first, negative ones
 * set to 0. */
static int gram_spectrum(const double *x, int n, int d, struct arena *scratch, double *out,
			 struct error *err)
{
	const int k = n < d ? n : d;
	double *gram = arena_alloc(scratch, (size_t)k * (size_t)k * sizeof *gram), swap;

	if (n < d)
		product(0, 1, n, n, d, x, x, gram);
	else
		product(1, 0, d, d, n, x, x, gram);
	if (eigen_values(k, gram, out, err))
		return -1;
	for (int i = 0; i < k / 2; i++) {
		swap = out[i];
		out[i] = out[k - 1 - i];
		out[k - 1 - i] = swap;
	}
	for (int i = 0; i < k; i++)
		out[i] = out[i] > 0 ? out[i] : 0;
	return 0;
}

/* exp H(s / sum s + eps), where s are the square roots of l; 1 if all are 0. */
static double entropy_rank(const double *l, int n, double eps)
{
	double sum = 0, h = 0;

	for (int i = 0; i < n; i++)
		sum += sqrt(l[i]);
	if (!(sum > 0))
		return 1;
	for (int i = 0; i < n; i++) {
		double p = sqrt(l[i]) / sum + eps;

		h -= p > 0 ? p * log(p) : 0;
	}
	return exp(h);
}

static double participation(const double *l, int n)
{
	double sum = 0, squares = 0;

	for (int i = 0; i < n; i++) {
		sum += l[i];
		squares += l[i] * l[i];
	}
	return squares > 0 ? sum * sum / squares : 1;
}

static int all_finite(const double *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(x[i]))
			return 0;
	return 1;
}

int collapse_rank(const real *z, int n, int d, struct arena *scratch, struct collapse_rank *out,
		  struct error *err)
{
	struct collapse_rank r = {.n = n < d ? n : d};
	struct columns c;
	double *uncentred = arena_alloc(scratch, (size_t)r.n * sizeof *uncentred);

	r.spectrum = arena_alloc(scratch, (size_t)r.n * sizeof *r.spectrum);
	columns_of(z, n, d, scratch, &c);
	if (!all_finite(c.centred, (size_t)n * (size_t)d)) {
		r.rankme = r.effective = r.participation = r.std = NAN;
		for (int i = 0; i < r.n; i++)
			r.spectrum[i] = NAN;
		*out = r;
		return 0;
	}
	if (gram_spectrum(c.raw, n, d, scratch, uncentred, err) ||
	    gram_spectrum(c.centred, n, d, scratch, r.spectrum, err))
		return -1;
	for (int i = 0; i < r.n; i++)
		r.spectrum[i] /= n - 1;
	for (int j = 0; j < d; j++)
		r.std += sqrt(c.variance[j] * n / (n - 1)) / d;
	r.rankme = entropy_rank(uncentred, r.n, 1e-7);
	r.effective = entropy_rank(r.spectrum, r.n, 0);
	r.participation = participation(r.spectrum, r.n);
	*out = r;
	return 0;
}
