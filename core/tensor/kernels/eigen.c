#include "core/tensor/kernels/eigen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* LAPACK's own interface (column-major, everything by address; the two lengths are those of jobz
 * and uplo): OpenBLAS always has it, LAPACKE's header is a package more. */
void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w,
	     double *work, const int *lwork, int *iwork, const int *liwork, int *info, size_t,
	     size_t);

int eigen_symmetric(int n, const double *a, double *s, double *u, struct error *err)
{
	size_t size = (size_t)n * (size_t)n;
	int lwork = 1 + 6 * n + 2 * n * n, liwork = 3 + 5 * n, info = 0;
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
	dsyevd_("V", "L", &n, vectors, &n, values, work, &lwork, iwork, &liwork, &info, 1, 1);
	if (!info) { /* its columns in column-major order are our rows */
		memcpy(s, values, (size_t)n * sizeof *s);
		memcpy(u, vectors, size * sizeof *u);
	}
	free(iwork);
	free(vectors);
	if (info)
		return error_set(err, ERR_FAILED, "eigenvalues: no convergence (dsyevd: %d)", info);
	return 0;
}
