#include "core/tensor/kernels/eigen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/tensor/kernels/blas.h"

/* jobz: 'V' with eigenvectors, 'N' without (u is unused). */
static int decompose(const char *jobz, int n, const double *a, double *s, double *u,
		     struct error *err)
{
	const int vectors_too = *jobz == 'V';
	size_t size = (size_t)n * (size_t)n;
	int lwork = vectors_too ? 1 + 6 * n + 2 * n * n : 1 + 2 * n + 64 * n;
	int liwork = vectors_too ? 3 + 5 * n : 1, info;
	double *values, *vectors, *work;
	int *iwork;

	if (n < 1 || n > 16384)
		BUG("eigenvalues of a matrix of %d rows", n);
	for (size_t i = 0; i < size; i++)
		if (!isfinite(a[i]))
			return error_set(err, ERR_FAILED, "eigenvalues: the matrix is not finite");
	vectors = xmalloc((size + (size_t)n + (size_t)lwork) * sizeof *vectors);
	values = vectors + size;
	work = values + n;
	iwork = xmalloc((size_t)liwork * sizeof *iwork);
	memcpy(vectors, a, size * sizeof *a);
	info = blas_dsyevd(*jobz, n, vectors, values, work, lwork, iwork, liwork);
	if (!info) { /* the columns of the column-major result are the rows of u */
		memcpy(s, values, (size_t)n * sizeof *s);
		if (vectors_too)
			memcpy(u, vectors, size * sizeof *u);
	}
	free(iwork);
	free(vectors);
	if (info)
		return error_set(err, ERR_FAILED, "eigenvalues: no convergence (dsyevd: %d)", info);
	return 0;
}

int eigen_symmetric(int n, const double *a, double *s, double *u, struct error *err)
{
	return decompose("V", n, a, s, u, err);
}

int eigen_values(int n, const double *a, double *s, struct error *err)
{
	return decompose("N", n, a, s, NULL, err);
}
