#include "core/eval/predictor.h"

#include <math.h>
#include <string.h>

#include "core/tensor/kernels/eigen.h"
#include "core/tensor/kernels/product.h"

static const double tolerance = 1e-6;

struct square {
	struct arena *scratch;
	int n, d;
};

static double *matrix(const struct square *q, int rows)
{
	return arena_alloc(q->scratch, (size_t)rows * (size_t)q->d * sizeof(double));
}

static double *widened(const struct square *q, const real *x, int rows)
{
	double *y = matrix(q, rows);

	for (size_t i = 0; i < (size_t)rows * (size_t)q->d; i++)
		y[i] = x[i];
	return y;
}

static double norm(const double *x, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += x[i] * x[i];
	return sqrt(sum);
}

/* Eigenvalues s, largest first, and the eigenvectors in the same order as rows of u. */
static int decompose(const struct square *q, const double *a, double *s, double *u,
		     struct error *err)
{
	const size_t d = (size_t)q->d;
	double *up = matrix(q, q->d), *ascending = matrix(q, 1);

	if (eigen_symmetric(q->d, a, ascending, up, err))
		return -1;
	for (size_t j = 0; j < d; j++) {
		s[j] = ascending[d - 1 - j];
		memcpy(u + j * d, up + (d - 1 - j) * d, d * sizeof *u);
	}
	return 0;
}

/* W = sum_j (W u_j) u_j^T, where W u_j = P^T (Z u_j) / (n s_j), or 0 for a direction in which z
 * does not vary. */
static double *least_squares(const struct square *q, const double *z, const double *p,
			     const double *u, const double *s, int kept)
{
	const int n = q->n, d = q->d;
	double *zu = matrix(q, n), *wu = matrix(q, d), *w = matrix(q, d);

	product(0, 1, n, d, d, z, u, zu);
	product(1, 0, d, d, n, p, zu, wu);
	for (int i = 0; i < d; i++)
		for (int j = 0; j < d; j++) {
			double *x = &wu[(size_t)i * (size_t)d + (size_t)j];

			*x = j < kept ? *x / (n * s[j]) : 0;
		}
	product(0, 0, d, d, d, wu, u, w);
	return w;
}

/* Computes cos(u_j, W u_j), which is 0 if W u_j = 0, and u_j^T W u_j. */
static void align(const struct square *q, const double *w, const double *u,
		  struct predictor_measures *m)
{
	const size_t d = (size_t)q->d;
	double *wu = matrix(q, q->d), sum = 0;

	product(0, 1, q->d, q->d, q->d, u, w, wu); /* row j: W u_j */
	for (size_t j = 0; j < d; j++) {
		double size = norm(wu + j * d, d), dot = 0;

		for (size_t i = 0; i < d; i++)
			dot += u[j * d + i] * wu[j * d + i];
		m->p[j] = dot;
		m->cosine[j] = size > 0 ? dot / size : 0;
		sum += (int)j < m->kept ? m->cosine[j] : 0;
	}
	m->alignment = m->kept ? sum / m->kept : 0;
}

static void compare(const struct square *q, const double *f, const double *w,
		    struct predictor_measures *m)
{
	const size_t d = (size_t)q->d;
	double *fw = matrix(q, q->d), *wf = matrix(q, q->d), skew = 0, size = norm(w, d * d);
	double both = size * norm(f, d * d);

	product(0, 0, q->d, q->d, q->d, f, w, fw);
	product(0, 0, q->d, q->d, q->d, w, f, wf);
	for (size_t i = 0; i < d * d; i++) {
		double t = w[i] - w[i % d * d + i / d];

		skew += t * t;
		fw[i] -= wf[i];
	}
	m->asymmetry = size > 0 ? sqrt(skew) / size : 0;
	m->commutator = norm(fw, d * d);
	m->relative_commutator = both > 0 ? m->commutator / both : 0;
}

static int symmetric_spectrum(const struct square *q, const double *w, double *out,
			      struct error *err)
{
	const size_t d = (size_t)q->d;
	double *half = matrix(q, q->d), *vectors = matrix(q, q->d);

	for (size_t i = 0; i < d * d; i++)
		half[i] = (w[i] + w[i % d * d + i / d]) / 2;
	return decompose(q, half, out, vectors, err);
}

int predictor_measure(const real *z, const real *p, const real *w, int n, int d,
		      struct arena *scratch, struct predictor_measures *out, struct error *err)
{
	struct square q = {scratch, n, d};
	struct predictor_measures m = {.d = d};
	double *x, *f, *u, *y;

	if (d > PREDICTOR_MAX)
		BUG("a predictor of %d dimensions", d);
	x = widened(&q, z, n);
	f = matrix(&q, d);
	u = matrix(&q, d);
	m.f = matrix(&q, 1);
	m.cosine = matrix(&q, 1);
	m.p = matrix(&q, 1);
	m.w = matrix(&q, 1);
	product(1, 0, d, d, n, x, x, f);
	for (size_t i = 0; i < (size_t)d * (size_t)d; i++)
		f[i] /= n;
	if (decompose(&q, f, m.f, u, err))
		return -1;
	while (m.kept < d && m.f[m.kept] > tolerance * m.f[0])
		m.kept++;
	y = w ? widened(&q, w, d) : least_squares(&q, x, widened(&q, p, n), u, m.f, m.kept);
	align(&q, y, u, &m);
	compare(&q, f, y, &m);
	if (symmetric_spectrum(&q, y, m.w, err))
		return -1;
	*out = m;
	return 0;
}
